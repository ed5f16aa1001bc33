"""The gate of a session: places, throttling, and what is left of the limits."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from integration.dataverse.session import LocalGate, Session
from integration.odata.shared import Left
from integration.systems.errors import (
    ConnectionProblem,
)
from tests.dataverse.access.sessions import JSON, Noted, Organization, organization, session
from tests.dataverse.counterpart import Asked, Says

__all__ = ["organization", "session"]


# --- the gate ------------------------------------------------------------------------------------------------


def test_never_more_requests_are_under_way_than_the_gate_has_places(organization: Organization) -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def counted(asked: Asked) -> Says:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        both.wait(0.05)  # long enough for a third one to come, if it could
        with lock:
            under_way -= 1
        return organization.answer(asked)

    both = threading.Event()
    organization.server.route = counted
    session = organization.session(gate=LocalGate(2), concurrency=8)
    session.each(lambda n: session.request("GET", f"accounts({n})"), range(12))
    session.close()

    assert most == 2


def test_after_throttling_half_as_many_go_through_and_successes_bring_the_rest_back() -> None:
    gate = LocalGate(8)
    with gate.slot(), gate.slot(), gate.slot(), gate.slot():
        gate.throttled(0)
        assert gate.limit == 2

    for _ in range(48):
        with gate.slot():
            pass

    assert gate.limit == 8


def test_a_closed_gate_lets_nobody_through_until_it_opens() -> None:
    gate, entered = LocalGate(), threading.Event()
    gate.throttled(0.2)

    def enter() -> None:
        with gate.slot():
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    assert not entered.wait(0.05)
    assert entered.wait(5)
    thread.join()


def test_throttling_closes_the_gate_for_everybody(organization: Organization) -> None:
    noted = Noted()
    session = organization.session(gate=noted)
    organization.answers = [Says(429, b"", {"Retry-After": "17"}), Says(503, b"", {"Retry-After": "2"})]

    session.request("GET", "accounts")
    session.close()

    assert noted.waits == [17.0, 2.0]
    assert organization.slept == []


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"burst": "5999", "time": "1,199.25"}, Left(5999, 1199.25)),
        ({"burst": "7"}, Left(7, None)),
        ({"burst": "many", "time": "-1"}, Left()),
        ({}, Left()),
    ],
)
def test_what_an_answer_says_is_left_of_the_limits_is_told_to_the_gate(
    organization: Organization, headers: dict[str, Any], left: Left
) -> None:
    noted = Noted()
    session = organization.session(gate=noted)
    named = {f"x-ms-ratelimit-{name}-remaining-xrm-requests": value for name, value in headers.items()}
    organization.answers = [Says(200, {}, JSON | named), Says(404, {}, JSON | named)]

    session.request("GET", "accounts")
    session.exchange("GET", "accounts")
    session.close()

    assert noted.left == [left]


def test_a_failure_in_one_thread_reaches_the_caller(organization: Organization, session: Session) -> None:
    organization.answers = [Says(403, {"error": {"code": "0x80072560", "message": "No."}}, JSON)]

    with pytest.raises(ConnectionProblem):
        session.each(lambda n: session.request("GET", f"accounts({n})"), range(3))
