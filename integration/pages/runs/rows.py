"""One record and what one run did with it: rows of the history and of the error log in words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from integration.models import RecordChange, SyncError, SyncJob, TableMapping
from integration.pages.advice import meaning
from integration.pages.runs.captions import Captions, FieldChange, is_id, names_in, references
from integration.pages.runs.titles import SHORT_WAYS, names_here
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT
from integration.systems.values import Side

NAMELESS = "(name not known)"


@dataclass(frozen=True, slots=True)
class Row:
    """One record and what one run did with it. ``erp_id`` and ``crm_id``: where its cards are, if they are there."""

    name: str
    what: str
    way: str
    mapping: TableMapping
    job_id: uuid.UUID
    at: dt.datetime
    erp_id: uuid.UUID | None
    crm_id: uuid.UUID | None
    fields: Sequence[FieldChange] = ()
    reason: str = ""
    error: SyncError | None = None
    is_new: bool = False
    by: str = ""


def lines(row: Row) -> Iterator[list[str]]:
    """A row as lines of a file: one a field, and one where there is none."""
    head = [row.at.isoformat(timespec="seconds"), row.mapping.name, row.way, row.what, row.name]
    for one in row.fields or [FieldChange("", "", "", "")]:
        yield [*head, one.label, one.old, one.new, row.reason]


def rows(found: Sequence[Any]) -> Iterator[Row]:
    """Rows of the history and of the error log as a page shows them; their mappings and jobs are read along."""
    captions, changes = Captions(), [one for one in found if isinstance(one, RecordChange)]
    names = names_in((one.fields for one in changes), (id for one in changes for id in _referred_to(one)))
    here = _names_of(found)
    for one in found:
        name = here.get(one.erp_id, "") or _label(one) or names.get(str(one.erp_id), "") or NAMELESS
        yield of_error(one, name) if isinstance(one, SyncError) else of_change(one, name, captions, names)


def _referred_to(change: RecordChange) -> list[str]:
    return references((change.exact or {}).values())


def of_error(error: SyncError, name: str) -> Row:
    what = "Left out" if error.code == LEFT_OUT else meaning(error.code)
    way = SHORT_WAYS[Direction(error.direction)]
    ids = error.erp_id, error.crm_id
    at, reason = error.created_at, error.message
    return Row(name, what, way, error.mapping, error.job_id, at, *ids, reason=reason, error=error, by=_by(error.job))


def of_change(change: RecordChange, name: str, captions: Captions, names: dict[str, str]) -> Row:
    job = change.job
    direction = Direction(job.direction)
    side = Side(change.side) if change.side else direction.destination if direction is not Direction.BOTH else Side.CRM
    fields = captions.changes(job.mapping, side, change.fields, names, change.exact)
    is_there = change.action != RecordChange.Action.DELETED
    erp_id, crm_id = (change.erp_id, change.crm_id) if is_there else (None, None)
    way, what = SHORT_WAYS[direction], change.get_action_display()
    at, is_new = change.created_at, change.action == RecordChange.Action.INSERTED
    place = (job.mapping, job.pk, at, erp_id, crm_id)
    return Row(name, what, way, *place, fields, change.reason, is_new=is_new, by=_by(job))


def _by(job: SyncJob) -> str:
    """Who started the run."""
    return str(job.started_by) if job.started_by else "Scheduler"


def _label(row: Any) -> str:
    """The name the row keeps; an id is none."""
    return "" if is_id(row.label) else str(row.label)


def _names_of(found: Sequence[Any]) -> dict[Any, str]:
    """As Business Central calls the records, by number and name, where it still has them."""
    tables: dict[str, set[uuid.UUID]] = {}
    for one in found:
        mapping = one.mapping if isinstance(one, SyncError) else one.job.mapping
        if one.erp_id is not None:
            tables.setdefault(mapping.erp_table, set()).add(one.erp_id)
    return {id: name for table, ids in tables.items() for id, name in names_here(table, ids).items()}
