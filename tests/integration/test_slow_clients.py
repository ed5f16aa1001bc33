"""Clients that send slowly, much or never take no thread from anybody."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from integration.management import web

THREADS = 2
Ask = Callable[[bytes], socket.socket]


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """A server with two threads; the answer sends these bytes to it."""
    server = web.PatientServer(("127.0.0.1", 0), application, numthreads=THREADS)
    server.expiration_interval = 0.05
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    with ExitStack() as lines:

        def send(data: bytes) -> socket.socket:
            line = lines.enter_context(socket.create_connection(server.bind_addr[:2], timeout=20))
            line.sendall(data)
            return line

        yield send
    server.stop()
    thread.join(5)


def status(line: socket.socket) -> str:
    return line.recv(65536).partition(b"\r\n")[0].decode().partition(" ")[2]


def received(line: socket.socket) -> bytes:
    """One whole answer."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += line.recv(65536)
    header, _, body = answer.partition(b"\r\n\r\n")
    length = int(header.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(1 << 20)
    return header + b"\r\n\r\n" + body


def post(body: bytes, length: int | None = None) -> bytes:
    length = len(body) if length is None else length
    return b"POST / HTTP/1.1\r\nHost: sales\r\nContent-Length: %d\r\n\r\n" % length + body


GET = b"GET / HTTP/1.1\r\nHost: sales\r\n\r\n"


@pytest.mark.parametrize("begun", [b"", b"G", b"GET / HTTP/1.1\r\nHost: sa", post(b"half", 1000)])
def test_many_clients_that_never_finish_leave_the_pages_open(ask: Callable[..., Any], begun: bytes) -> None:
    slow = [ask(begun) for _ in range(20 * THREADS)]
    assert status(ask(GET)) == "200 OK"
    assert len(slow) == 20 * THREADS


def test_a_request_that_comes_byte_by_byte_is_answered(ask: Callable[..., Any]) -> None:
    line = ask(b"")
    for byte in post(b"Adatum"):
        line.sendall(bytes([byte]))
    assert received(line).endswith(b"\r\n\r\nAdatum")


def test_a_large_body_arrives_whole_and_the_connection_is_used_again(ask: Callable[..., Any]) -> None:
    body = bytes(range(256)) * 8000
    line = ask(post(body))
    assert received(line).endswith(body)
    line.sendall(GET)
    assert status(line) == "200 OK"


@pytest.mark.parametrize("begun", [b"GET / HTTP/1.1\r\nHo", post(b"half", 1000)])
def test_a_request_that_takes_too_long_is_closed_with_408(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(web, "HEADER_SECONDS", 0.1)
    monkeypatch.setattr(web, "BODY_SECONDS", 0.1)
    assert status(ask(begun)) == "408 Request Timeout"


def test_a_connection_on_which_nothing_is_asked_is_closed(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "HEADER_SECONDS", 0.1)
    assert ask(b"").recv(100) == b""


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * web.LONGEST_HEADER, "431 Request Header Fields Too Large"),
        (post(b"", web.LONGEST_BODY + 1), "413 Content Too Large"),
        (b"POST / HTTP/1.1\r\nHost: sales\r\nTransfer-Encoding: chunked\r\n\r\n", "411 Length Required"),
        (b"nonsense\r\n\r\n", "400 Bad Request"),
    ],
)
def test_what_is_too_much_is_refused_at_once(ask: Callable[..., Any], sent: bytes, answer: str) -> None:
    assert status(ask(sent)) == answer


def test_too_many_connections_close_the_oldest_and_not_the_newest(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "CONNECTIONS", 5)
    slow = [ask(b"GET /") for _ in range(12)]
    assert status(slow[0]) == "408 Request Timeout"
    assert status(ask(GET)) == "200 OK"


def test_an_answer_to_head_is_its_header_alone_and_what_made_the_body_is_closed() -> None:
    closed: list[str] = []

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append("body")

    served = web.without_body(lambda environ, start_response: Body([b"hello"]))
    assert list(served({"REQUEST_METHOD": "GET"}, None)) == [b"hello"]
    assert closed == []
    assert list(served({"REQUEST_METHOD": "HEAD"}, None)) == []
    assert closed == ["body"]
