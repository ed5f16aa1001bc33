"""Which part of a running organization answers which address, asked in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from integration.sandbox.dataverse import server
from integration.sandbox.shell.faults import Fault
from integration.sandbox.shell.messages import Incoming, Response
from tests.organization import planted
from tests.sandbox.in_process import ADDRESS

SERVICE = "/api/data/v9.2/"
Ask = Callable[..., Response]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Sandbox]:
    file = tmp_path / "organization.sqlite3"
    file.write_bytes(planted())
    made = Sandbox(Options(str(file)))
    made.url = ADDRESS
    made.organization.tenant.resources = (ADDRESS,)
    yield made
    made.database.close()


@pytest.fixture
def ask(running: Sandbox) -> Ask:
    """As the HTTP server asks: method and address, with the token of an administrator unless headers are given."""
    tenant = running.organization.tenant
    token = tenant.token(tenant.client("administrator").id, ADDRESS)

    def send(method: str, address: str, content: bytes = b"", headers: dict[str, str] | None = None) -> Response:
        path, _, query = address.partition("?")
        named = {"authorization": f"Bearer {token}"} if headers is None else headers
        return running._answer(Incoming(method, path, query, named, content, ADDRESS))

    return send


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status, json.loads(answer.body)["error"]["code"]


def test_every_answer_has_a_number_of_its_own_and_the_version_of_odata(ask: Ask) -> None:
    answers = [ask("GET", f"{SERVICE}WhoAmI"), ask("GET", f"{SERVICE}Nothing"), ask("GET", "/nothing")]

    assert [answer.status for answer in answers] == [200, 404, 404]
    assert {answer.headers["OData-Version"] for answer in answers} == {"4.0"}
    assert len({answer.headers["REQ_ID"] for answer in answers}) == 3
    for answer in answers:
        assert answer.headers["REQ_ID"] == answer.headers["x-ms-service-request-id"]


@pytest.mark.parametrize(
    "address", ["/api/data/v9.2", "/api/data/", "/api/data/v8.0/WhoAmI", "/API/data/v9.2/WhoAmI", "/nothing?x=1", "//",
                "/salesman", "/api/data/v9.2WhoAmI"],
)  # fmt: skip
def test_an_address_outside_the_service_is_not_found(ask: Ask, address: str) -> None:
    answer = ask("GET", address)

    assert refusal(answer) == (404, "")
    assert address in json.loads(answer.body)["error"]["message"]


@pytest.mark.parametrize(
    ("method", "rest", "status"),
    [
        ("POST", "oauth2/v2.0/token", 400),
        ("GET", "oauth2/v2.0/token", 404),
        ("PUT", "oauth2/v2.0/token", 404),
        ("GET", "oauth2/v2.0/authorize", 400),
        ("DELETE", "oauth2/v2.0/authorize", 404),
        ("GET", "v2.0/.well-known/openid-configuration", 200),
        ("GET", "v2.0/.well-known/other", 404),
        ("POST", "oauth2/token", 404),
    ],
)
def test_the_directory_answers_at_its_own_addresses(
    ask: Ask, running: Sandbox, method: str, rest: str, status: int
) -> None:
    assert ask(method, f"/{running.organization.tenant.id}/{rest}", headers={}).status == status


@pytest.mark.parametrize("address", ["/", "/sales", "/sales/", "/sales/accounts/"])
def test_people_are_asked_who_they_are(ask: Ask, address: str) -> None:
    answer = ask("GET", address)

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"Who are you?" in answer.body


@pytest.mark.parametrize(
    ("address", "kind"), [(f"{SERVICE}WhoAmI", "application/json"), ("/sales/accounts/", "text/html")]
)
def test_a_fault_of_our_own_is_a_500_without_a_word_about_the_inside(
    ask: Ask, running: Sandbox, monkeypatch: pytest.MonkeyPatch, address: str, kind: str
) -> None:
    def fail(*_: Any) -> Response:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(server, "perform", fail)
    monkeypatch.setattr(running._sales, "answer", fail)

    answer = ask("GET", address)

    assert answer.status == 500
    assert answer.headers["Content-Type"].startswith(kind)
    assert b"secret" not in answer.body
    assert b"Traceback" not in answer.body


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("503", (503, "0x80044b01")),
        ("412", (412, "0x80060882")),
        ("deadlock", (400, "0x80044150")),
        ("expired_token", (401, "0x80072560")),
        ("429_requests", (429, "0x80072322")),
        ("429_execution", (429, "0x80072321")),
        ("429_concurrency", (429, "0x80072326")),
    ],
)
def test_a_fault_that_was_asked_for_comes_instead_of_the_answer(
    ask: Ask, running: Sandbox, kind: str, answer: tuple[int, str]
) -> None:
    running.faults.add(Fault(kind, count=1, seconds=2.5, path="accounts"))

    assert ask("GET", f"{SERVICE}WhoAmI").status == 200
    hit = ask("POST", f"{SERVICE}accounts", b'{"name": "Adatum"}')

    assert refusal(hit) == answer
    if hit.status in (429, 503):
        assert hit.headers["Retry-After"] == "3"
    assert json.loads(ask("GET", f"{SERVICE}accounts").body)["value"] == []


@pytest.mark.parametrize(("kind", "written"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_is_dropped_before_or_after_the_work(
    ask: Ask, running: Sandbox, kind: str, written: int
) -> None:
    running.faults.add(Fault(kind, count=1, method="POST"))

    with pytest.raises(ConnectionResetError):
        ask("POST", f"{SERVICE}accounts", b'{"name": "Adatum"}')

    assert len(json.loads(ask("GET", f"{SERVICE}accounts").body)["value"]) == written


def test_an_expired_delta_link_concerns_those_only(ask: Ask, running: Sandbox) -> None:
    running.faults.add(Fault("expired_delta"))

    assert ask("GET", f"{SERVICE}accounts").status == 200
    assert refusal(ask("GET", f"{SERVICE}accounts?$deltatoken=1!03/02/2026 09:30:00")) == (400, "0x80044352")


def test_the_page_is_not_hit_by_faults(ask: Ask, running: Sandbox) -> None:
    running.faults.add(Fault("503"))

    assert ask("GET", "/sales/").status == 200
    assert ask("GET", f"{SERVICE}WhoAmI").status == 503


def test_an_address_may_be_as_long_as_the_service_takes(ask: Ask) -> None:
    room = 32_768 - len(f"{ADDRESS}{SERVICE}accounts?$filter=name eq ''")

    assert ask("GET", f"{SERVICE}accounts?$filter=name eq '{'x' * room}'").status == 200
    assert ask("GET", f"{SERVICE}accounts?$filter=name eq '{'x' * (room + 1)}'").status == 414
