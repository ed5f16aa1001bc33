"""A tiny web server that answers what a test tells it to, in order, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Says:
    """One answer. ``raw`` is written as it is instead, and the connection closed; ``drop`` closes without a word."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: Callable[[Any], None] | None = None
    drop: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Counterpart:
    """``says`` are the answers still to give; the last one is given again and again. ``route`` (a function of what was
    asked) goes first where it answers."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.says: list[Says] = []
        self.route: Callable[[Asked], Says | None] = lambda asked: None
        self.ending = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, asked: Asked) -> Says:
        with self._lock:
            self.asked.append(asked)
        routed = self.route(asked)
        if routed is not None:
            return routed
        with self._lock:
            return self.says.pop(0) if len(self.says) > 1 else self.says[0]

    def asked_for(self, part: str) -> list[Asked]:
        return [asked for asked in self.asked if part in asked.path]

    def _handler(counterpart) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the inner class has a self of its own
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                says = counterpart.answer(Asked(self.command, self.path, headers, body, self.client_address[1]))
                if says.drop or says.raw is not None:
                    self.close_connection = True
                    if says.raw is not None:
                        with suppress(ConnectionError):  # who has heard enough hangs up
                            says.raw(self.wfile)
                    return
                self.send_response(says.status)
                for name, value in says.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(says.content)))
                self.end_headers()
                self.wfile.write(says.content)

            do_GET = do_POST = do_PATCH = do_DELETE = do  # noqa: N815 - the names the library looks for

            def log_message(self, *arguments: Any) -> None:
                """Says nothing."""

        return Handler

    def start(self) -> None:
        threading.Thread(target=lambda: self._server.serve_forever(poll_interval=0.01), daemon=True).start()

    def stop(self) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def counterpart() -> Iterator[Counterpart]:
    """A running one."""
    running = Counterpart()
    running.start()
    try:
        yield running
    finally:
        running.stop()
