"""Connecting takes no longer than it may, whatever takes the time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.client import LineTooLong
from typing import Any

import pytest

from integration.http import Limits, Transport
from integration.http.transport import problem_of
from integration.systems.errors import AddressRefused, TimedOut, Unreachable
from tests.dataverse.counterpart import Counterpart, Says, counterpart

QUICK = Limits(connect=0.3, read=5, deadline=5)


@pytest.fixture
def contoso() -> Iterator[Counterpart]:
    with counterpart() as server:
        server.says = [Says(200, {"value": []})]
        yield server


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(QUICK)
    yield made
    made.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that every name leads to."""
    addresses: list[str] = []

    asked = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if host != "localhost":
            return asked(host, port, *rest, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return addresses


def at_localhost(server: Counterpart) -> str:
    return server.url.replace("127.0.0.1", "localhost")


def test_a_name_server_that_does_not_answer_is_a_time_out(
    contoso: Counterpart, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: over.wait(20))
    with pytest.raises(TimedOut):
        transport.send("GET", at_localhost(contoso))
    over.set()


def test_the_second_address_of_a_name_is_called_where_the_first_refuses(
    contoso: Counterpart, transport: Transport, names: list[Any]
) -> None:
    names += ["127.0.0.2", "127.0.0.1"]
    assert transport.send("GET", at_localhost(contoso)).json() == {"value": []}
    assert contoso.asked[0].headers["host"].startswith("localhost:")


def test_a_name_without_an_address_is_unknown(contoso: Counterpart, transport: Transport, names: list[Any]) -> None:
    with pytest.raises(Unreachable, match="name is unknown"):
        transport.send("GET", at_localhost(contoso))


def test_a_name_that_leads_to_nobody_only_is_unreachable(
    contoso: Counterpart, transport: Transport, names: list[Any]
) -> None:
    names += ["127.0.0.2", "127.0.0.3"]
    with pytest.raises(Unreachable, match="nothing listens"):
        transport.send("GET", at_localhost(contoso))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror("no address"), "does not answer: its name is unknown. Check the address."),
        (ConnectionRefusedError("refused"), "does not answer: nothing listens at its address."),
        (TimeoutError("slow"), "did not answer in time."),
        (ConnectionResetError("reset"), "does not answer: the connection broke off."),
        (LineTooLong("header"), "gave an answer that cannot be read."),
    ],
    ids=lambda one: type(one).__name__,
)
def test_people_hear_who_does_not_answer_and_the_host_stands_in_the_raw_text(error: Exception, words: str) -> None:
    problem = problem_of(error, "contoso.crm4.dynamics.com", "Dynamics 365 Sales")
    assert str(problem) == f"Dynamics 365 Sales {words}"
    assert problem.raw.startswith("contoso.crm4.dynamics.com: ")


def test_a_name_that_leads_into_a_data_center_is_not_called_at_its_next_address_either(
    contoso: Counterpart, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []

    def refuse(host: str) -> None:
        refused.append(host)
        raise AddressRefused(f"{host} is an address that is never called.")

    monkeypatch.setattr("integration.http.sockets.check_host", refuse)
    with pytest.raises(AddressRefused):
        transport.send("GET", contoso.url)
    assert (refused, contoso.asked) == (["127.0.0.1"], [])


def test_a_handshake_that_never_ends_is_a_time_out(transport: Transport) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(4)
        with pytest.raises(TimedOut):
            transport.send("GET", f"https://127.0.0.1:{silent.getsockname()[1]}")


def test_an_answer_may_take_longer_than_connecting(contoso: Counterpart, transport: Transport) -> None:
    contoso.route = lambda asked: Says(200, {"late": contoso.ending.wait(0.5)})
    assert transport.send("GET", contoso.url).json() == {"late": False}
