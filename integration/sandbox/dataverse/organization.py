"""The organization: its tables, its file, its clock, who calls, and what one request needs."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from time import sleep

from integration.sandbox.dataverse.http.messages import Request
from integration.sandbox.dataverse.metadata.customize import load_customizations
from integration.sandbox.dataverse.query.changes import Moment
from integration.sandbox.dataverse.query.conditions import RequestContext
from integration.sandbox.dataverse.query.options import parse_query
from integration.sandbox.dataverse.query.selecting import Reading
from integration.sandbox.dataverse.security.guard import Guard, lacking, on_behalf
from integration.sandbox.dataverse.security.privileges import ACT_ON_BEHALF
from integration.sandbox.dataverse.security.rights import Rights, RightsCache
from integration.sandbox.dataverse.store.database import Database
from integration.sandbox.dataverse.store.keys import finder
from integration.sandbox.dataverse.store.model import Choice, Model, Table
from integration.sandbox.dataverse.store.payload import Payload, Payloads
from integration.sandbox.dataverse.store.values import timestamp
from integration.sandbox.dataverse.store.write import RuleBook, Write
from integration.sandbox.dataverse.webhooks.delivery import Deliveries
from integration.sandbox.dataverse.webhooks.outbox import enlist
from integration.sandbox.shell.limits import Limits
from integration.sandbox.shell.refusal import Refusal
from integration.sandbox.shell.tokens import Tenant

VERSION = "9.2.24014.00198"


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Organization:
    """``row_ms`` is how long a written row takes; ``clock`` returns the time."""

    def __init__(
        self,
        database: Database,
        model: Model,
        rules: RuleBook,
        clock: Callable[[], dt.datetime] = utc_now,
        row_ms: float = 0,
    ) -> None:
        self.database = database
        self.model = model
        self.rules = rules
        self.clock = clock
        self.row_ms = row_ms
        self.limits: Limits | None = None
        self.payloads = Payloads(model)
        self.tenant = Tenant(database, clock)
        self.deliveries = Deliveries(database, self.writing, self.tenant)
        self.rights = RightsCache()
        self._at_work: list[Thread] = []
        model.find = finder(database.connection)
        load_customizations(database, model)
        self._load_choices()

    def caller(self, authorization: str, environment: str) -> Rights:
        """The user who calls. Raises :class:`Refusal` 401 or 403."""
        scheme, _, token = authorization.partition(" ")
        caller = self.tenant.check(token) if scheme == "Bearer" else None
        if caller is None:
            raise Refusal(
                401,
                "0x80072560",
                "The token is missing, expired or not meant for this environment.",
                {
                    "WWW-Authenticate": f"Bearer authorization_uri={environment}/{self.tenant.id}/oauth2/authorize, "
                    f"resource_id={environment}/"
                },
            )
        named = ("systemuserid", caller.person) if caller.person else ("applicationid", caller.client)
        return self.rights.of(self.database.connection(), named)

    def guard(self, caller: Rights, request: Request) -> Guard:
        """Who acts in this request: the caller, or whoever the caller stands in for. Raises :class:`Refusal`."""
        named = on_behalf(request.headers)
        if named is None:
            return Guard(caller.user, (caller,))
        if not caller.delegate:
            raise lacking(caller, ACT_ON_BEHALF, None)
        acting = self.rights.of(self.database.connection(), named)
        return Guard(acting.user, (acting, caller), caller.user)

    def write(self, connection: sqlite3.Connection, user: str, behalf: str | None = None) -> Write:
        """A transaction that is open already, to be written under the rules of this organization; nobody who
        registered for events hears of it."""
        return Write(self.model, self.rules, connection, user, timestamp(self.clock()), behalf)

    @contextmanager
    def writing(self, user: str, behalf: str | None = None) -> Iterator[Write]:
        """One transaction. The time rows take is slept when the file is free again, so callers wait side by side."""
        with self.database.transaction() as connection:
            write = self.write(connection, user, behalf)
            yield write
            jobs = enlist(write, self.clock())
        self.deliveries.put(jobs)
        if self.row_ms and write.written:
            sleep(self.row_ms * write.written / 1000)

    def begin(self, work: Callable[[], None]) -> None:
        """Do something that no request waits for."""
        self._at_work = [one for one in self._at_work if one.is_alive()]
        thread = Thread(target=work, name="system job", daemon=True)
        self._at_work.append(thread)
        thread.start()

    def end(self) -> None:
        """Wait for what was begun."""
        for one in self._at_work:
            one.join()

    def moment(self) -> Moment:
        """Now, as change tracking needs it."""
        days = self.database.connection().execute("SELECT expirechangetrackingindays FROM organization").fetchone()
        return Moment(self.clock(), self.database.version(), days[0] if days and days[0] else 7)

    def add_choice(self, write: Write, table: str, column: str, value: int, choice: Choice) -> None:
        """A new or renamed value of a choice column, kept in the file."""
        write.connection.execute(
            "INSERT OR REPLACE INTO choice VALUES (?, ?, ?, ?, ?)", (table, column, value, choice.label, choice.state)
        )
        self.model[table].columns[column].options[value] = choice

    def _load_choices(self) -> None:
        for table, column, value, label, state in self.database.connection().execute("SELECT * FROM choice"):
            self.model[table].columns[column].options[value] = Choice(label, state)


@dataclass
class Exchange:
    """One request being answered. ``shared`` is the transaction of the change set it belongs to."""

    organization: Organization
    request: Request
    guard: Guard
    shared: Write | None = None
    parts: tuple[str, ...] = field(default=())

    @property
    def user(self) -> str:
        """Who acts."""
        return self.guard.user

    @property
    def model(self) -> Model:
        return self.organization.model

    @property
    def tag(self) -> str:
        """What the request gives along for those who listen to events: ``?tag=…``."""
        query = self.request.query
        return parse_query(query).others.get("tag", "") if "tag=" in query else ""

    def payload(self, table: Table, creating: bool) -> Payload:
        return self.organization.payloads.get(table, creating)

    def reading(self, write: Write | None = None) -> Reading:
        """For queries; inside a transaction they see what it has written."""
        inside = write or self.shared
        connection = inside.connection if inside else self.organization.database.connection()
        request_context = RequestContext(self.user, self.organization.clock())
        return Reading(self.model, connection, self.request.preferences, self.request.root, request_context, self.guard)

    @contextmanager
    def writing(self) -> Iterator[Write]:
        """The transaction to write in: the change set's, otherwise one of its own."""
        if self.shared is not None:
            self.shared.tag = self.tag
            before = self.shared.user, self.shared.behalf
            self.shared.user, self.shared.behalf = self.user, self.guard.behalf
            yield self.shared
            self.shared.user, self.shared.behalf = before  # a refusal ends the transaction
        else:
            with self.organization.writing(self.user, self.guard.behalf) as write:
                write.tag = self.tag
                yield write
