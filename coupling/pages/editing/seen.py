"""What a page of a record showed, and who changed what since.

The page carries it along, signed. What is stored now is compared with it when the page comes back::

    Annette                                   Bert
    opens C00010 (Phone No. 1111)
                                              opens it too, saves Phone No. 2222
    types Phone No. 3333, City Bath, saves
      -> nothing is written: "Bert changed Phone No. at 14:02 to 2222". Her 3333 and Bath are still there; what she
         had not touched shows what is stored. She saves again, and 3333 stands; or takes 2222.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core import signing
from django.utils import timezone

from coupling.commands.edit_records import FIELDS, SEPARATOR
from integration.models import RecordChange
from integration.models.stored.audit import AuditEntry
from integration.systems.formats import current
from integration.systems.values import Record, Side, Table
from integration.systems.wording import field_name

SALT = "what was seen of a record"
SOMEBODY, CONNECTION = "Somebody", "this connection"
AT_ONCE = dt.timedelta(seconds=2)
"""A record and the note of who wrote it are stored together, with the clock looked at for each."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The inputs of a page as they stood in it, and since when. ``nonce`` tells one New from another."""

    values: Mapping[str, str]
    at: dt.datetime = field(default_factory=timezone.now)
    nonce: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def stamp(self) -> str:
        """Signed, to be sent back with the page."""
        kept = {"values": dict(self.values), "at": self.at.isoformat(), "nonce": self.nonce}
        return signing.dumps(kept, salt=SALT, compress=True)

    def new_id(self, typed: Mapping[str, str]) -> uuid.UUID:
        """The id of the record that this page makes of what was typed, however often it is sent. Who goes back in the
        browser and types something else makes another one."""
        return uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([self.nonce, dict(typed)], sort_keys=True))


def read_stamp(token: str) -> Seen | None:
    """What was seen, from the stamp of a page; ``None`` where that is not ours."""
    try:
        kept = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Seen(kept["values"], dt.datetime.fromisoformat(kept["at"]), kept["nonce"])


@dataclass(frozen=True, slots=True)
class Author:
    """Who changed something, and when; blank and ``None`` where nobody noted it."""

    name: str = SOMEBODY
    at: dt.datetime | None = None

    @property
    def when(self) -> str:
        """ " at 14:02", with the day where that is not today; blank where nobody knows."""
        if self.at is None:
            return ""
        moment = timezone.localtime(self.at)
        day = "" if moment.date() == timezone.localdate() else f" on {current().day(moment)}"
        return f"{day} at {moment:%H:%M}"


def authors(table: Table, id: uuid.UUID, since: dt.datetime, names: list[str]) -> dict[str, Author]:
    """Who changed these fields last since a moment, a person or a run, by field."""
    by_label = {field_name(table.fields[name]): name for name in names}
    found: dict[str, Author] = {}
    for entry in _entries(table, id, since):
        labels = entry.after[FIELDS].split(SEPARATOR) if FIELDS in entry.after else list(by_label)
        for label in labels:
            if label in by_label:
                found.setdefault(by_label[label], Author(_person(entry) or SOMEBODY, entry.at))
    for run in _runs(id, since):
        for name, *_ in run.fields:
            if name in names and (name not in found or run.created_at > (found[name].at or since)):
                found[name] = Author("Synchronization", run.created_at)
    return {name: found.get(name, Author()) for name in names}


def last_author(table: Table, record: Record) -> str:
    """Who wrote this record as it is now, a person or a run; blank where nobody noted it."""
    if record.modified_at is None:
        return ""
    since = record.modified_at - AT_ONCE
    wrote = [(entry.at, _person(entry)) for entry in _entries(table, record.id, since)]
    wrote += [(run.created_at, CONNECTION) for run in _runs(record.id, since)]
    return max(wrote)[1] if wrote else ""


def _person(entry: AuditEntry) -> str:
    return (entry.user.get_full_name() if entry.user else "") or entry.who


def _entries(table: Table, id: uuid.UUID, since: dt.datetime) -> list[AuditEntry]:
    about = AuditEntry.objects.filter(kind=table.label, subject=str(id), at__gt=since)
    return list(about.select_related("user").order_by("-at", "-pk"))


def _runs(id: uuid.UUID, since: dt.datetime) -> list[RecordChange]:
    """What runs wrote into the record, the latest first."""
    written = RecordChange.objects.written().filter(erp_id=id, created_at__gt=since, side=Side.ERP.value)
    return list(written.order_by("-created_at"))
