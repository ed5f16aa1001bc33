"""What a record that was just made in Business Central has for the one in Sales that it came from: its number, most of
all, which Business Central gives and which only goes to Sales.

The pair is pending for that, so the next pass to Sales would carry it. Doing it at once costs one question and one
write for a whole page, and nobody has to wait. What does not succeed here stays pending and is told by that pass.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from integration.sync.actions import Action, Insert, Unchanged, Update
from integration.sync.plan import Planner
from integration.sync.reading.reader import Reader
from integration.sync.results import before_writing, collect_results
from integration.sync.rules import Direction
from integration.sync.run import Journal, Options, Scope
from integration.sync.special.base import Run
from integration.sync.write import write
from integration.systems.values import Side


class CarryBack:
    """For one pass; ``page`` is to be called behind the transaction of each page."""

    def __init__(self, run: Run, journal: Journal) -> None:
        self.journal, self.is_needed = journal, run.direction is Direction.TO_ERP
        options, way = Options(scope=Scope.IDS), Direction.TO_CRM
        self.run = replace(run, direction=way, source=run.erp, destination=run.crm, options=options)

    @cached_property
    def planner(self) -> Planner:
        return Planner(self.run)

    def page(self, actions: Sequence[Action]) -> None:
        """Carry what the new rows of this page have for the other side. Raises a ``ConnectionProblem`` where Sales does
        not answer any more."""
        owed = self._owed(actions) if self.is_needed else []
        for page in Reader(self.run, self.planner).of_ids(owed) if owed else ():
            self._write(self.planner.plan(page))

    def _owed(self, actions: Sequence[Action]) -> list[uuid.UUID]:
        inserted = {action.pair.erp_id for action in actions if isinstance(action, Insert)}
        held = self.run.ledger.pairs(Side.ERP, inserted) if inserted else {}
        return [id for id, pair in held.items() if pair.owed(Side.CRM)]

    def _write(self, planned: Sequence[Action]) -> None:
        wanted = [action for action in planned if isinstance(action, Update | Unchanged)]
        begun = before_writing(wanted, self.run.direction)
        if begun:
            with self.run.ledger.page():
                lost = self.run.ledger.remember(begun)
            wanted = [
                one for one in wanted if one.pair is None or one.pair.erp_id not in {pair.erp_id for pair in lost}
            ]
        results = write(self.run, self.planner.special, wanted)
        refused = {id for id, answer in results.written.items() if not answer.ok} | set(results.later)
        done = [action for action in wanted if action.record.id not in refused]
        page_result = collect_results(self.run, done, results, self.planner.memories[Side.CRM])
        with self.run.ledger.page():
            self.run.ledger.remember(page_result.remembered)
            self.run.ledger.side_written(page_result.besides)
            self.journal.change(page_result.changed)
