"""A process that dies: at a chosen step everything it does to the outside world stops, and nothing follows any more.

A step is just before and just after each write to a system, the ledger or the journal. What a dead process began in
a transaction is rolled back; what reached the other system stays there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from integration.sync.engine import synchronize
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Counters, Options
from integration.systems.values import Row
from tests.sync.world import MemoryJournal, World

SYSTEM_WRITES = ("insert", "insert_documents", "update", "delete", "act")
LEDGER_WRITES = ("remember", "complete", "forget", "identify", "side_written")
JOURNAL_WRITES = ("advance", "note", "fail", "succeed", "leave_out", "begin")


class Killed(BaseException):
    """``kill -9``."""


class Life:
    """Counts steps and ends at ``last``; after that every step is one too many."""

    def __init__(self, last: int) -> None:
        self.last, self.steps = last, 0

    def step(self) -> None:
        self.steps += 1
        if self.steps >= self.last:
            raise Killed


class Mortal:
    """Stands before a system, a ledger or a journal and lets the writing calls through while there is life."""

    def __init__(self, inner: Any, life: Life, writes: Sequence[str]) -> None:
        self._inner, self._life, self._writes = inner, life, writes

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._mortal(found) if name in self._writes else found

    def _mortal(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any, **more: Any) -> Any:
            self._life.step()
            answer = call(*arguments, **more)
            self._life.step()
            return answer

        return guarded


class MortalSystem(Mortal):
    """May also die when half of the rows have arrived."""

    def insert(self, table: str, rows: Sequence[Row]) -> Any:
        self._life.step()
        half = len(rows) // 2
        answers = self._inner.insert(table, rows[:half]) if half else []
        self._life.step()
        answers = [*answers, *self._inner.insert(table, rows[half:])]
        self._life.step()
        return answers


class MortalLedger(Mortal):
    """Its pages are transactions over ledger, journal and a Business Central that is not remote."""

    def __init__(self, world: World, rule: TableRule, life: Life) -> None:
        super().__init__(world.ledger(rule), life, LEDGER_WRITES)
        self._world = world

    @contextmanager
    def page(self) -> Iterator[None]:
        self._life.step()
        ledgers = {tables: (dict(one.rows), dict(one.stamps)) for tables, one in self._world.ledgers.items()}
        position = self._world.journal.position
        try:
            with nullcontext() if self._world.erp.remote else self._world.erp.atomic():
                yield
                self._life.step()
        except BaseException:
            self._world.journal.position = position
            for tables, (rows, stamps) in ledgers.items():
                self._world.ledgers[tables].rows, self._world.ledgers[tables].stamps = rows, stamps
            raise
        self._life.step()


def run_until(
    world: World, last: int, direction: Direction, rule: TableRule, options: Options, life: Life | None = None
) -> Counters | None:
    """One pass that dies at its ``last`` step, or when ``life`` ends; its counters, or ``None`` where it died. Cursors
    are kept as a database would keep them."""
    life = life or Life(last)
    world.journal = MemoryJournal(world.cursors.get((rule.name, direction)))
    erp, crm = (MortalSystem(system, life, SYSTEM_WRITES) for system in (world.erp, world.crm))
    source, destination = (erp, crm) if direction is Direction.TO_CRM else (crm, erp)
    ledger, journal = MortalLedger(world, rule, life), Mortal(world.journal, life, JOURNAL_WRITES)
    try:
        return synchronize(rule, direction, source, destination, ledger, journal, options, world.context)
    except Killed:
        return None
    finally:
        world.cursors[rule.name, direction] = world.journal.position


def every_death(
    world: Callable[[], World], direction: Direction, rule: TableRule, options: Options, check: Callable[[World], None]
) -> int:
    """In a new world each time, die at the first step, then at the second, and so on until a pass survives. After
    each death the pass is run again to its end and ``check`` looks at what came of it. Answers how many deaths."""
    for last in range(1, 500):
        one = world()
        survived = run_until(one, last, direction, rule, options) is not None
        one.run(direction, rule, options)
        check(one)
        if survived:
            return last - 1
    raise AssertionError("The pass never came to its end.")
