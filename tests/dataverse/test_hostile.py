"""Servers that are broken or mean harm: every verb ends soon, with a problem that says so, and nothing is leaked."""

from __future__ import annotations

import gzip
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from integration.dataverse.session import Credentials, Session
from integration.dataverse.store import SalesOrganization
from integration.http import Limits, Transport
from integration.systems.errors import BadAnswer, ConnectionProblem, Problem
from integration.systems.values import Row
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart
from tests.dataverse.relay import Relay, relay

JSON = {"Content-Type": "application/json"}
MULTIPART = {"Content-Type": "multipart/mixed; boundary=b"}
IMPATIENT = Limits(connect=0.5, read=0.2, deadline=0.3, body=300_000)
ID = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")

VERBS: dict[str, Callable[[SalesOrganization], Any]] = {
    "check": lambda crm: crm.check(),
    "tables": lambda crm: crm.tables(),
    "describe": lambda crm: crm.describe("account"),
    "find": lambda crm: crm.find("account", fields=["name"]),
    "count": lambda crm: crm.count("account"),
    "changes": lambda crm: list(crm.changes("account", ["name"])),
    "get": lambda crm: crm.get("account", [ID], ["name"]),
    "insert": lambda crm: crm.insert("account", [Row(ID, {"name": "Adatum"}), Row(uuid.uuid4(), {"name": "Litware"})]),
    "update": lambda crm: crm.update("account", [Row(ID, {"name": "Adatum"})]),
    "delete": lambda crm: crm.delete("account", [Row(ID)]),
    "act": lambda crm: crm.act("quote", ID, "revise_quote"),
}


@pytest.fixture
def server() -> Iterator[Counterpart]:
    with counterpart() as running:
        yield running


def organization(server: Counterpart, limits: Limits = IMPATIENT) -> SalesOrganization:
    credentials = Credentials("adatum.example", "client", "s3cret", f"{server.url}/token")
    return SalesOrganization(Session(server.url, credentials, transport=Transport(limits), sleep=lambda seconds: None))


def answering(server: Counterpart, says: Says) -> SalesOrganization:
    """A client whose sign-in works and whose every other question is answered with this."""
    granted = Says(200, {"access_token": "t0k3n", "expires_in": 3599}, JSON)
    server.route = lambda asked: granted if asked.path == "/token" else says
    return organization(server)


def endless(out: Any) -> None:
    out.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"value":[')
    for _ in range(100):
        out.write(b"0," * 8_000)


def packed(content: bytes, times: int = 1) -> Says:
    for _ in range(times):
        content = gzip.compress(content)
    return Says(200, content, JSON | {"Content-Encoding": ", ".join(["gzip"] * times)})


def nested(levels: int) -> bytes:
    """Change sets in change sets: a reader that follows them all runs out of stack."""
    body = b""
    for level in range(levels):
        body += b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level, level + 1)
    return body


HOSTILE = {
    "an endless body": Says(raw=endless),
    "a web page": Says(200, b"<html>Sign in</html>", {"Content-Type": "text/html"}),
    "invalid JSON": Says(200, b'{"value": [', JSON),
    "JSON that is too deep": Says(200, b"[" * 100_000, JSON),
    "a number that never ends": Says(200, b'{"value": [{"creditlimit": ' + b"9" * 10_000 + b"}]}", JSON),
    "a number that fills the memory": Says(200, b'{"value": [{"creditlimit": 1e999999999}]}', JSON),
    "letters that are none": Says(200, b'{"value": "\xff\xfe"}', JSON),
    "a redirect to another host": Says(302, b"", {"Location": "https://evil.example/"}),
    "no multipart": Says(200, b"{}", MULTIPART),
    "a multipart without an end": Says(200, b"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 2", MULTIPART),
    "a multipart of nothing": Says(200, b"--b\r\n" * 5000, MULTIPART),
    "change sets without end": Says(200, nested(5000), {"Content-Type": "multipart/mixed; boundary=b0"}),
    "nothing": Says(200, b""),
    "a packed bomb": packed(b"0" * 50_000_000),
    "what is not packed although it says so": Says(200, b"{}", JSON | {"Content-Encoding": "gzip"}),
    "no HTTP": Says(raw=lambda out: out.write(b"220 mail.adatum.example ESMTP\r\n")),
    "a hundred thousand headers": Says(raw=lambda out: out.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000)),
    "a wait of years": Says(429, b"", {"Retry-After": "999999999"}),
    "a wait that is no number": Says(400, b'{"error": {"code": [], "message": {}}}', JSON | {"Retry-After": "nan"}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_verb_takes_what_a_hostile_server_says(server: Counterpart, kind: str) -> None:
    crm = answering(server, HOSTILE[kind])

    for verb in VERBS.values():
        with pytest.raises(ConnectionProblem if kind != "a wait that is no number" else Problem) as caught:
            verb(crm)
        assert str(caught.value).isprintable()
        assert "t0k3n" not in str(caught.value) + caught.value.raw
    crm.close()

    assert all("evil" not in asked.path for asked in server.asked)


@pytest.mark.parametrize("verb", ["check", "find", "insert"])
def test_a_server_that_drips_meets_the_deadline(server: Counterpart, verb: str) -> None:
    def drip(out: Any) -> None:
        out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not server.ending.wait(0.02):
            out.write(b" ")

    crm = answering(server, Says(raw=lambda out: _until_gone(drip, out)))

    with pytest.raises(ConnectionProblem):
        VERBS[verb](crm)
    crm.close()


def _until_gone(say: Callable[[Any], None], out: Any) -> None:
    try:
        say(out)
    except OSError:
        return  # the client hung up: that is what it is meant to do


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_sign_in_with_a_hostile_server_is_refused_without_telling_the_secret(server: Counterpart, kind: str) -> None:
    server.route = lambda asked: HOSTILE[kind]
    crm = organization(server)

    with pytest.raises(ConnectionProblem) as caught:
        crm.check()
    crm.close()

    assert "s3cret" not in str(caught.value) + caught.value.raw


def test_a_packed_bomb_is_not_unpacked_into_the_memory(server: Counterpart) -> None:
    crm = answering(server, packed(b"0" * 200_000_000, times=2))
    tracemalloc.start()
    try:
        with pytest.raises(BadAnswer):
            crm.check()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        crm.close()

    assert peak < 40_000_000


# --- answers of the right kind with the wrong content -------------------------------------------------------

GARBAGE: list[Any] = [
    None, 5, "text", [], {}, [[]], {"value": None}, {"value": 5}, {"value": {}}, {"value": [5]}, {"value": [{}]},
    {"value": [{"accountid": 5}]}, {"value": [{"accountid": "no id"}]}, {"value": [], "@odata.nextLink": 5},
    {"value": [], "@odata.nextLink": "https://evil.example/"}, {"value": [], "@odata.deltaLink": []}, {"Ids": 5},
    {"value": [{"id": 5, "reason": "deleted"}], "@odata.deltaLink": "x"},
    {"value": [{"accountid": str(ID), "modifiedon": "soon"}], "@odata.deltaLink": "x"},
    {"value": [{"accountid": str(ID), "modifiedon": 5, "name": {}}], "@odata.deltaLink": "x"},
    {"OrganizationId": "x", "UserId": []},
]  # fmt: skip


@pytest.fixture
def line(sandbox: dict[str, Any]) -> Iterator[Relay]:
    with relay(sandbox) as running:
        yield running


@pytest.mark.parametrize("name", [name for name in VERBS if name not in ("tables", "describe")])
def test_garbage_instead_of_rows_is_a_problem_and_never_a_crash(line: Relay, name: str) -> None:
    crm = line.organization()
    crm.describe("account")

    for garbage in GARBAGE:
        line.troubles.clear()
        line.say("", Says(200, garbage, JSON), times=10_000)
        with suppress(Problem):  # garbage may be taken for an empty answer; nothing else may be raised
            VERBS[name](crm)
    crm.close()


@pytest.mark.parametrize("name", ["tables", "describe", "find"])
def test_garbage_instead_of_a_description_is_a_problem_and_is_not_kept(line: Relay, name: str) -> None:
    crm = line.organization()

    for garbage in GARBAGE:
        line.troubles.clear()
        line.say("EntityDefinitions", Says(200, garbage, JSON), times=10_000)
        with suppress(Problem):
            VERBS[name](crm)
        crm.metadata.forget("account")
    line.troubles.clear()

    assert "name" in crm.describe("account").fields
    crm.close()


def test_pages_that_lead_round_in_a_circle_end(line: Relay) -> None:
    crm = line.organization()
    crm.describe("account")

    def circle(asked: Asked) -> Says:
        link = line.server.url + asked.path
        return Says(200, {"value": [], "@odata.nextLink": link}, JSON)

    line.server.route = lambda asked: circle(asked) if "/accounts" in asked.path else line._route(asked)

    with pytest.raises(BadAnswer, match="leads nowhere"):
        list(crm.changes("account", ["name"]))
    with pytest.raises(BadAnswer, match="leads nowhere"):
        crm.find("account", fields=["name"])
    crm.close()
