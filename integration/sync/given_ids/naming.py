"""What follows an insert where the destination gives the ids: from the id set aside to the row's own.

    intend    pair r (set aside), in the ledger          | killed behind it: nobody carries mark(r); doubt rests
    insert    the row carries mark(r), answers its id    | found by its mark
    read      the row, and with it who changed what      |
    name      pair r -> the row's id, halves as read     | the row has its pair and a mark: read and unmarked again
    unmark    mark_field := the value wanted there       | the row has its pair and no mark: completed as any other
    remember  coupled, version

The row is read before its mark is taken away: afterwards we are the last who wrote it, and nobody could say any more
that a person has edited it under its mark.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from integration.sync.given_ids.marks import is_marked
from integration.sync.memory.halves import value_of
from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.side_memory import SideMemory
from integration.sync.special.base import Run
from integration.systems.errors import Problem, VersionConflict
from integration.systems.values import Record, Row, Side, Value, Written

TRIES = 3
"""How often a row is read again that somebody edits between our reading and our writing."""


@dataclass(frozen=True, slots=True)
class Made:
    """A row that is there. ``pair`` has its own id, ``version`` is the one that its insert was answered with
    (blank: not known), ``reserved`` the id set aside for it, ``wanted`` what belongs where the mark is."""

    pair: Pair
    reserved: uuid.UUID
    version: str = ""
    wanted: Value = ""


@dataclass(frozen=True, slots=True)
class Named:
    """The pair as its row was read, with the version the row has now, or why its mark is still there."""

    pair: Pair
    problem: Problem | None = None


class Naming:
    """Names rows of one side of a run."""

    def __init__(self, run: Run, side: Side, memory: SideMemory, columns: Sequence[str]) -> None:
        self.run, self.side, self.memory, self.columns = run, side, memory, columns
        self.system = run.erp if side is Side.ERP else run.crm
        self.table = run.rule.table(side)

    def name(self, made: Sequence[Made]) -> dict[uuid.UUID, Named]:
        """Give these rows their pairs, by the ids set aside. Raises a ``ConnectionProblem``; what is not done then is
        found by the next run."""
        named: dict[uuid.UUID, Named] = {}
        left = list(made)
        for _ in range(TRIES):
            if not left:
                break
            rows = self._read(left)
            read = {one.reserved: self._as_read(one, rows.get(one.pair.id(self.side))) for one in left}
            self._store(left, read)
            answers = self._unmark(left, rows)
            named.update((one.reserved, self._named(one, read[one.reserved], rows, answers)) for one in left)
            left = [one for one in left if isinstance(named[one.reserved].problem, VersionConflict)]
        return named

    def wanted(self, pair: Pair) -> Value:
        """What belongs where the mark is, as it is remembered of a row that an interrupted run has made."""
        place = 0 if self.side is Side.ERP else 1
        for rule in self.run.rule.fields:
            if rule.field(self.side) == self.table.mark_field and rule.key in pair.agreed:
                return value_of(pair.agreed[rule.key][place])
        return ""

    def _read(self, made: Sequence[Made]) -> Mapping[uuid.UUID, Record]:
        return self.system.get(self.table.name, [one.pair.id(self.side) for one in made], self.columns)

    def _as_read(self, made: Made, row: Record | None) -> Pair:
        """The pair after its row was read. What a person has changed since is owed to the other side."""
        if row is None:
            return made.pair.with_seen(self.side, made.version)
        read = self.memory.read(made.pair.with_seen(self.side, made.version), row)
        goes_on = any(one.source is self.side for one in self.run.rule.direction.passes)
        owes = read.owed(self.side.other) or (goes_on and self.memory.differs(read, row))
        return read.with_owed(self.side.other, owes).with_seen(self.side, row.version)

    def _store(self, made: Sequence[Made], read: Mapping[uuid.UUID, Pair]) -> None:
        with self.run.ledger.page():
            self.run.ledger.identify(self.side, {one.reserved: one.pair.id(self.side) for one in made})
            self.run.ledger.remember([replace(one, state=State.INTENDED) for one in read.values()])

    def _unmark(self, made: Sequence[Made], rows: Mapping[uuid.UUID, Record]) -> dict[uuid.UUID, Written]:
        updates = []
        for one in made:
            row = rows.get(one.pair.id(self.side))
            if row is not None and is_marked(self.table, row):
                updates.append(Row(row.id, {self.table.mark_field: one.wanted}, row.version))
        answers = self.system.update(self.table.name, updates) if updates else []
        return {row.id: answer for row, answer in zip(updates, answers, strict=True)}

    def _named(
        self, made: Made, read: Pair, rows: Mapping[uuid.UUID, Record], answers: Mapping[uuid.UUID, Written]
    ) -> Named:
        id = read.id(self.side)
        row, answer = rows.get(id), answers.get(id)
        if answer is None:
            return Named(read.with_seen(self.side, made.version if row is None else row.version))
        return Named(read.with_seen(self.side, answer.version or ""), answer.error)
