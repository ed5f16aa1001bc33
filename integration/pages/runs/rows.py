"""One record and what one run did with it: rows of the history and of the error log in words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from integration.models import RecordChange, SyncError, SyncJob, TableMapping
from integration.pages.advice import meaning
from integration.pages.runs.captions import Captions, FieldChange, is_id, names_in, references
from integration.pages.runs.titles import SHORT_WAYS, as_then, names_here
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT
from integration.systems.values import Side

NAMELESS = "(name not known)"
DELETED = RecordChange.Action.DELETED
OF_A_DELETION = ("erp_id", "crm_id", "side", "job__kind", "created_at")


@dataclass(frozen=True, slots=True)
class Row:
    """One record and what one run did with it. ``erp_id`` and ``crm_id``: where its cards are, if they are there;
    ``table``: that of a record that another mapping couples. ``is_gone``: a run has deleted it in Business Central by
    now; what has its id today is another record."""

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
    table: str = ""
    is_gone: bool = False

    @property
    def erp_table(self) -> str:
        return self.table or str(self.mapping.erp_table)

    @property
    def crm_table(self) -> str:
        return self.table or str(self.mapping.crm_table)

    @property
    def in_sales(self) -> uuid.UUID | None:
        """Its record of Sales, where its name leads elsewhere or nowhere."""
        return self.crm_id if self.erp_id or self.is_gone else None


def lines(row: Row) -> Iterator[list[str]]:
    """A row as lines of a file: one a field, and one where there is none."""
    head = [row.at.isoformat(timespec="seconds"), row.mapping.name, row.way, row.what, row.name]
    for one in row.fields or [FieldChange("", "", "", "")]:
        yield [*head, one.label, one.old, one.new, row.reason]


def rows(found: Sequence[Any]) -> Iterator[Row]:
    """Rows of the history and of the error log as a page shows them; their mappings and jobs are read along."""
    captions, changes = Captions(), [one for one in found if isinstance(one, RecordChange)]
    names = names_in((one.fields for one in changes), (id for one in changes for id in _referred_to(one)))
    here, gone = _names_of(found), deleted_since(found)
    for one in found:
        is_gone = Side.ERP in gone[one]
        name = _named(one, "" if is_gone else here.get(one.erp_id, ""))
        name = name or ("" if is_gone else names.get(str(one.erp_id), "")) or NAMELESS
        row = of_error(one, name) if isinstance(one, SyncError) else of_change(one, name, captions, names)
        yield replace(
            row,
            erp_id=None if is_gone else row.erp_id,
            crm_id=None if Side.CRM in gone[one] else row.crm_id,
            is_gone=is_gone,
        )


def _named(row: Any, here: str) -> str:
    """As the run called the record, with its number where Business Central still calls it so; an error as it is called
    there today, since it is about what is there."""
    kept = _label(row)
    return here or kept if isinstance(row, SyncError) else as_then(kept, here)


def deleted_since(found: Sequence[Any]) -> dict[Any, set[Side]]:
    """On which sides a run has deleted the records of these rows, by then or since."""
    erp_ids, crm_ids = {one.erp_id for one in found} - {None}, {one.crm_id for one in found} - {None}
    deletions = RecordChange.objects.filter(Q(erp_id__in=erp_ids) | Q(crm_id__in=crm_ids), action=DELETED)
    gone: dict[tuple[Side, Any], dt.datetime] = {}
    for erp_id, crm_id, side, kind, at in deletions.order_by("created_at").values_list(*OF_A_DELETION):
        sides = [Side(side)] if side and kind == SyncJob.Kind.UNDO else list(Side)
        gone |= {(one, erp_id if one is Side.ERP else crm_id): at for one in sides}
    return {row: {one for one in Side if _by_then(row, gone.get((one, getattr(row, f"{one}_id"))))} for row in found}


def _by_then(row: Any, deleted_at: dt.datetime | None) -> bool:
    return deleted_at is not None and row.created_at <= deleted_at


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
    erp_id = None if change.table and side is Side.CRM else change.erp_id
    crm_id = None if change.table and side is Side.ERP else change.crm_id
    way, what = SHORT_WAYS[direction], change.get_action_display()
    at, is_new = change.created_at, change.action == RecordChange.Action.INSERTED
    place = (job.mapping, job.pk, at, erp_id, crm_id)
    return Row(name, what, way, *place, fields, change.reason, is_new=is_new, by=_by(job), table=change.table)


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
        if one.erp_id is not None and not getattr(one, "table", ""):
            tables.setdefault(mapping.erp_table, set()).add(one.erp_id)
    return {id: name for table, ids in tables.items() for id, name in names_here(table, ids).items()}
