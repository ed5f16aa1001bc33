"""What runs did with one record, in words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from integration.connection.live_systems import NAMES
from integration.jobs.undo.start import can_be_undone
from integration.models import RecordChange, SyncJob
from integration.systems.values import Side, Table
from integration.systems.wording import field_name

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


def history_of(side: Side, id: uuid.UUID, table: Table | None) -> list[Entry]:
    """The latest first. ``table`` is the record's own, for what was written before captions were kept."""
    rows = RecordChange.objects.filter(**{f"{side}_id": id}).select_related("job__mapping", "job__started_by")
    return [_entry(row, table if row.side == side.value else None) for row in rows[:SHOWN]]


def _entry(row: RecordChange, table: Table | None) -> Entry:
    written = Side(row.side) if row.side else None
    where = f" in {NAMES[written]}" if written is not None else ""
    undoing = " (undone)" if row.job.kind == SyncJob.Kind.UNDO else ""
    fields = [(_caption(name, table), old, new) for name, old, new in row.fields]
    is_made = row.action == RecordChange.Action.INSERTED
    who = str(row.job.started_by) if row.job.started_by is not None else "scheduled"
    what = f"{row.get_action_display()}{where}{undoing}"
    return Entry(row.created_at, row.job, row.erp_id, what, fields, not is_made, who, can_be_undone(row))


def _caption(name: str, table: Table | None) -> str:
    described = table.fields.get(name) if table is not None else None
    return field_name(described) if described is not None else name
