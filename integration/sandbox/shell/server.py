"""Serving HTTP: a threaded server, one JSON line when it is ready, a clean end."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from integration.sandbox.shell.certificates import Certificates, certificates
from integration.sandbox.shell.messages import Incoming, Response

IDLE_SECONDS = 120
LARGEST_HEADER = 128 * 1024
LARGEST_BODY = 128 * 1024 * 1024

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Answer = Callable[[Incoming], Response]


def status_line(status: int) -> str:
    """``404 Not Found``."""
    return f"{status:d} {HTTPStatus(status).phrase}"


class HttpServer:
    """``answer`` may raise ``ConnectionResetError``: the client then gets no answer at all. ``tls`` is the directory of
    the certificates; with it everything is served over https."""

    def __init__(self, host: str, port: int, tls: str | None, answer: Answer, threads: int) -> None:
        self.host = host
        self.answer = answer
        self._server = Server((host, port), self._wsgi, numthreads=threads, timeout=IDLE_SECONDS)
        self._server.max_request_header_size = LARGEST_HEADER
        self._server.max_request_body_size = LARGEST_BODY
        self._server.shutdown_timeout = 2
        self._server.expiration_interval = 0.05
        self._thread: threading.Thread | None = None
        self.certificates = self._secure(tls)
        self.scheme = "https" if self.certificates else "http"

    def _secure(self, directory: str | None) -> Certificates | None:
        if directory is None:
            return None
        found = certificates(Path(directory).absolute(), self.host)
        self._server.ssl_adapter = BuiltinSSLAdapter(str(found.certificate), str(found.key))
        return found

    def bind(self) -> int:
        """Take the port and return its number. Raises ``OSError`` when somebody else has it."""
        self._server.prepare()
        return int(self._server.bind_addr[1])

    def serve(self) -> None:
        """Answer from a thread of its own."""
        self._thread = threading.Thread(target=self._server.serve, name="sandbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered."""
        self._server.stop()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _wsgi(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        response = self.answer(self._incoming(environ))
        headers = list(response.headers.items())
        if response.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            headers.append(("Content-Length", str(len(response.body))))
        start_response(status_line(response.status), headers)
        return [response.body] if response.body else []

    def _incoming(self, environ: dict[str, Any]) -> Incoming:
        address = environ["REQUEST_URI"]
        if isinstance(address, bytes):
            address = address.decode("latin-1")
        path, _, query = address.partition("?")
        method = environ["REQUEST_METHOD"]
        body = environ["wsgi.input"].read() if method not in ("GET", "DELETE") else b""
        headers = {
            name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        host = headers.get("host") or f"{self.host}:{self._server.bind_addr[1]}"
        return Incoming(method, path, query, headers, body, f"{self.scheme}://{host}")


class Running(Protocol):
    """A played service: ``ready`` is what a client has to know."""

    def start(self) -> None:
        """Returns when the port is bound. Raises ``OSError``."""

    def stop(self) -> None:
        """Finishes what is being answered and closes everything."""

    @property
    def ready(self) -> dict[str, Any]: ...


def run(service: Running, port: int) -> int:
    """Run until SIGTERM or SIGINT: one JSON line on standard output when ready, exit code 0 at the end."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        service.start()
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot use port {port}: {error}\n")
        return 1
    sys.stdout.write(json.dumps(service.ready) + "\n")
    sys.stdout.flush()
    ended.wait()
    service.stop()
    return 0
