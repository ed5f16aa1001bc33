"""Before the first page of a pass: what became of rows that an interrupted run was making, where a side gives the ids.

One question finds the rows that carry a mark; each gets its pair and loses its mark. A row that is not found may still
be on its way: the other side can be at work on a request whose answer was lost. That doubt rests until ``REST`` after
the intention was stored, and nothing writes the pair meanwhile, so the wait does not slide. Then the pair is only
reserved again: whether its record may still go is for the pass to say.

Where the key of a table is a code that the insert carries, there is no mark and no doubt: the code cannot be there
twice, and a row that has it and that we meant to make is the one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from integration.sync.given_ids.marks import is_marked, mark, reserved_of
from integration.sync.given_ids.naming import Made, Naming
from integration.sync.memory.halves import value_of
from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.pair_states import not_made
from integration.sync.memory.side_memory import SideMemory
from integration.sync.problems import InDoubt
from integration.sync.special.base import Run
from integration.systems.errors import Problem
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.text import fold
from integration.systems.values import Record, Side

REST = dt.timedelta(minutes=10)
"""Longer than any answer of the other side takes."""
AT_ONCE = 100


def recover(
    run: Run, memories: Mapping[Side, SideMemory], columns: Mapping[Side, Sequence[str]], *, writes: bool = True
) -> dict[uuid.UUID, Problem]:
    """Finish what an interrupted run began; without ``writes`` only look. Answers the records of the source side that
    have to wait, with the reason. Raises a ``ConnectionProblem``."""
    sides = [side for side in Side if not run.rule.table(side).keeps_ids]
    intended = list(run.ledger.intended()) if sides else []
    waiting: dict[uuid.UUID, Problem] = {}
    for side in sides if intended else ():
        waiting |= _Recovery(run, Naming(run, side, memories[side], columns[side]), writes).go(intended)
        intended = list(run.ledger.intended())
    return waiting


class _Recovery:
    """For one side that gives the ids."""

    def __init__(self, run: Run, naming: Naming, writes: bool) -> None:
        self.run, self.naming, self.writes = run, naming, writes
        self.side, self.system, self.table = naming.side, naming.system, naming.table

    def go(self, intended: Sequence[tuple[Pair, dt.datetime]]) -> dict[uuid.UUID, Problem]:
        pairs = {pair.id(self.side): pair for pair, _ in intended}
        there = self._read_existing(list(pairs))
        absent = [pair for id, pair in pairs.items() if id not in there and not pair.seen(self.side)]
        found = self._by_mark(absent) if self.table.mark_field else self._by_code(absent)
        made = [self._made(pairs[id], id) for id, row in there.items() if is_marked(self.table, row)]
        made += [self._made(pairs[reserved], row.id) for reserved, row in found.items()]
        waiting = self._name(made) if self.writes else {}
        if self.table.mark_field:
            missing = [pair for pair in absent if pair.id(self.side) not in found]
            waiting |= self._doubt(missing, {pair.id(self.side): since for pair, since in intended})
        return waiting

    def _read_existing(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Record]:
        columns = [self.table.mark_field] if self.table.mark_field else []
        found: dict[uuid.UUID, Record] = {}
        for start in range(0, len(ids), AT_ONCE):
            found |= self.system.get(self.table.name, ids[start : start + AT_ONCE], columns)
        return found

    def _by_mark(self, absent: Sequence[Pair]) -> dict[uuid.UUID, Record]:
        """The rows made for these pairs, by the ids set aside."""
        found: dict[uuid.UUID, Record] = {}
        for row in self._find(self.table.mark_field, [mark(pair.id(self.side)) for pair in absent]):
            reserved = reserved_of(row.values.get(self.table.mark_field))
            if reserved is not None:
                found[reserved] = row
        return found

    def _by_code(self, absent: Sequence[Pair]) -> dict[uuid.UUID, Record]:
        """The same by the code that is the key of the table. One that is somebody's already is not ours."""
        codes = {fold(code): pair.id(self.side) for pair in absent if (code := self._code(pair))}
        rows = list(self._find(self.table.number_field, sorted(codes)))
        held = self.run.ledger.pairs(self.side, [row.id for row in rows]) if rows else {}
        named = {codes.get(fold(str(row.values[self.table.number_field]))): row for row in rows if row.id not in held}
        return {reserved: row for reserved, row in named.items() if reserved is not None}

    def _code(self, pair: Pair) -> str:
        place = 0 if self.side is Side.ERP else 1
        for rule in self.run.rule.fields:
            if rule.field(self.side) == self.table.number_field and rule.key in pair.agreed:
                return value_of(pair.agreed[rule.key][place])
        return ""

    def _find(self, column: str, values: Sequence[str]) -> Iterable[Record]:
        for start in range(0, len(values), AT_ONCE):
            where = OneOf(column, tuple(values[start : start + AT_ONCE]))
            yield from every(self.system, self.table.name, where, [column])

    def _made(self, pair: Pair, id: uuid.UUID) -> Made:
        named = replace(pair, erp_id=id) if self.side is Side.ERP else replace(pair, crm_id=id)
        return Made(named, pair.id(self.side), wanted=self.naming.wanted(pair))

    def _name(self, made: Sequence[Made]) -> dict[uuid.UUID, Problem]:
        """Name and unmark these; what keeps its mark waits with the reason."""
        named = self.naming.name(made)
        with self.run.ledger.page():
            self.run.ledger.remember([replace(one.pair, state=State.INTENDED) for one in named.values()])
        source = self.run.direction.source
        return {one.pair.id(source): one.problem for one in named.values() if one.problem is not None}

    def _doubt(self, missing: Sequence[Pair], since: Mapping[uuid.UUID, dt.datetime]) -> dict[uuid.UUID, Problem]:
        now, waiting, past = self.run.context.clock(), {}, []
        for pair in missing:
            if now - since[pair.id(self.side)] < REST:
                waiting[pair.id(self.run.direction.source)] = self._in_doubt()
            else:
                past.append(not_made(pair, self.side).with_owed(self.side, True))
        if past and self.writes:
            with self.run.ledger.page():
                self.run.ledger.remember(past)
        return waiting

    def _in_doubt(self) -> Problem:
        minutes = int(REST.total_seconds() // 60)
        return InDoubt(
            f"Nobody can say yet whether its {self.table.label} was made: the answer was lost. It is looked for again "
            f"by the first run {minutes} minutes later, and made if it is not there."
        )
