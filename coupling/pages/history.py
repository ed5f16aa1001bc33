"""What runs did with one record, in words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from integration.connection.live_systems import NAMES
from integration.jobs.undo.start import can_be_undone
from integration.models import RecordChange, SyncJob
from integration.pages.runs.captions import Captions, names_in, references
from integration.sync.rules import Direction
from integration.systems.values import Side

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One write of a run: ``fields`` as (caption, old, new)."""

    at: dt.datetime
    job: SyncJob
    erp_id: uuid.UUID
    what: str
    fields: Sequence[tuple[str, str, str]]
    with_old: bool
    who: str
    can_be_undone: bool


def history_of(side: Side, id: uuid.UUID) -> list[Entry]:
    """The latest first. Sales is asked for its captions, for two seconds at most."""
    found = RecordChange.objects.written().filter(**{f"{side}_id": id})
    rows = list(found.select_related("job__mapping", "job__started_by")[:SHOWN])
    referred_to = (id for row in rows for id in references((row.exact or {}).values()))
    captions, names = Captions(), names_in((row.fields for row in rows), referred_to)
    return [_entry(row, captions, names) for row in rows]


def _entry(row: RecordChange, captions: Captions, names: dict[str, str]) -> Entry:
    written = Side(row.side) if row.side else Direction(row.job.direction).destination
    undoing = " (undone)" if row.job.kind == SyncJob.Kind.UNDO else ""
    changes = captions.changes(row.job.mapping, written, row.fields, names, row.exact)
    fields = [(one.label, one.old, one.new) for one in changes]
    is_made = row.action == RecordChange.Action.INSERTED
    who = str(row.job.started_by) if row.job.started_by is not None else "Scheduler"
    what = f"{row.get_action_display()} in {NAMES[written]}{undoing}"
    return Entry(row.created_at, row.job, row.erp_id, what, fields, not is_made, who, can_be_undone(row))
