"""A private certificate authority is trusted where it is named, and only there."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from integration.http import Limits, Transport
from integration.systems.errors import ConfigurationProblem, TlsFailed
from tests.real.certificates import Issued, issue


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments: Any) -> None:
        """Says nothing."""


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust us hangs up: that is what some tests are about."""


@pytest.fixture(scope="module")
def authority() -> Issued:
    return issue("Adatum private authority")


@pytest.fixture(scope="module")
def server(authority: Issued, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose certificate the private authority signed."""
    with serving(issue("crm.adatum.example", by=authority), tmp_path_factory.mktemp("tls")) as url:
        yield url


@contextmanager
def serving(own: Issued, folder: Path) -> Iterator[str]:
    """The address of a server with this certificate."""
    chain = folder / "server.pem"
    chain.write_text(own.both)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    running = Quiet(("127.0.0.1", 0), Answering)
    running.socket = context.wrap_socket(running.socket, server_side=True)
    threading.Thread(target=lambda: running.serve_forever(poll_interval=0.01), daemon=True).start()
    yield f"https://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def ask(url: str, ca: str | None) -> int:
    transport = Transport(Limits(connect=5, read=5, deadline=5), ca)
    try:
        return transport.send("GET", url).status
    finally:
        transport.close()


def test_a_server_of_the_named_authority_is_trusted(server: str, authority: Issued, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(authority.pem)

    assert ask(server, str(file)) == 200


def test_a_server_of_an_unknown_authority_is_refused_in_words(server: str) -> None:
    with pytest.raises(TlsFailed, match="the server is not trusted"):
        ask(server, None)


def test_a_server_of_another_authority_is_refused_although_one_is_named(server: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(issue("Fabrikam private authority").pem)

    with pytest.raises(TlsFailed):
        ask(server, str(file))


@pytest.mark.parametrize("content", [None, "", "this is no certificate"])
def test_a_file_that_holds_no_authority_is_said_by_name(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(ConfigurationProblem, match=r"ca\.pem"):
        Transport(ca=str(file))


@pytest.mark.parametrize(("given", "words"), [
    ({"days": -1}, "has expired"),
    ({"host": "127.0.0.9"}, "is for another host. Check the address"),
    ({"days": 60, "since": -30}, "is not valid yet. Look at the clock"),
])  # fmt: skip
def test_a_certificate_that_does_not_hold_is_refused_with_what_to_look_at(
    authority: Issued, tmp_path: Path, given: dict[str, Any], words: str
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(authority.pem)
    with (
        serving(issue("crm.adatum.example", by=authority, **given), tmp_path) as url,
        pytest.raises(TlsFailed, match=words) as caught,
    ):
        ask(url, str(file))

    assert "127.0.0.1" in caught.value.raw
    assert caught.value.code == "tls-failed"
    assert not caught.value.retryable
