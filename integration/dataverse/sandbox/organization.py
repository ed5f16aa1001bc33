"""The organization: its tables, its file, its clock, who calls, and what one request needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import sleep

from integration.dataverse.sandbox.changes import Moment
from integration.dataverse.sandbox.comparing import Asker
from integration.dataverse.sandbox.customize import load_customizations
from integration.dataverse.sandbox.database import Database
from integration.dataverse.sandbox.keys import finder
from integration.dataverse.sandbox.limits import Limits
from integration.dataverse.sandbox.messages import Request
from integration.dataverse.sandbox.model import Choice, Model, Table
from integration.dataverse.sandbox.options import parse_query
from integration.dataverse.sandbox.payload import Payload, Payloads
from integration.dataverse.sandbox.refusals import Refusal
from integration.dataverse.sandbox.selecting import Reading
from integration.dataverse.sandbox.tokens import Tenant
from integration.dataverse.sandbox.values import timestamp
from integration.dataverse.sandbox.webhooks.delivery import Deliveries
from integration.dataverse.sandbox.webhooks.outbox import enlist
from integration.dataverse.sandbox.write import Write

VERSION = "9.2.24014.00198"


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Organization:
    """``row_ms`` is how long a written row takes; ``clock`` tells the time."""

    def __init__(
        self,
        database: Database,
        model: Model,
        clock: Callable[[], dt.datetime] = utc_now,
        row_ms: float = 0,
    ) -> None:
        self.database = database
        self.model = model
        self.clock = clock
        self.row_ms = row_ms
        self.limits: Limits | None = None
        self.payloads = Payloads(model)
        self.tenant = Tenant(database, clock)
        self.deliveries = Deliveries(self)
        model.find = finder(database.connection)
        load_customizations(database, model)
        self._load_choices()

    def user_of(self, authorization: str, environment: str) -> str:
        """The id of the user who calls. Raises :class:`Refusal` 401 or 403."""
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
        found = (
            self.database.connection()
            .execute(
                "SELECT systemuserid, isdisabled, EXISTS (SELECT 1 FROM systemuserroles r "
                "WHERE r.systemuserid = u.systemuserid) FROM systemuser u WHERE systemuserid = COALESCE(NULLIF(?, ''), "
                "(SELECT systemuserid FROM systemuser WHERE applicationid = ?))",
                (caller.person, caller.client),
            )
            .fetchone()
        )
        if found is None:
            raise Refusal(403, "0x80072560", "The user is not a member of the organization.")
        user, disabled, has_role = found
        if disabled:
            raise Refusal(403, "0x80040225", "The specified user is either disabled or is not a member of any unit.")
        if not has_role:
            raise Refusal(403, "0x80042f09", "The user has not been assigned any roles.")
        return str(user)

    @contextmanager
    def writing(self, user: str) -> Iterator[Write]:
        """One transaction. The time rows take is slept when the file is free again, so callers wait side by side."""
        with self.database.transaction() as connection:
            write = Write(self.model, connection, user, timestamp(self.clock()))
            yield write
            jobs = enlist(write, self.clock())
        self.deliveries.put(jobs)
        if self.row_ms and write.written:
            sleep(self.row_ms * write.written / 1000)

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
    user: str
    shared: Write | None = None
    parts: tuple[str, ...] = field(default=())

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
        asker = Asker(self.user, self.organization.clock())
        return Reading(self.model, connection, self.request.preferences, self.request.root, asker)

    @contextmanager
    def writing(self) -> Iterator[Write]:
        """The transaction to write in: the change set's, otherwise one of its own."""
        if self.shared is not None:
            self.shared.tag = self.tag
            yield self.shared
        else:
            with self.organization.writing(self.user) as write:
                write.tag = self.tag
                yield write
