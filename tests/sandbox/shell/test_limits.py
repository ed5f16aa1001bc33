"""Service protection limits and faults on purpose."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from integration.sandbox import Sandbox
from integration.sandbox.dataverse.http.faults import KINDS, read_fault
from integration.sandbox.dataverse.http.limits import throttled
from integration.sandbox.shell.faults import Fault, Faults
from integration.sandbox.shell.limits import Bounds, Left, Limits
from integration.sandbox.shell.refusal import Refusal
from tests.sandbox.conftest import Caller

Start = Callable[..., Sandbox]


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def send(limits: Limits, watch: Watch, seconds: float = 0, user: str = "Adatum") -> Left:
    with limits.request(user) as left:
        watch.now += seconds
    return left


def refused(limits: Limits, watch: Watch, user: str = "Adatum") -> Refusal:
    with pytest.raises(Refusal) as caught:
        send(limits, watch, user=user)
    return caught.value


def test_the_request_after_the_last_one_of_a_window_is_refused_until_room_is_there_again(watch: Watch) -> None:
    limits = Limits(Bounds(requests=60), throttled, watch)
    for _ in range(60):
        send(limits, watch)
    watch.now += 100
    refusal = refused(limits, watch)
    assert (refusal.status, refusal.code) == (429, "0x80072322")
    assert refusal.message == "Number of requests exceeded the limit of 60 over time window of 300 seconds."
    assert refusal.headers["Retry-After"] == "201"
    watch.now += 201
    send(limits, watch)


def test_who_goes_on_sending_while_throttled_waits_longer(watch: Watch) -> None:
    limits = Limits(Bounds(requests=1), throttled, watch)
    send(limits, watch)
    waits = [int(refused(limits, watch).headers["Retry-After"]) for _ in range(3)]
    assert waits == [300, 300, 300]
    watch.now += 200
    assert [int(refused(limits, watch).headers["Retry-After"]) for _ in range(2)] == [101, 102]


def test_execution_time_counts_only_inside_the_window(watch: Watch) -> None:
    limits = Limits(Bounds(seconds=10, execution_seconds=6), throttled, watch)
    send(limits, watch, seconds=7)
    refusal = refused(limits, watch)
    assert (refusal.code, refusal.headers["Retry-After"]) == ("0x80072321", "5")
    assert "6,000 milliseconds over time window of 10 seconds" in refusal.message
    watch.now += 5
    send(limits, watch)


def test_a_request_too_many_at_a_time_is_refused_at_once(watch: Watch) -> None:
    limits = Limits(Bounds(concurrent=1), throttled, watch)
    with limits.request("Adatum"):
        assert refused(limits, watch).code == "0x80072326"
    send(limits, watch)


def test_one_user_does_not_use_up_the_limits_of_another(watch: Watch) -> None:
    limits = Limits(Bounds(requests=1), throttled, watch)
    send(limits, watch, user="Adatum")
    send(limits, watch, user="Fabrikam")
    assert refused(limits, watch, user="Adatum").status == 429


def test_answers_tell_what_is_left_of_the_limits(organization: Start) -> None:
    call = Caller(organization(limits=Bounds()).ready)
    headers = call("GET", "WhoAmI").headers
    assert headers["x-ms-ratelimit-burst-remaining-xrm-requests"] == "5999"
    assert headers["x-ms-ratelimit-time-remaining-xrm-requests"].startswith("1,")


def test_an_organization_over_its_limit_answers_429_with_the_code_and_when_to_try_again(organization: Start) -> None:
    call = Caller(organization(limits=Bounds(requests=1)).ready)
    assert call("GET", "WhoAmI").status_code == 200
    answer = call("GET", "WhoAmI")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "0x80072322")
    assert 1 <= int(answer.headers["Retry-After"]) <= 301


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("429_requests", 429, "0x80072322"),
        ("429_execution", 429, "0x80072321"),
        ("429_concurrency", 429, "0x80072326"),
        ("503", 503, "0x80044b01"),
        ("expired_token", 401, "0x80072560"),
        ("412", 412, "0x80060882"),
        ("deadlock", 400, "0x80044150"),
    ],
)
def test_a_fault_is_answered_as_often_as_it_was_asked_for(
    organization: Start, kind: str, status: int, code: str
) -> None:
    call = Caller(organization(faults=(Fault(kind, count=1),)).ready)
    assert call.refusal("GET", "accounts") == (status, code)
    assert call("GET", "accounts").status_code == 200


@pytest.mark.parametrize(("kind", "written"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_leaves_what_was_committed(organization: Start, kind: str, written: int) -> None:
    call = Caller(organization(faults=(Fault(kind, count=1, method="POST", path="/accounts"),)).ready)
    with pytest.raises(requests.ConnectionError):
        call("POST", "accounts", {"name": "Coho Winery"})
    assert len(call.rows("accounts?$filter=name eq 'Coho Winery'")) == written


def test_an_expired_delta_token_is_said_only_to_who_sends_one(organization: Start) -> None:
    call = Caller(organization(faults=(Fault("expired_delta", count=1),)).ready)
    link = call.get("accounts?$select=name", Prefer="odata.track-changes")["@odata.deltaLink"]
    assert call.refusal("GET", link) == (400, "0x80044352")
    assert call("GET", link).status_code == 200


def test_faults_are_listed_added_and_cleared_at_the_control_address(organization: Start) -> None:
    ready = organization(control=True).ready
    call, address = Caller(ready), f"{ready['control']}/faults"
    assert requests.post(address, json={"kind": "503", "path": "accounts"}, timeout=5).json() == {"id": 1}
    assert call("GET", "accounts").status_code == 503
    assert call("GET", "contacts").status_code == 200
    told = requests.get(address, timeout=5).json()
    assert (told["faults"][0]["kind"], told["happened"]) == ("503", {"503": 1})
    assert requests.delete(f"{address}/1", timeout=5).json()["faults"] == []
    assert call("GET", "accounts").status_code == 200


def test_the_control_address_refuses_a_fault_it_does_not_know(organization: Start) -> None:
    address = organization(control=True).ready["control"] + "/faults"
    answer = requests.post(address, json={"kind": "earthquake"}, timeout=5)
    assert (answer.status_code, "earthquake" in answer.json()["error"]) == (400, True)


def test_the_same_seed_gives_the_same_faults() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(KINDS, (read_fault("kind=503,probability=0.5"),), seed)
        return [faults.next_fault("GET", "accounts") is not None for _ in range(40)]

    assert struck(7) == struck(7) != struck(8)
    assert 0 < sum(struck(7)) < 40
