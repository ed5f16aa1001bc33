"""A ledger in memory, as strict as the one in the database."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from integration.sync.memory.ledger import KEPT, RESTING, Pair, SideWritten, State, Wait, stored_over
from integration.sync.memory.pair_states import is_open
from integration.sync.rules import Direction, Reference, utc_now
from integration.systems.values import Side


def as_stored(pair: Pair) -> Pair:
    """The pair as a ledger hands it out: its waits are not read with it."""
    return pair if pair.waits is None else pair.with_memory(pair.agreed, pair.in_flight, None)


def _takes(before: Pair | None, pair: Pair, holder: uuid.UUID | None) -> bool:
    """Is the pair stored where ``before`` is? ``holder`` is the record that its record of Sales is in a pair with."""
    is_same = before is not None and before.crm_id == pair.crm_id
    if before is not None and pair.stored_as is not None:
        return is_same and pair.stored_as in (KEPT, before.stored_as)
    if pair.stored_as is not None or holder not in (None, pair.erp_id):
        return False
    return before is None or is_same or before.state is State.RESERVED


class MemoryLedger:
    """A ledger in memory. ``others`` answers references: (erp_table, crm_table) -> ledger of that mapping. ``mapped``
    are the mapped columns of each side, for what is written besides."""

    def __init__(
        self,
        others: Mapping[tuple[str, str], MemoryLedger] | None = None,
        mapped: Mapping[Side, Collection[str]] | None = None,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self.clock = clock
        self.stamps: dict[uuid.UUID, dt.datetime] = {}
        """When each row was stored last, by the id of the ERP."""
        self.rows: dict[uuid.UUID, Pair] = {}
        self.numbers = itertools.count(1)
        """What rows are called, each once."""
        self.others = others if others is not None else {}
        self.mapped = mapped or {}

    def pairs(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Pair]:
        wanted = set(ids)
        if side is Side.ERP:
            return {id: as_stored(self.rows[id]) for id in wanted if id in self.rows}
        return {row.crm_id: as_stored(row) for row in self.rows.values() if row.crm_id in wanted}

    def open(self, direction: Direction) -> Iterator[uuid.UUID]:
        for row in list(self.rows.values()):
            if is_open(row, direction):
                yield row.id(direction.source)

    def released(self, direction: Direction) -> Iterator[uuid.UUID]:
        for row, wait in self._waits(direction):
            if self._is_coupled(direction.source, wait):
                yield row.id(direction.source)

    def waited_for(self, direction: Direction, table: str) -> Iterator[uuid.UUID]:
        found = {w.id for _, w in self._waits(direction) if w.table == table}
        yield from (
            id for id in found if not self._is_coupled(direction.source, Wait(direction.destination, table, id))
        )

    def waiting(self, direction: Direction, table: str, ids: Collection[uuid.UUID]) -> Iterator[uuid.UUID]:
        for row, wait in self._waits(direction):
            if wait.table == table and wait.id in ids:
                yield row.id(direction.source)

    def _waits(self, direction: Direction) -> Iterator[tuple[Pair, Wait]]:
        for row in list(self.rows.values()):
            if row.outcome(direction).result not in RESTING:
                yield from ((row, wait) for wait in row.waits or () if wait.towards is direction.destination)

    def _is_coupled(self, side: Side, wait: Wait) -> bool:
        for tables, ledger in self.others.items():
            if wait.table == tables[0 if side is Side.ERP else 1]:
                held = ledger.pairs(side, [wait.id]).get(wait.id)
                if held is not None and held.state is State.COUPLED:
                    return True
        return False

    def held(self, side: Side, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
        place = 0 if side is Side.ERP else 1
        table = next((tables[place] for tables, ledger in self.others.items() if ledger is self), "")
        found: dict[uuid.UUID, str] = {}
        for tables, ledger in self.others.items():
            if ledger is not self and tables[place] == table:
                pairs = ledger.pairs(side, ids)
                found |= {id: tables[1 - place] for id, pair in pairs.items() if pair.state is not State.RESERVED}
        return found

    def pages(self) -> Iterator[list[Pair]]:
        yield [as_stored(row) for row in self.rows.values() if row.state is State.COUPLED]

    def coupled(self) -> int:
        return sum(row.state is State.COUPLED for row in self.rows.values())

    def resolve(self, reference: Reference, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        other = self.others.get((reference.erp_table, reference.crm_table))
        if other is None:
            return {}
        found = other.pairs(side, ids)
        return {id: row.id(side.other) for id, row in found.items() if row.state is State.COUPLED}

    def resolve_each(
        self, wanted: Mapping[Reference, Collection[uuid.UUID]], side: Side
    ) -> dict[Reference, dict[uuid.UUID, uuid.UUID]]:
        return {reference: self.resolve(reference, side, ids) for reference, ids in wanted.items()}

    def unseen(self, side: Side, seen: Container[uuid.UUID]) -> list[Pair]:
        return [as_stored(row) for row in self.rows.values() if row.state is State.COUPLED and row.id(side) not in seen]

    @contextmanager
    def page(self) -> Iterator[None]:
        before, stamps = dict(self.rows), dict(self.stamps)
        try:
            yield
        except BaseException:
            self.rows, self.stamps = before, stamps
            raise

    def remember(self, pairs: Iterable[Pair]) -> list[Pair]:
        holders = {row.crm_id: row.erp_id for row in self.rows.values()}
        lost = []
        for pair in pairs:
            before = self.rows.get(pair.erp_id)
            if not _takes(before, pair, holders.get(pair.crm_id)):
                lost.append(pair)
                continue
            number = next(self.numbers) if before is None else before.stored_as
            self.rows[pair.erp_id] = replace(stored_over(before, pair), stored_as=number)
            self.stamps[pair.erp_id] = self.clock()
            holders[pair.crm_id] = pair.erp_id
        return lost

    def complete(self, pairs: Iterable[Pair]) -> list[Pair]:
        lost = []
        for pair in pairs:
            row = self.rows.get(pair.erp_id)
            if row is None or row.crm_id != pair.crm_id:
                lost.append(pair)
            else:
                self.rows[pair.erp_id] = replace(row, state=State.COUPLED)
        return lost

    def intended(self) -> Iterator[tuple[Pair, dt.datetime]]:
        for row in list(self.rows.values()):
            if row.state is State.INTENDED:
                yield as_stored(row), self.stamps[row.erp_id]

    def identify(self, side: Side, real: Mapping[uuid.UUID, uuid.UUID]) -> None:
        held = {row.id(side): row for row in self.rows.values()}
        for reserved, id in real.items():
            row = held.get(reserved)
            if row is None or reserved == id:
                continue
            if id in held:
                raise ValueError("Another pair holds this record.")  # as the database has it
            named = replace(row, erp_id=id) if side is Side.ERP else replace(row, crm_id=id)
            self.stamps[named.erp_id] = self.stamps.pop(row.erp_id)
            del self.rows[row.erp_id]
            self.rows[named.erp_id] = named

    def forget(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            row = self.rows.get(pair.erp_id)
            if row is not None and row.crm_id == pair.crm_id:
                del self.rows[pair.erp_id]

    def side_written(self, writes: Iterable[SideWritten]) -> None:
        for write in writes:
            for tables, ledger in self.others.items():
                if tables[0 if write.side is Side.ERP else 1] == write.table:
                    ledger._besides(write)

    def _besides(self, write: SideWritten) -> None:
        mapped = self.mapped.get(write.side, ())
        for erp_id, row in list(self.rows.items()):
            if row.id(write.side) == write.id:
                self.rows[erp_id] = write.after(row, mapped)
