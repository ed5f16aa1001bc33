"""Coupled Data Synchronization Errors: the records that are left out until somebody does something about them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from coupling.models import RESTS, Coupling
from coupling.pages import records
from coupling.sides import both_opened
from integration.connection.systems import Connected
from integration.models import SyncError, TableMapping
from integration.pages.advice import advice
from integration.sync.memory.ledger import State
from integration.systems.errors import Problem
from integration.systems.system import System
from integration.systems.values import Record, Side, Table

AT_ONCE = 50
"""So many are looked up on both sides and shown at a time."""


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


@dataclass(frozen=True, slots=True)
class Line:
    """One skipped pair. ``error`` is the newest one about it that is open, if the log still has it."""

    row: Coupling
    erp: RecordState
    crm: RecordState
    error: SyncError | None

    @property
    def label(self) -> str:
        return self.erp.name or self.crm.name or str(self.row.erp_id)

    @property
    def advice(self) -> str:
        """What to do about the error; blank without one, or where only its message can say."""
        return advice(self.error.code) if self.error else ""

    @property
    def coupled(self) -> bool:
        return bool(self.row.state != State.RESERVED.value)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A page of them. ``problem``: why nobody knows what exists."""

    lines: Sequence[Line]
    total: int
    after: int
    problem: str = ""

    @property
    def next(self) -> int | None:
        """Where the next page starts."""
        behind = self.after + len(self.lines)
        return behind if behind < self.total else None


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


def skipped(rows: QuerySet[Any], after: int = 0) -> Skipped:
    """One page of these pairs (``found``), with what exists on either side."""
    shown: list[Any] = list(rows[after : after + AT_ONCE])
    errors = SyncError.objects.select_related("job").in_bulk([row.error_id for row in shown if row.error_id])
    looked, problem = _looked_up(shown)
    lines = [
        Line(
            row,
            _record_state(looked, row, Side.ERP, errors),
            _record_state(looked, row, Side.CRM, errors),
            errors.get(row.error_id),
        )
        for row in shown
    ]
    return Skipped(lines, rows.count(), after, problem)


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
    never_was = row.state == State.RESERVED.value and (error is None or getattr(error, f"{side}_id") != id)
    return RecordState(id, name, "", None if never_was else False)
