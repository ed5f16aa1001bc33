"""A page waits for Sales for seconds and then shows what is ours; the web server goes on, however many wait."""

from __future__ import annotations

import inspect
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import RequestFactory
from django.test.client import Client
from pytest_django.fixtures import Settings

from coupling.models import Coupling
from integration import jobs
from integration.connection import opening, systems
from integration.connection.enabling import enable
from integration.connection.opening import (
    PAGES_AT_ONCE,
    SECONDS,
    one_page,
    open_for_download,
    open_for_page,
    open_for_run,
)
from integration.connection.systems import Connected
from integration.dataverse.session import OF_A_PERSON, Patience
from integration.http import Limits
from integration.management.commands.serve import THREADS
from integration.models import ConnectionSetup, TableMapping
from integration.systems.errors import TimedOut
from integration.systems.memory.system import MemorySystem
from integration.views.patience import SecondsForSales

pytestmark = pytest.mark.django_db
HOUSE = Path(__file__).resolve().parents[3]
QUICK = replace(OF_A_PERSON, limits=Limits(connect=0.3, read=0.3, deadline=0.3))


@pytest.fixture
def given(setup: ConnectionSetup, monkeypatch: pytest.MonkeyPatch) -> list[Patience]:
    """The patience every opened organization was given."""
    enable(setup)
    seen: list[Patience] = []
    opened = systems.connect
    monkeypatch.setattr(systems, "connect", lambda **how: seen.append(how["patience"]) or opened(**how))
    return seen


def page() -> AbstractContextManager[Connected]:
    return open_for_page(ConnectionSetup.current())


def test_a_page_has_4_seconds_to_connect_and_10_in_all_however_often_it_opens_sales(
    given: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(opening.time, "monotonic", lambda: now[0])
    with one_page():
        for waited in (0.0, 4.0, 5.5):
            now[0] += waited
            with page():
                pass
        now[0] += 1
        with pytest.raises(TimedOut, match="did not answer within 10 seconds"), page():
            pass
    assert [round(one.total or 0, 1) for one in given] == [10.0, 6.0, 0.5]
    assert {one.limits.connect for one in given} == {4}


def test_the_next_page_begins_anew_and_a_run_has_all_its_patience(given: list[Any]) -> None:
    with one_page(), page():
        pass
    with page(), open_for_run(ConnectionSetup.current(), "the gate"):
        pass
    assert [one.total and round(one.total) for one in given] == [10, 10, None]


def test_every_request_is_one_page(given: list[Any]) -> None:
    assert "integration.views.patience.SecondsForSales" in django_settings.MIDDLEWARE
    begun = []
    SecondsForSales(lambda request: begun.append(opening._page_context.get()))(RequestFactory().get("/"))
    assert begun != [None]
    assert opening._page_context.get() is None


def test_only_a_few_pages_wait_at_a_time_and_one_page_never_waits_for_itself(
    given: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "SECONDS_FOR_A_TURN", 0.01)
    assert PAGES_AT_ONCE * 2 < THREADS
    with ExitStack() as waiting, one_page(), page():
        for _ in range(PAGES_AT_ONCE - 1):
            opening._turns.acquire()
            waiting.callback(opening._turns.release)
        with page():
            pass
        with one_page(), pytest.raises(TimedOut, match="Other pages are waiting"), page():
            pass


def test_a_file_of_all_rows_takes_as_long_as_sales_answers_and_no_turn_of_a_page(
    given: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "SECONDS_FOR_A_TURN", 0.01)
    setup = ConnectionSetup.current()
    with open_for_download(setup), open_for_download(setup):
        with page():
            pass
        with pytest.raises(TimedOut), open_for_download(setup):
            pass
    assert [one.total and round(one.total) for one in given] == [None, None, 10]
    assert {one.limits.deadline for one in given} == {10}


def test_nothing_opens_sales_but_as_a_page_or_as_a_run_with_its_gate() -> None:
    """No other module calls what has no patience of its own, and neither way has a default that waits longer."""
    apps = ("integration", "coupling", "setup_wizard")
    ours = [path for app in apps for path in (HOUSE / app).rglob("*.py")]
    callers = {path.name for path in ours if "systems.open_crm" in path.read_text(encoding="utf-8")}
    assert callers == {"opening.py"}
    assert inspect.signature(open_for_run).parameters["gate"].default is inspect.Parameter.empty
    assert inspect.signature(systems.open_crm).parameters["patience"].default is inspect.Parameter.empty
    assert OF_A_PERSON.total == SECONDS


def test_what_no_person_waits_for_is_opened_behind_the_gate_of_all_workers(
    given: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = []
    opened = systems.connect
    monkeypatch.setattr(systems, "connect", lambda **how: shared.append(how["shared"].gate) or opened(**how))
    monkeypatch.setattr("integration.jobs.opening.gate_of", lambda setup: "the gate of Contoso")
    with jobs.open_now():
        pass
    assert shared == ["the gate of Contoso"]


# --- an organization that takes connections and never says a word ----------------------------------------


@pytest.fixture
def silent(
    setup: ConnectionSetup, settings: Settings, monkeypatch: pytest.MonkeyPatch, company: MemorySystem
) -> Iterator[ConnectionSetup]:
    """The connection is enabled and leads to such a place."""
    enable(setup)
    settings.DEVELOPMENT = True
    monkeypatch.undo()
    monkeypatch.setattr(systems, "open_erp", lambda: company)
    monkeypatch.setattr(opening, "OF_A_PERSON", QUICK)
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        setup.note(url=address, token_endpoint=address, client_secret="s")
        yield ConnectionSetup.current()


OURS_ALONE = (
    "/", "/connection/", "/mappings/", "/records/erp/customer/",
    "/records/erp/customer/{adatum}/", "/synch/skipped/",
)  # fmt: skip
PARTLY = (
    "/mappings/CUSTOMER/",
    "/mappings/CUSTOMER/fields/",
    "/full-synch/",
    "/records/crm/account/",
    "/records/erp/customer/{adatum}/comparison/",
    "/couplings/CUSTOMER/{adatum}/",
    "/couplings/CUSTOMER/{adatum}/conflict/",
)


@pytest.mark.parametrize("address", [*OURS_ALONE, *PARTLY])
def test_a_page_that_gets_no_answer_from_sales_shows_what_is_ours_and_says_so(
    silent: ConnectionSetup, admin: Client, company: MemorySystem, address: str
) -> None:
    adatum = next(one.id for one in company.find("customer", fields=["name"]).records)
    mapping = TableMapping.objects.get(name="CUSTOMER")
    Coupling.objects.create(mapping=mapping, erp_id=adatum, crm_id=uuid.uuid4(), state="coupled")
    answer = admin.get(address.format(adatum=adatum), follow=True)
    assert answer.status_code == 200
    assert ("did not answer in time" in answer.content.decode()) is (address in PARTLY)


def test_twelve_silent_clicks_leave_threads_for_those_who_ask_nothing_of_sales(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "SECONDS_FOR_A_TURN", 0.05)
    said: list[str] = []
    answered = threading.Event()

    def click() -> None:
        try:
            with one_page(), opening.waiting():
                answered.wait(10)
        except TimedOut as problem:
            said.append(problem.message)

    clicks = [threading.Thread(target=click) for _ in range(THREADS)]
    for one in clicks:
        one.start()
    over = time.monotonic() + 10
    while len(said) < THREADS - PAGES_AT_ONCE and time.monotonic() < over:
        time.sleep(0.01)
    assert said == [opening.BUSY] * (THREADS - PAGES_AT_ONCE)
    answered.set()
    for one in clicks:
        one.join()
