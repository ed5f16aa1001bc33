"""The service protection limits against a plain count: whatever is sent when, a window holds what it may."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.http.limits import headers_of, throttled
from integration.sandbox.shell.certificates import certificates
from integration.sandbox.shell.faults import Fault, Faults
from integration.sandbox.shell.limits import Bounds, Left, Limits
from integration.sandbox.shell.refusal import Refusal
from tests.examples import examples

BOUNDS = Bounds(seconds=10, requests=4, execution_seconds=6, concurrent=2)
SENT = some.lists(some.tuples(some.sampled_from([0, 1, 3, 8, 12]), some.sampled_from([0, 1, 2])), max_size=25)
"""Seconds to wait before a request, and how long it takes."""


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def send(limits: Limits, watch: Watch, takes: float = 0, user: str = "Adatum") -> Left | Refusal:
    try:
        with limits.request(user) as left:
            watch.now += takes
    except Refusal as refusal:
        return refusal
    return left


@given(SENT)
@examples(60)
def test_a_window_holds_no_more_requests_and_no_more_execution_than_it_may(sent: list[tuple[int, int]]) -> None:
    watch = Watch()
    limits = Limits(BOUNDS, throttled, watch)
    begun: list[tuple[float, float]] = []
    for wait, takes in sent:
        watch.now += wait
        begin = watch.now
        window = [one for one in begun if one[0] > begin - BOUNDS.seconds]
        spent = sum(max(0.0, end - max(start, begin - BOUNDS.seconds)) for start, end in begun)

        answer = send(limits, watch, takes)

        if isinstance(answer, Refusal):
            assert answer.status == 429
            assert watch.now == begin
        else:
            assert len(window) < BOUNDS.requests
            assert spent <= BOUNDS.execution_seconds
            assert answer.requests == BOUNDS.requests - len(window) - 1
            begun.append((begin, watch.now))


@given(SENT)
@examples(60)
def test_who_waits_as_long_as_was_said_is_let_in(sent: list[tuple[int, int]]) -> None:
    watch = Watch()
    limits = Limits(BOUNDS, throttled, watch)
    for wait, takes in sent:
        watch.now += wait
        answer = send(limits, watch, takes)
        if isinstance(answer, Refusal):
            watch.now += int(answer.headers["Retry-After"])

            assert isinstance(send(limits, watch, takes), Left)


@given(SENT)
@examples(30)
def test_what_one_user_sends_changes_nothing_for_another(sent: list[tuple[int, int]]) -> None:
    watch, alone = Watch(), Watch()
    shared, own = Limits(BOUNDS, throttled, watch), Limits(BOUNDS, throttled, alone)
    for wait, takes in sent:
        watch.now += wait
        alone.now = watch.now
        send(shared, watch, user="Fabrikam")

        together, single = send(shared, watch, takes), send(own, alone, takes)

        assert type(together) is type(single)
        watch.now = max(watch.now, alone.now)


@pytest.mark.parametrize(("kind", "code"), [("requests", "0x80072322"), ("execution", "0x80072321"),
                                            ("concurrency", "0x80072326")])  # fmt: skip
def test_a_limit_is_refused_by_its_own_code_and_whole_seconds(kind: str, code: str) -> None:
    for wait, header in ((0, "1"), (0.2, "1"), (1.5, "2"), (300, "300")):
        refusal = throttled(kind, Bounds(), wait)

        assert (refusal.status, refusal.code, refusal.headers) == (429, code, {"Retry-After": header})
        assert "exceeded" in refusal.message


def test_what_is_left_is_said_in_the_services_headers() -> None:
    assert headers_of(Left(5999, 1199.996)) == {
        "x-ms-ratelimit-burst-remaining-xrm-requests": "5999",
        "x-ms-ratelimit-time-remaining-xrm-requests": "1,200.00",
    }


@given(some.lists(some.tuples(some.sampled_from(["GET", "POST"]), some.sampled_from(["accounts", "contacts"])),
                  max_size=20), some.integers(0, 3), some.floats(0.1, 1), some.integers(0, 9))  # fmt: skip
@examples(40)
def test_a_fault_comes_as_often_as_was_asked_and_the_same_way_each_time(
    requests: list[tuple[str, str]], count: int, chance: float, seed: int
) -> None:
    fault = Fault("503", probability=chance, count=count, method="POST", path="accounts")
    runs = []
    for _ in range(2):
        faults = Faults({"503": ""}, (fault,), seed)
        hit = [faults.next_fault(*one) is not None for one in requests]
        runs.append(hit)

        assert sum(hit) <= count
        assert faults.happened.get("503", 0) == sum(hit)
        assert all(one == ("POST", "accounts") for one, was in zip(requests, hit, strict=True) if was)
    assert runs[0] == runs[1]


# --- certificates -------------------------------------------------------------------------------------------------


def server(folder: Path, host: str, now: dt.datetime | None = None) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificates(folder, host, now).certificate.read_bytes())


@pytest.mark.parametrize(
    ("host", "names", "addresses"),
    [
        ("127.0.0.1", ["localhost"], ["127.0.0.1", "::1"]),
        ("localhost", ["localhost"], ["127.0.0.1", "::1"]),
        ("sales.contoso.example", ["sales.contoso.example", "localhost"], ["127.0.0.1", "::1"]),
        ("10.0.0.7", ["localhost"], ["10.0.0.7", "127.0.0.1", "::1"]),
        ("::1", ["localhost"], ["::1", "127.0.0.1"]),
    ],
)
def test_a_certificate_holds_its_host_and_this_machine_once(
    tmp_path: Path, host: str, names: list[str], addresses: list[str]
) -> None:
    made = server(tmp_path, host)
    found = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert found.get_values_for_type(x509.DNSName) == names
    assert [str(one) for one in found.get_values_for_type(x509.IPAddress)] == addresses
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    authority = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    made.verify_directly_issued_by(authority)
    limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)


@pytest.mark.parametrize(("days", "kept"), [(0, True), (334, True), (336, False), (400, False), (-2, False)])
def test_a_certificate_is_kept_while_it_lasts_a_month_longer(tmp_path: Path, days: int, kept: bool) -> None:
    now = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
    first = server(tmp_path, "localhost", now).serial_number

    later = server(tmp_path, "localhost", now + dt.timedelta(days=days)).serial_number

    assert (first == later) == kept


@pytest.mark.parametrize("lost", ["ca.pem", "ca.key", "server.pem", "server.key"])
def test_a_lost_file_is_made_again_and_all_fit_together(tmp_path: Path, lost: str) -> None:
    certificates(tmp_path, "localhost")
    (tmp_path / lost).unlink()

    made = server(tmp_path, "localhost")

    made.verify_directly_issued_by(x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes()))
    key = (tmp_path / "server.key").read_bytes()
    assert b"PRIVATE KEY" in key
