"""What runs did with one record, in words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from integration.connection.live_systems import NAMES
from integration.jobs.undo.start import can_be_undone
from integration.models import RecordChange, SyncJob
from integration.pages.runs.captions import Captions, names_in, references
from integration.pages.runs.rows import deleted_since
from integration.sync.rules import Direction
from integration.systems.values import Side

SHOWN = 20
BY_RUN = {
    RecordChange.Action.INSERTED: "Inserted in {}",
    RecordChange.Action.MODIFIED: "Modified in {}",
    RecordChange.Action.DELETED: "Deleted on both sides",
}
BY_UNDO = {
    RecordChange.Action.MODIFIED: "Undone: modified back in {}",
    RecordChange.Action.DELETED: "Undone: deleted again in {}",
}

BY_STATISTICS = {
    RecordChange.Action.INSERTED: "Statistics added in {}",
    RecordChange.Action.MODIFIED: "Statistics updated in {}",
}
WORDS = {SyncJob.Kind.UNDO: BY_RUN | BY_UNDO, SyncJob.Kind.STATISTICS: BY_RUN | BY_STATISTICS}
"""What a run of a kind has done, where it is no synchronization."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One write of a run: ``fields`` as (caption, old, new). ``undone_by``: the run that has put it back, ``in_part``
    where some of its fields stayed."""

    at: dt.datetime
    job: SyncJob
    erp_id: uuid.UUID
    what: str
    fields: Sequence[tuple[str, str, str]]
    with_old: bool
    who: str
    can_be_undone: bool
    undone_by: SyncJob | None = None
    in_part: bool = False


@dataclass(frozen=True, slots=True)
class PutBack:
    """What of a write was put back, and by which run last."""

    job: SyncJob
    in_part: bool


def history_of(side: Side, id: uuid.UUID) -> list[Entry]:
    """The latest first. Sales is asked for its captions, for two seconds at most."""
    found = RecordChange.objects.effects().filter(**{f"{side}_id": id})
    rows = list(found.select_related("job__mapping", "job__started_by", "job__undoes")[:SHOWN])
    referred_to = (id for row in rows for id in references((row.exact or {}).values()))
    captions, names = Captions(), names_in((row.fields for row in rows), referred_to)
    put_back, gone = _put_back(rows), deleted_since(rows)
    return [_entry(row, captions, names, put_back.get(row), is_gone=_written(row) in gone[row]) for row in rows]


def _put_back(rows: Sequence[RecordChange]) -> dict[RecordChange, PutBack]:
    """What became of these writes of one record (the latest first) that an undoing has put back. An undoing that was
    itself undone counts no more:

        14:00  undoes 13:30      13:00 is as it was written
        13:30  undoes 13:00      put back by 14:00
        13:00  a run
    """
    found: dict[RecordChange, PutBack] = {}
    for place, row in enumerate(rows):
        pair = (row.erp_id, row.crm_id)
        after = [one for one in rows[:place] if one.job.undoes_id == row.job_id and (one.erp_id, one.crm_id) == pair]
        back = [one for one in after if one not in found or found[one].in_part]
        if not row.table and back:
            found[row] = PutBack(back[0].job, in_part=not _is_all(row, back))
    return found


def _is_all(row: RecordChange, back: Sequence[RecordChange]) -> bool:
    """Did these undoings put back everything that was written?"""
    if any(one.action == RecordChange.Action.DELETED for one in back):
        return True
    columns = {column for one in back for column in one.exact or {}}
    return row.action == RecordChange.Action.MODIFIED and columns.issuperset(row.exact or {})


def _written(row: RecordChange) -> Side:
    return Side(row.side) if row.side else Direction(row.job.direction).destination


def _entry(
    row: RecordChange, captions: Captions, names: dict[str, str], back: PutBack | None, *, is_gone: bool
) -> Entry:
    written = _written(row)
    changes = captions.changes(row.job.mapping, written, row.fields, names, row.exact)
    fields = [(one.label, one.old, one.new) for one in changes]
    is_made = row.action == RecordChange.Action.INSERTED
    who = str(row.job.started_by) if row.job.started_by is not None else "Scheduler"
    words = WORDS.get(SyncJob.Kind(row.job.kind), BY_RUN)
    what = words[RecordChange.Action(row.action)].format(NAMES[written])
    may = can_be_undone(row) and not is_gone and (back is None or back.in_part)
    entry = Entry(row.created_at, row.job, row.erp_id, what, fields, not is_made, who, may)
    return entry if back is None else replace(entry, undone_by=back.job, in_part=back.in_part)
