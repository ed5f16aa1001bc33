"""A Business Central that answers the page “Sales (sandbox)”, and an organization that is connected to it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from integration.dataverse import solution
from integration.dataverse.session import Credentials, Session
from tests.sandbox.conftest import Caller
from tests.sandbox.salesperson import allow


class Company(BaseHTTPRequestHandler):
    """A Business Central that has 12 of everything for who shows the key, and another mood for the user ``status``."""

    def do_GET(self) -> None:
        typed = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
        if typed[0] == "status":
            self.send_response(int(typed[2]))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        right = self.headers["Authorization"] == "Basic " + base64.b64encode(b"annette:key").decode()
        body = json.dumps({"value": [{"AvailableQuantity": 12, "UnitOfMeasure": "PCS"}]}).encode()
        self.send_response(200 if right and "ProductId%20eq%20" in self.path else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the console."""


@contextmanager
def serving() -> Iterator[str]:
    """The address of such a company."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Company)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def bring_solution(ready: dict[str, Any]) -> None:
    """Import the integration solution, and let Peter ask for the availability."""
    administrator = ready["clients"]["administrator"]
    session = Session(ready["url"], Credentials(
        ready["tenant"], administrator["client_id"], administrator["client_secret"], ready["token_endpoint"]
    ))  # fmt: skip
    solution.import_into(session)
    session.close()
    allow(Caller(ready, "administrator"), "Peter Saddow", "Product Availability User")


def connect_company(ready: dict[str, Any], **values: str) -> None:
    """The one row of ``bci_connection``, as the integration writes it."""
    administrator = Caller(ready, "administrator")
    row = {"bci_name": "Business Central", **values}
    answer = administrator("PATCH", "bci_connections(6d0f2c1e-4b39-5a0e-9d52-6a1b0c7be001)", row)
    assert answer.status_code == 204, answer.text
