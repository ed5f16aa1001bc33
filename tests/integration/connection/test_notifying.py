"""Telling Sales where we are, while the organization does not answer: nobody waits for it, and it is done later."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test.client import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from integration import scheduler
from integration.connection import notifying, opening
from integration.connection.enabling import enable
from integration.connection.notifying import notify_sales
from integration.connection.published import OURS
from integration.dataverse.session import OF_A_PERSON, Credentials, Patience, Session
from integration.http import Limits
from integration.jobs import tasks
from integration.models import ConnectionSetup, TaskRun
from integration.systems.errors import PrivilegeMissing, Throttled, TimedOut, Unreachable
from integration.systems.memory.system import MemorySystem
from tests.dataverse.counterpart import Counterpart, Says, counterpart
from tests.integration.connection.page import save
from tests.integration.features.solution import SENT_TO_SALES, own
from tests.pages import seen_on

QUICK = replace(OF_A_PERSON, limits=Limits(connect=0.2, read=0.2, deadline=0.2))
NO_ROUTE = Unreachable("No route to contoso.crm4.dynamics.com.")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def https(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://bc.cronus.example/"


@pytest.fixture
def enabled(setup: ConnectionSetup, organization: MemorySystem) -> ConnectionSetup:
    """Contoso is connected, its integration solution installed."""
    own(organization)
    setup.use_default_addresses("", "CRONUS")
    setup.save()
    enable(setup)
    return setup


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def called(listening: socket.socket) -> int:
    """How many connections wait there."""
    listening.setblocking(False)
    taken = []
    try:
        while True:
            taken.append(listening.accept()[0])
    except BlockingIOError:
        return len(taken)
    finally:
        for one in taken:
            one.close()


def addresses(organization: MemorySystem) -> tuple[str, str]:
    [row] = organization.get("bci_connection", [OURS], SENT_TO_SALES).values()
    return row.values["bci_webclienturl"], row.values["bci_odataurl"]


def test_disabling_asks_an_address_that_does_not_answer_once_and_keeps_the_rest_for_later(
    silent: Any, admin: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEVELOPMENT = True
    monkeypatch.setattr(opening, "OF_A_PERSON", QUICK)
    setup = ConnectionSetup.current()
    setup.url = setup.token_endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
    setup.tenant, setup.client_id, setup.client_secret = "contoso.example", "3f2a", "the secret of Contoso"
    setup.is_enabled, setup.solution_version = True, "1.0.0.0"
    setup.save()
    page = admin.post("/connection/disable/", follow=True).content.decode()
    assert "The connection is disabled." in page
    assert "did not answer in time. This is tried again every 5 minutes." in page
    setup.refresh_from_db()
    assert (setup.is_enabled, setup.pending_notice) == (False, "withdrawal")
    assert called(silent) == 1


def test_what_was_saved_is_told_by_a_worker_when_the_organization_answers_again(
    enabled: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    organization.fail_on("get", NO_ROUTE)
    page = save(admin, web_client_url="https://bc.contoso.example").content.decode()
    assert ConnectionSetup.current().web_client_url == "https://bc.contoso.example"
    assert addresses(organization)[0] == "https://bc.cronus.example"
    assert "Saved." in page
    assert "tried again every 5 minutes" in page

    assert scheduler.notify_sales()
    assert tasks.run(notifying.TASK)

    assert addresses(organization)[0] == "https://bc.contoso.example"
    setup = ConnectionSetup.current()
    assert (setup.pending_notice, setup.last_error) == ("", "")
    assert TaskRun.objects.last_of(notifying.TASK).message == "1 notified"


def test_a_withdrawal_is_made_up_for_though_the_connection_is_disabled(
    enabled: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    organization.fail_on("get", NO_ROUTE)
    admin.post("/connection/disable/")
    assert addresses(organization)[0] == "https://bc.cronus.example"
    assert scheduler.notify_sales()
    tasks.run(notifying.TASK)
    assert addresses(organization) == ("", "")


def test_it_is_tried_again_after_five_minutes_and_not_before(
    enabled: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    organization.fail_on("get", NO_ROUTE)
    admin.post("/connection/disable/")
    organization.fail_on("get", NO_ROUTE)
    assert scheduler.notify_sales()
    assert not scheduler.notify_sales()
    tasks.run(notifying.TASK)
    run = TaskRun.objects.last_of(notifying.TASK)
    assert (run.status, "No route" in run.message) == (TaskRun.Status.FAILED, True)
    assert not scheduler.notify_sales()
    TaskRun.objects.update(asked_at=timezone.now() - dt.timedelta(minutes=5))
    assert scheduler.notify_sales()


def test_what_no_later_attempt_would_mend_is_told_once_and_not_tried_again(
    enabled: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    organization.fail_on("update", PrivilegeMissing("prvWritebci_connection is missing."))
    save(admin, web_client_url="https://bc.contoso.example")
    setup = ConnectionSetup.current()
    assert (setup.pending_notice, "prvWritebci_connection is missing." in setup.last_error) == ("", True)
    assert not scheduler.notify_sales()


def test_enabling_again_takes_a_withdrawal_back_that_was_never_made(
    enabled: ConnectionSetup, admin: Client, organization: MemorySystem
) -> None:
    organization.fail_on("get", NO_ROUTE)
    admin.post("/connection/disable/")
    admin.post("/connection/enable/", seen_on(admin, "/connection/"))
    assert ConnectionSetup.current().pending_notice == ""
    assert addresses(organization)[0] == "https://bc.cronus.example"


def test_without_the_solution_nothing_is_left_to_be_told(setup: ConnectionSetup) -> None:
    setup.note(pending_notice="addresses")
    assert notify_sales(setup) is False
    assert ConnectionSetup.current().pending_notice == ""


# --- how long a person waits -----------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Counterpart]:
    with counterpart() as running:
        yield running


def session(url: str, patience: Patience, waits: list[float]) -> Session:
    grant = Credentials("contoso.example", "3f2a", "the secret of Contoso", f"{url}/token")
    return Session(url, grant, patience=patience, sleep=waits.append)


def test_a_person_does_not_wait_for_a_second_attempt_where_the_first_was_not_answered(silent: Any) -> None:
    line = session(f"http://127.0.0.1:{silent.getsockname()[1]}", QUICK, [])
    with pytest.raises(TimedOut):
        line.request("GET", "WhoAmI")
    line.close()
    assert called(silent) == 1


def test_a_person_is_told_at_once_that_the_organization_asks_to_wait_for_long(server: Counterpart) -> None:
    server.says = [Says(200, {"access_token": "t", "expires_in": 3599}), Says(429, {}, {"Retry-After": "300"})]
    line = session(server.url, OF_A_PERSON, [])
    with pytest.raises(Throttled):
        line.request("GET", "WhoAmI")
    line.close()
    assert len(server.asked) == 2


def test_what_breaks_off_is_asked_once_more_for_a_person_and_four_times_more_for_a_run(server: Counterpart) -> None:
    waits: list[float] = []
    broken = [Says(200, {"access_token": "t", "expires_in": 3599}), *[Says(502, {})] * 9]
    for patience, attempts in ((OF_A_PERSON, 2), (Patience(), 5)):
        server.says, server.asked[:] = list(broken), []
        line = session(server.url, patience, waits)
        with pytest.raises(Unreachable):
            line.request("GET", "WhoAmI")
        line.close()
        assert len(server.asked) == 1 + attempts
