"""Skipped Records: those that rest until somebody does something about them, and those that an undoing leaves out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse

from coupling.models import RESTS, UNDONE, Coupling
from coupling.pages import records
from coupling.pages.list_states import UNDONE_MEANS
from coupling.sides import both_opened
from integration.connection.systems import Connected
from integration.models import RecordChange, SyncError, SyncJob, TableMapping
from integration.pages.advice import advice
from integration.pages.lists.cells import Cell
from integration.pages.parts import first_url
from integration.sync.memory.ledger import State
from integration.systems.errors import Problem
from integration.systems.system import System
from integration.systems.values import Record, Side, Table
from integration.systems.wording import NAMELESS
from integration.templatetags.formats import brief, second
from integration.templatetags.runs import began

BIGINT = BigIntegerField()


@dataclass(frozen=True, slots=True)
class RecordState:
    """One record of a pair. ``exists`` is ``None`` where its side could not be asked, or there never was one."""

    id: uuid.UUID
    table: str
    name: str
    exists: bool | None

    @property
    def answer(self) -> str:
        return {True: "Yes", False: "No", None: "–"}[self.exists]

    def url(self, side: Side) -> str:
        """Its card; blank for one without a name, which nobody could read there."""
        return first_url("record", (side.value, self.table, self.id)) if self.name else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One pair. ``error`` is the newest one about it that is open, if the log still has it; ``undoing`` what an
    undoing did with it, likewise."""

    row: Coupling
    erp: RecordState
    crm: RecordState
    error: SyncError | None
    undoing: RecordChange | None = None

    @property
    def label(self) -> str:
        named = self.undoing.label if self.undoing is not None else ""
        return self.erp.name or self.crm.name or named or NAMELESS

    @property
    def advice(self) -> str:
        """What to do about the error; blank without one, or where only its message can say."""
        return advice(self.error.code) if self.error else ""

    @property
    def message(self) -> str:
        """What went wrong, or whose making was undone."""
        if self.row.is_undone:
            run = self.undoing.job.undoes if self.undoing is not None else None
            which = f"the run {began(run)} that had made it was undone" if run else UNDONE_MEANS
            return f"Left out: {which}."
        return self.error.message if self.error else ""

    @property
    def url(self) -> str:
        """The card of the record that it is called by."""
        return self.erp.url(Side.ERP) or self.crm.url(Side.CRM)

    @property
    def coupled_to(self) -> Cell:
        """The record on the Sales side; blank where the pair is only reserved, whoever is on that side then."""
        return Cell(self.crm.name, self.crm.url(Side.CRM), self.crm.name) if self.coupled else Cell()

    @property
    def failed_on(self) -> Cell:
        """When it failed last, or was left out, leading to the run."""
        found = self.undoing or self.error
        if found is None:
            return Cell()
        return Cell(brief(found.created_at), reverse("synch_job", args=[found.job_id]), second(found.created_at))

    @property
    def coupled(self) -> bool:
        return bool(self.row.state != State.RESERVED.value)


def found() -> QuerySet[Any]:
    """Skipped pairs, the one that failed last first, each with its newest open error."""
    about = Q(erp_id=OuterRef("erp_id")) | Q(crm_id=OuterRef("crm_id"))
    newest = SyncError.objects.open().filter(about, mapping=OuterRef("mapping")).order_by("-created_at")
    rows = Coupling.objects.filter(RESTS).select_related("mapping")
    newest_error = {
        "failed_on": Subquery(newest.values("created_at")[:1]),
        "error_id": Subquery(newest.values("pk")[:1]),
    }
    rows = rows.annotate(**newest_error)
    return rows.order_by("-failed_on", "-changed_at", "pk")


def left_out() -> QuerySet[Any]:
    """The pairs whose record an undoing has deleted, the last one first, each with what the history says of it."""
    about = {"erp_id": OuterRef("erp_id"), "crm_id": OuterRef("crm_id"), "job__mapping": OuterRef("mapping")}
    deleted = RecordChange.objects.filter(action=RecordChange.Action.DELETED, job__kind=SyncJob.Kind.UNDO, **about)
    newest = deleted.order_by("-created_at")
    known = {"failed_on": Subquery(newest.values("created_at")[:1]), "undoing_id": Subquery(newest.values("pk")[:1])}
    rows = Coupling.objects.filter(UNDONE).select_related("mapping").annotate(**known, error_id=Value(None, BIGINT))
    return rows.order_by("-failed_on", "-changed_at", "pk")


def look_up(rows: Sequence[Any]) -> str:
    """Give these pairs (``found``, ``left_out``) their ``line``: what exists on either side, and the error. Returns why
    nobody knows what exists; blank: it is known."""
    undoings = RecordChange.objects.select_related("job__undoes").in_bulk(
        [row.undoing_id for row in rows if getattr(row, "undoing_id", None)]
    )
    errors = SyncError.objects.select_related("job", "mapping").in_bulk([row.error_id for row in rows if row.error_id])
    looked, problem = _looked_up(rows)
    for row in rows:
        erp, crm = (_record_state(looked, row, side, errors) for side in Side)
        row.line = Line(row, erp, crm, errors.get(row.error_id), undoings.get(getattr(row, "undoing_id", 0)))
    return problem


Looked = dict[tuple[TableMapping, Side], tuple[Table, Mapping[uuid.UUID, Record]]]


def _looked_up(rows: Sequence[Coupling]) -> tuple[Looked, str]:
    """The records of these pairs by mapping and side; one request for each."""
    by_mapping: dict[TableMapping, list[Coupling]] = {}
    for row in rows:
        by_mapping.setdefault(row.mapping, []).append(row)
    looked: Looked = {}
    try:
        with both_opened() as connected:
            for mapping, held in by_mapping.items():
                for side in Side:
                    looked[mapping, side] = _read(connected, mapping, side, [row.pair.id(side) for row in held])
    except Problem as problem:
        return looked, f"Nobody knows what exists on both sides: {problem}"
    return looked, ""


def _read(
    connected: Connected, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]
) -> tuple[Table, Mapping[uuid.UUID, Record]]:
    system: System = connected.system(side)
    table = system.describe(mapping.table(side))
    return table, system.get(table.name, ids, records.read_columns(side, table))


def _record_state(looked: Looked, row: Any, side: Side, errors: Mapping[int, SyncError]) -> RecordState:
    mapping, id = row.mapping, row.pair.id(side)
    name = mapping.table(side)
    asked = looked.get((mapping, side))
    if asked is None:
        return RecordState(id, name, "", None)
    table, there = asked
    if id in there:
        return RecordState(id, name, records.name_of(side, table, there[id]), True)
    error = errors.get(row.error_id)
    is_reserved = row.state == State.RESERVED.value and not row.is_undone
    never_was = is_reserved and (error is None or getattr(error, f"{side}_id") != id)
    return RecordState(id, name, "", None if never_was else False)
