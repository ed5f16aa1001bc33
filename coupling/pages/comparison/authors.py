"""Who changed records of Business Central, a person or a run, as far as that was noted.

Whoever edits a record here leaves the names of its fields in the audit log, and a run leaves its history. Who writes
past both (another program, the company's own documents) leaves nothing but the time at the record.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from django.utils import timezone

from coupling.commands.edit_records import FIELDS, SEPARATOR
from integration.models import RecordChange
from integration.models.stored.audit import AuditEntry
from integration.systems.formats import current
from integration.systems.values import Record, Side, Table
from integration.systems.wording import field_name

SOMEBODY, CONNECTION, RUN = "Somebody", "this connection", "Synchronization"
AT_ONCE = dt.timedelta(seconds=2)
"""A record and the note of who wrote it are stored together, with the clock looked at for each."""
LOOKED_THROUGH = 50
"""So many of the latest notes a record are looked through."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who changed something, and when; blank and ``None`` where nobody noted it."""

    name: str = SOMEBODY
    at: dt.datetime | None = None

    @property
    def when(self) -> str:
        return at_time(self.at)

    @property
    def changed_it(self) -> str:
        """ "Bert changed it at 14:02"."""
        return f"{self.name} changed it{self.when}"


def at_time(at: dt.datetime | None) -> str:
    """ " at 14:02", with the day where that is not today; blank where nobody knows."""
    if at is None:
        return ""
    moment = timezone.localtime(at)
    day = "" if moment.date() == timezone.localdate() else f" on {current().day(moment)}"
    return f"{day} at {moment:%H:%M}"


class Notes:
    """What is noted of these records, the latest first: two queries, however many they are. ``since``: only what was
    noted after that."""

    def __init__(self, tables: Mapping[uuid.UUID, Table], since: dt.datetime | None = None) -> None:
        self.tables = tables
        self.entries: dict[uuid.UUID, list[AuditEntry]] = {}
        self.runs: dict[uuid.UUID, list[RecordChange]] = {}
        most = LOOKED_THROUGH * len(tables)
        kinds = {table.label for table in tables.values()}
        entries = AuditEntry.objects.filter(subject__in=[str(id) for id in tables], kind__in=kinds)
        runs = RecordChange.objects.written().filter(erp_id__in=list(tables), side=Side.ERP.value)
        if since is not None:
            entries, runs = entries.filter(at__gt=since), runs.filter(created_at__gt=since)
        for entry in entries.select_related("user").order_by("-at", "-pk")[:most]:
            self.entries.setdefault(uuid.UUID(entry.subject), []).append(entry)
        for run in runs.order_by("-created_at", "-pk")[:most]:
            self.runs.setdefault(run.erp_id, []).append(run)

    def of_field(self, id: uuid.UUID, column: str) -> Author | None:
        """Who changed this column of a record last, a person or a run; ``None`` where nobody noted it."""
        found = [one for one in (self.person(id, column), self._run(id, column)) if one is not None]
        return max(found, key=attrgetter("at"), default=None)

    def person(self, id: uuid.UUID, column: str) -> Author | None:
        """The person alone who did, where no run has written the column since."""
        field, run = self.tables[id].fields.get(column), self._run(id, column)
        label = field_name(field) if field is not None else ""
        for entry in self.entries.get(id, ()):
            if entry.action == AuditEntry.Action.CHANGED and label in entry.after.get(FIELDS, "").split(SEPARATOR):
                is_last = run is None or run.at is None or entry.at > run.at
                return Author(_name(entry) or SOMEBODY, entry.at) if is_last else None
        return None

    def _run(self, id: uuid.UUID, column: str) -> Author | None:
        for run in self.runs.get(id, ()):
            if any(name == column for name, *_ in run.fields):
                return Author(RUN, run.created_at)
        return None

    def of_record(self, record: Record) -> str:
        """Who wrote this record as it is now; blank where nobody noted it."""
        if record.modified_at is None:
            return ""
        since = record.modified_at - AT_ONCE
        wrote = [(entry.at, _name(entry)) for entry in self.entries.get(record.id, ()) if entry.at > since]
        wrote += [(run.created_at, CONNECTION) for run in self.runs.get(record.id, ()) if run.created_at > since]
        return max(wrote)[1] if wrote else ""


def authors(table: Table, id: uuid.UUID, since: dt.datetime, names: Iterable[str]) -> dict[str, Author]:
    """Who changed these fields of one record last since a moment, by field."""
    notes = Notes({id: table}, since)
    return {name: notes.of_field(id, name) or Author() for name in names}


def _name(entry: AuditEntry) -> str:
    return (entry.user.get_full_name() if entry.user else "") or entry.who
