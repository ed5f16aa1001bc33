"""How long somebody waits for the organization: a person seconds, a run minutes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse import session as session_module
from integration.dataverse.session import OF_A_PERSON, Credentials, Patience, Session
from integration.systems.errors import Throttled, TimedOut, Unreachable
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart

GRANTED = Says(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": "t"})


@pytest.fixture
def contoso() -> Iterator[Counterpart]:
    with counterpart() as server:
        server.says = [GRANTED, Says(200, {"value": []})]
        yield server


def line(url: str, patience: Patience, waits: list[float] | None = None) -> Session:
    grant = Credentials("contoso.example", "3f2a", "the secret of Contoso", f"{url}/token")
    return Session(url, grant, patience=patience, sleep=(waits if waits is not None else []).append)


def holding(server: Counterpart, seconds: float, sign_in: bool = False) -> None:
    """Let the organization keep every request of a row, or the sign-in too, waiting for so long."""

    def route(asked: Asked) -> Says | None:
        if sign_in or asked.path != "/token":
            server.ending.wait(seconds)
        return None

    server.route = route


def test_a_person_waits_at_most_4_seconds_to_connect_and_10_in_all() -> None:
    assert (OF_A_PERSON.limits.connect, OF_A_PERSON.total) == (4, 10)
    assert OF_A_PERSON.limits.deadline <= OF_A_PERSON.total
    assert OF_A_PERSON.throttled <= OF_A_PERSON.total


def test_a_run_keeps_its_patience() -> None:
    assert (Patience().tries, Patience().throttled, Patience().total) == (5, 600.0, None)


def test_what_is_asked_after_the_time_of_a_page_is_not_sent(contoso: Counterpart) -> None:
    session = line(contoso.url, Patience(total=0.3))
    holding(contoso, 1.0)
    with pytest.raises(TimedOut, match="did not answer in time"):
        session.request("GET", "contacts")
    for _ in range(3):
        with pytest.raises(TimedOut):
            session.request("GET", "products")
    session.close()
    assert [asked.path for asked in contoso.asked if "products" in asked.path] == []


def test_the_time_of_a_page_is_shared_by_whoever_acts_over_its_line(contoso: Counterpart) -> None:
    session = line(contoso.url, Patience(total=0.2))
    holding(contoso, 1.0)
    with pytest.raises(TimedOut):
        session.request("GET", "accounts")
    lent = session.acting_as(uuid.uuid4(), of_directory=True)
    with pytest.raises(TimedOut):
        lent.request("GET", "contacts")
    session.close()
    assert not any("contacts" in asked.path for asked in contoso.asked)


def test_a_sign_in_counts_to_the_time_of_a_page(contoso: Counterpart) -> None:
    holding(contoso, 1.0, sign_in=True)
    session = line(contoso.url, Patience(total=0.2))
    with pytest.raises(TimedOut):
        session.request("GET", "accounts")
    session.close()
    assert [asked.path for asked in contoso.asked] == ["/token"]


@pytest.mark.parametrize(
    ("answer", "kind"), [(Says(502, {}), Unreachable), (Says(429, {}, {"Retry-After": "2"}), Throttled)]
)
def test_what_went_wrong_is_said_where_no_time_is_left_to_try_again(
    contoso: Counterpart, monkeypatch: pytest.MonkeyPatch, answer: Says, kind: type[Any]
) -> None:
    monkeypatch.setattr(session_module, "BACKOFF_SECONDS", 20.0)
    contoso.says = [GRANTED, answer]
    waits: list[float] = []
    session = line(contoso.url, Patience(tries=5, total=15), waits)
    with pytest.raises(kind):
        session.request("GET", "accounts")
    session.close()
    assert (len(contoso.asked), waits) == (2, [])
