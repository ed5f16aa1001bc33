"""A running organization: which part of it answers which address, and what goes wrong on purpose."""

from __future__ import annotations

import errno
import logging
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from integration.sandbox.dataverse.http.faults import KINDS, refusal_of
from integration.sandbox.dataverse.http.limits import throttled
from integration.sandbox.dataverse.http.messages import Request, refused
from integration.sandbox.dataverse.http.router import perform
from integration.sandbox.dataverse.organization import Organization, utc_now
from integration.sandbox.dataverse.page.addresses import MAIN
from integration.sandbox.dataverse.page.rendering import message
from integration.sandbox.dataverse.page.routes import SalesPage
from integration.sandbox.dataverse.rules.registry import RuleRegistry
from integration.sandbox.dataverse.security.people import people_to_sign_in
from integration.sandbox.dataverse.seed.seeds import CLIENTS, SEEDS, seed_organization
from integration.sandbox.dataverse.solutions.operations import give_up_broken
from integration.sandbox.dataverse.store.database import Database
from integration.sandbox.dataverse.store.model import load_model
from integration.sandbox.dataverse.webhooks.catalogue import offer
from integration.sandbox.shell.authorize import Person, answer_page
from integration.sandbox.shell.control import Control
from integration.sandbox.shell.faults import Fault, Faults
from integration.sandbox.shell.limits import Bounds, Limits
from integration.sandbox.shell.messages import Incoming, Response
from integration.sandbox.shell.refusal import Refusal
from integration.sandbox.shell.server import HttpServer, run

SERVICE = "/api/data/v9.2/"
THREADS = 56
"""The service answers 52 requests of one user at a time."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """How to run. ``seed``: ``empty``, ``demo`` or ``large``; ``accounts`` and ``contacts`` are totals of
    the last two. ``tls`` is the directory of the certificates; with it the organization is served over https.
    ``limits`` are the service protection limits (none: everything is accepted), ``latency_ms`` the time on
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
        seed_organization(self.organization, options.seed, options.accounts, options.contacts)
        with self.database.transaction() as connection:
            offer(connection, model)
        give_up_broken(self.organization)
        self.organization.limits = Limits(options.limits, throttled) if options.limits else None
        self.faults = Faults(KINDS, options.faults, options.fault_seed)
        self.latency = options.latency_ms / 1000
        self._sales = SalesPage(self.organization)
        self._control = Control(self.faults) if options.control else None
        self._control_url = ""
        self._server = HttpServer(options.host, options.port, options.tls, self._answer, THREADS)
        self.host = options.host
        self.certificates = self._server.certificates

    def start(self) -> None:
        """Bind the port and serve in a thread. Raises ``OSError`` when the port is taken."""
        port = self._server.bind()
        self.scheme = self._server.scheme
        self.url = f"{self.scheme}://{self.host}:{port}"
        names = (self.host, "localhost", "127.0.0.1")
        self.organization.tenant.resources = tuple(f"{self.scheme}://{name}:{port}" for name in names)
        self.organization.deliveries.start()
        self._server.serve()
        if self._control is not None:
            self._control_url = self._control.start()

    def stop(self) -> None:
        """Finish what is being answered and close everything."""
        self._server.stop()
        if self._control is not None:
            self._control.stop()
        self._server.join()
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

    # --- answering -------------------------------------------------------------------------------------------

    def _answer(self, incoming: Incoming) -> Response:
        try:
            response = self._respond(incoming)
        except ConnectionResetError:
            raise  # on purpose: the server then closes the connection without a word
        except Exception:
            log.exception("The sandbox failed on %s", incoming.address)
            response = _failed(incoming)
        number = str(uuid.UUID(bytes=secrets.token_bytes(16)))
        response.headers = {
            "OData-Version": "4.0",
            **response.headers,
            "REQ_ID": number,
            "x-ms-service-request-id": number,
        }
        return response

    def _respond(self, incoming: Incoming) -> Response:
        method, path = incoming.method, incoming.path
        if path.startswith(SERVICE):
            return self._perform(_request(incoming, path.removeprefix(SERVICE)))
        if path in ("/", "/sales", MAIN) or path.startswith("/sales/"):
            return self._sales.answer(_request(incoming, path))
        name, _, rest = path.lstrip("/").partition("/")
        tenant = self.organization.tenant
        if rest == "oauth2/v2.0/token" and method == "POST":
            return tenant.answer(name, incoming.body, incoming.headers.get("authorization", ""))
        if rest == "oauth2/v2.0/authorize" and method in ("GET", "POST"):
            return answer_page(tenant, self._people, name, incoming)
        if rest == "v2.0/.well-known/openid-configuration":
            return tenant.discovery(name, self.url)
        text = f"No HTTP resource was found that matches the request URI '{incoming.address}'."
        return refused(Refusal(404, "", text))

    def _people(self) -> list[Person]:
        return people_to_sign_in(self.database.connection())

    def _perform(self, request: Request) -> Response:
        """The organization's answer, unless a fault gets in between."""
        time.sleep(self.latency)
        fault = self.faults.next_fault(request.method, request.uri)
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


def _request(incoming: Incoming, path: str) -> Request:
    return Request(incoming.method, path, incoming.query, incoming.headers, incoming.body, f"{incoming.base}{SERVICE}")


def _failed(incoming: Incoming) -> Response:
    """The fault is ours: a page for a person, the service's error for a program."""
    if incoming.path.startswith("/sales/"):
        return message("Something went wrong", "The sandbox failed; its log says why. Try again.", 500)
    return refused(Refusal(500, "0x80040216", "An unexpected error occurred."))


def serve(options: Options) -> int:
    """Run an organization until it is ended from outside; the exit code."""
    return run(Sandbox(options), options.port)
