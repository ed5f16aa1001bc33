"""Faults as any service has them: which kinds it knows, what they concern, how often they come."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from integration.sandbox import Sandbox
from integration.sandbox.shell.faults import Fault, Faults, fault_from_text, parse_fault

KINDS = {"drop_after": "", "429": "", "expired": "deltatoken="}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("kind=429", Fault("429")),
        ("kind=drop_after, probability=0.05", Fault("drop_after", probability=0.05)),
        ("kind=429,count=3,method=post,path=customers", Fault("429", count=3, method="POST", path="customers")),
        ("kind=429,seconds=0.5", Fault("429", seconds=0.5)),
    ],
)
def test_a_fault_is_read_from_names_and_values(text: str, fault: Fault) -> None:
    assert fault_from_text(text, KINDS) == fault


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "earthquake"}, "There is no fault “earthquake”; there are drop_after, 429, expired."),
        ({}, "There is no fault “”"),
        ({"kind": "429", "chance": 1}, "A fault has no “chance”; it has count, kind, method"),
        ({"kind": "429", "probability": "often"}, "are numbers"),
        ({"kind": "429", "count": "1.5"}, "are numbers"),
        ({"kind": "429", "probability": 1.1}, "A probability is between 0 and 1"),
        ({"kind": "429", "probability": float("nan")}, "A probability is between 0 and 1"),
        ({"kind": "429", "seconds": -1}, "seconds between 0 and 3600"),
        ({"kind": "429", "count": -1}, "a count 0 or more"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_what_would(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match="fault|probability|Fault|count") as caught:
        parse_fault(given, KINDS)

    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "method", "path", "hit"),
    [
        (Fault("429"), "GET", "customers", True),
        (Fault("429", method="POST"), "GET", "customers", False),
        (Fault("429", path="vendors"), "GET", "customers", False),
        (Fault("429", count=0), "GET", "customers", False),
        (Fault("429", probability=0), "GET", "customers", False),
        (Fault("expired"), "GET", "customers", False),
        (Fault("expired"), "GET", "customers?$deltatoken=7", True),
    ],
)
def test_a_fault_hits_the_requests_it_concerns(fault: Fault, method: str, path: str, hit: bool) -> None:
    assert (Faults(KINDS, (fault,)).next_fault(method, path) == fault) is hit


def test_a_fault_that_passes_a_request_by_leaves_it_to_the_next_one() -> None:
    faults = Faults(KINDS, (Fault("expired"), Fault("429", count=1)))

    assert [fault and fault.kind for fault in (faults.next_fault("GET", "customers") for _ in range(2))] == [
        "429",
        None,
    ]
    assert faults.happened == {"429": 1}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/faults", 200),
        ("DELETE", "/faults/7", 200),
        ("PUT", "/faults", 405),
        ("GET", "/faults/7", 405),
        ("POST", "/faults", 400),
        ("GET", "/", 404),
        ("DELETE", "/faults/first", 404),
        ("DELETE", f"/faults/{'9' * 5000}", 404),
    ],
)
def test_the_control_address_answers_what_it_offers_and_nothing_else(
    control: str, method: str, path: str, status: int
) -> None:
    assert requests.request(method, f"{control}{path}", json=[], timeout=5).status_code == status


def test_a_fault_nested_without_end_is_refused(control: str) -> None:
    assert requests.post(f"{control}/faults", data=b"[" * 50_000, timeout=5).status_code == 400


@pytest.fixture
def control(organization: Any) -> str:
    running: Sandbox = organization(control=True)
    return str(running.ready["control"])
