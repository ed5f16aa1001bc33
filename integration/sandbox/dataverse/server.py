"""The organization behind HTTP: a threaded server, the ready line, a clean end."""

from __future__ import annotations

import errno
import json
import logging
import secrets
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from integration.sandbox.dataverse.http.messages import Request, Response, refused
from integration.sandbox.dataverse.http.router import perform
from integration.sandbox.dataverse.organization import Organization, utc_now
from integration.sandbox.dataverse.page.markup import page, tag
from integration.sandbox.dataverse.page.routes import SalesPage
from integration.sandbox.dataverse.refusals import Refusal
from integration.sandbox.dataverse.rules.registry import RuleRegistry
from integration.sandbox.dataverse.seed.seeds import CLIENTS, SEEDS, plant
from integration.sandbox.dataverse.solutions.operations import give_up_broken
from integration.sandbox.dataverse.store.database import Database
from integration.sandbox.dataverse.store.model import load_model
from integration.sandbox.dataverse.webhooks.catalogue import offer
from integration.sandbox.shell.authorize import answer_page
from integration.sandbox.shell.certificates import Certificates, certificates
from integration.sandbox.shell.control import Control
from integration.sandbox.shell.faults import Fault, Faults, refusal_of
from integration.sandbox.shell.limits import Bounds, Limits

SERVICE = "/api/data/v9.2/"
THREADS = 56
"""The service answers 52 requests of one user at a time."""
IDLE_SECONDS = 120
LARGEST_BODY = 128 * 1024 * 1024
REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    412: "Precondition Failed",
    413: "Payload Too Large",
    414: "URI Too Long",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
log = logging.getLogger(__name__)

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True)
class Options:
    """How to run. ``seed``: ``empty``, ``demo`` or ``large``; ``accounts`` and ``contacts`` are totals of
    the last two. ``tls`` is the directory of the certificates; with it the organization is served over https.
    ``limits`` are the service protection limits (none: everything is taken), ``latency_ms`` the time on
    the network, ``faults`` what goes wrong by the chances of ``fault_seed``; with ``control``
    they can be changed while it runs."""

    database: str
    port: int = 0
    seed: str = "empty"
    row_ms: float = 0
    accounts: int | None = None
    contacts: int | None = None
    host: str = "127.0.0.1"
    tls: str | None = None
    limits: Bounds | None = None
    latency_ms: float = 0
    faults: tuple[Fault, ...] = ()
    fault_seed: int = 0
    control: bool = False


class Sandbox:
    """A running organization. ``start`` returns when the port is bound; ``ready`` is what a client has to know."""

    def __init__(self, options: Options, clock: Callable[[], datetime] = utc_now) -> None:
        if options.seed not in SEEDS:
            raise ValueError(f"There is no seed “{options.seed}”; there are {', '.join(SEEDS)}.")
        Path(options.database).parent.mkdir(parents=True, exist_ok=True)
        model = load_model()
        self.database = Database(options.database, model)
        self.organization = Organization(self.database, model, RuleRegistry(), clock, options.row_ms)
        plant(self.organization, options.seed, options.accounts, options.contacts)
        with self.database.transaction() as connection:
            offer(connection, model)
        give_up_broken(self.organization)
        self.organization.limits = Limits(options.limits) if options.limits else None
        self.faults = Faults(options.faults, options.fault_seed)
        self.latency = options.latency_ms / 1000
        self._sales = SalesPage(self.organization)
        self._control = Control(self.faults) if options.control else None
        self._control_url = ""
        self._server = Server((options.host, options.port), self._answer, numthreads=THREADS, timeout=IDLE_SECONDS)
        self._server.max_request_header_size = 128 * 1024
        self._server.max_request_body_size = LARGEST_BODY
        self._server.shutdown_timeout = 2
        self._server.expiration_interval = 0.05
        self._thread: threading.Thread | None = None
        self.host = options.host
        self.certificates = self._secure(options.tls)

    def _secure(self, directory: str | None) -> Certificates | None:
        if directory is None:
            return None
        found = certificates(Path(directory).absolute(), self.host)
        self._server.ssl_adapter = BuiltinSSLAdapter(str(found.certificate), str(found.key))
        return found

    def start(self) -> None:
        """Bind the port and serve in a thread. Raises ``OSError`` when the port is taken."""
        self._server.prepare()
        port = self._server.bind_addr[1]
        self.scheme = "https" if self.certificates else "http"
        self.url = f"{self.scheme}://{self.host}:{port}"
        names = (self.host, "localhost", "127.0.0.1")
        self.organization.tenant.resources = tuple(f"{self.scheme}://{name}:{port}" for name in names)
        self.organization.deliveries.start()
        self._thread = threading.Thread(target=self._server.serve, name="sandbox", daemon=True)
        self._thread.start()
        if self._control is not None:
            self._control_url = self._control.start()

    def stop(self) -> None:
        """Finish what is being answered and close everything."""
        self._server.stop()
        if self._control is not None:
            self._control.stop()
        if self._thread is not None:
            self._thread.join()
        self.organization.deliveries.stop()
        self.organization.end()
        self.database.close()

    @property
    def ready(self) -> dict[str, Any]:
        """The ready line as a dictionary."""
        tenant = self.organization.tenant
        clients = {label: tenant.client(label) for label in CLIENTS}
        main = clients["integration"]
        return {
            "url": self.url,
            "token_endpoint": f"{self.url}/{tenant.id}/oauth2/v2.0/token",
            "tenant": tenant.id,
            "client_id": main.id,
            "client_secret": main.secret,
            "clients": {
                label: {"client_id": client.id, "client_secret": client.secret} for label, client in clients.items()
            },
            **({"ca": str(self.certificates.ca)} if self.certificates else {}),
            **({"control": self._control_url} if self._control else {}),
        }

    # --- WSGI ------------------------------------------------------------------------------------------------

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            response = self._respond(environ)
        except ConnectionResetError:
            raise  # on purpose: the server then closes the connection without a word
        except Exception:
            log.exception("The sandbox failed on %s", environ.get("REQUEST_URI"))
            response = _failed(environ)
        headers = [("OData-Version", "4.0"), *response.headers.items()]
        number = str(uuid.UUID(bytes=secrets.token_bytes(16)))
        headers += [("REQ_ID", number), ("x-ms-service-request-id", number)]
        if response.status not in (204, 304):
            headers.append(("Content-Length", str(len(response.body))))
        start_response(f"{response.status} {REASONS.get(response.status, '')}", headers)
        return [response.body] if response.body else []

    def _respond(self, environ: dict[str, Any]) -> Response:
        address = environ["REQUEST_URI"]
        if isinstance(address, bytes):
            address = address.decode("latin-1")
        path, _, query = address.partition("?")
        body = environ["wsgi.input"].read() if environ["REQUEST_METHOD"] not in ("GET", "DELETE") else b""
        if path.startswith(SERVICE):
            return self._perform(self._request(environ, path.removeprefix(SERVICE), query, body))
        if path == "/" or path == "/sales" or path.startswith("/sales/"):
            return self._sales.answer(self._request(environ, path, query, body))
        tenant, _, rest = path.lstrip("/").partition("/")
        if rest == "oauth2/v2.0/token" and environ["REQUEST_METHOD"] == "POST":
            return self.organization.tenant.answer(tenant, body, environ.get("HTTP_AUTHORIZATION", ""))
        if rest == "oauth2/v2.0/authorize" and environ["REQUEST_METHOD"] in ("GET", "POST"):
            return answer_page(self.organization.tenant, tenant, environ["REQUEST_METHOD"], query, body)
        if rest == "v2.0/.well-known/openid-configuration":
            return self.organization.tenant.discovery(tenant, self.url)
        return refused(Refusal(404, "", f"No HTTP resource was found that matches the request URI '{address}'."))

    def _perform(self, request: Request) -> Response:
        """The organization's answer, unless a fault gets in between."""
        time.sleep(self.latency)
        fault = self.faults.strike(request.method, request.uri)
        if fault is None:
            return perform(self.organization, request)
        if fault.kind == "drop_before":
            raise ConnectionResetError(errno.ECONNRESET, "dropped before anything was done")
        if fault.kind == "latency":
            time.sleep(fault.seconds)
        refusal = refusal_of(fault)
        answer = perform(self.organization, request) if refusal is None else refused(refusal)
        if fault.kind == "drop_after":
            raise ConnectionResetError(errno.ECONNRESET, "dropped after it was done")
        return answer

    def _request(self, environ: dict[str, Any], path: str, query: str, body: bytes) -> Request:
        headers = {
            name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        root = f"{self.scheme}://{environ.get('HTTP_HOST', self.url.partition('://')[2])}{SERVICE}"
        return Request(environ["REQUEST_METHOD"], path, query, headers, body, root)


def _failed(environ: dict[str, Any]) -> Response:
    """The fault is ours: a page for a person, the service's error for a program."""
    if environ.get("PATH_INFO", "").startswith("/sales/"):
        return page("Something went wrong", tag("p", "The sandbox failed; its log says why. Try again."), status=500)
    return refused(Refusal(500, "0x80040216", "An unexpected error occurred."))


def serve(options: Options) -> int:
    """Run until SIGTERM or SIGINT: one JSON line on standard output when ready, exit code 0 at the end."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    sandbox = Sandbox(options)
    try:
        sandbox.start()
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot use port {options.port}: {error}\n")
        return 1
    sys.stdout.write(json.dumps(sandbox.ready) + "\n")
    sys.stdout.flush()
    ended.wait()
    sandbox.stop()
    return 0
