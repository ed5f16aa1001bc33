"""The control address: faults are listed, added and cleared here while the organization runs. Loopback only.

``GET /faults`` lists them with what has happened so far, ``POST /faults`` adds one, ``DELETE /faults`` clears all and
``DELETE /faults/3`` one.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from cheroot.wsgi import Server

from integration.sandbox.shell.faults import Faults, parse_fault
from integration.sandbox.shell.server import status_line

LARGEST_BODY = 64 * 1024
NUMBER = re.compile(r"[0-9]{1,9}")


class Control:
    """A small server of its own, so that no fault can hit it."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._server = Server(("127.0.0.1", 0), self._answer, numthreads=1, timeout=5)
        self._server.max_request_body_size = LARGEST_BODY
        self._server.shutdown_timeout = 2
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Serve in a thread; the address."""
        self._server.prepare()
        self._thread = threading.Thread(target=self._server.serve, name="sandbox control", daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._server.bind_addr[1]}"

    def stop(self) -> None:
        self._server.stop()
        if self._thread is not None:
            self._thread.join()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        status, content = self._respond(environ)
        body = json.dumps(content).encode()
        start(status_line(status), [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _respond(self, environ: dict[str, Any]) -> tuple[HTTPStatus, Any]:
        method = environ["REQUEST_METHOD"]
        name, _, number = environ["PATH_INFO"].strip("/").partition("/")
        if name != "faults" or (number and not NUMBER.fullmatch(number)):
            return HTTPStatus.NOT_FOUND, {"error": "There is only /faults."}
        if method == "POST" and not number:
            return self._add(environ["wsgi.input"].read())
        if method == "DELETE":
            self.faults.clear(int(number) if number else None)
        elif method != "GET" or number:
            return HTTPStatus.METHOD_NOT_ALLOWED, {"error": "Use GET, POST or DELETE."}
        return HTTPStatus.OK, {"faults": self.faults.listed(), "happened": self.faults.happened}

    def _add(self, body: bytes) -> tuple[HTTPStatus, Any]:
        try:
            given = json.loads(body)
            if not isinstance(given, dict):
                raise ValueError("A fault is an object.")
            return HTTPStatus.CREATED, {"id": self.faults.add(parse_fault(given, self.faults.kinds))}
        except (ValueError, RecursionError) as error:
            return HTTPStatus.BAD_REQUEST, {"error": str(error)}
