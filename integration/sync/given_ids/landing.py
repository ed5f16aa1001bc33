"""What follows the writing of a page where the destination gives the ids: its new rows get their pairs first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from integration.sync.actions import Action, Insert
from integration.sync.given_ids.naming import Made, Naming
from integration.sync.plan import Planner
from integration.sync.special.base import Run
from integration.sync.write import Results, follow
from integration.systems.errors import Problem
from integration.systems.values import Side, Written


class Landing:
    """For one pass; ``finish`` is called from the run's own thread, since it writes the ledger."""

    def __init__(self, run: Run, planner: Planner) -> None:
        self.run, self.planner = run, planner
        self.side = run.direction.destination
        self.naming = Naming(run, self.side, planner.memories[self.side], planner.read_columns[self.side])

    def finish(self, actions: Sequence[Action], results: Results) -> list[Action]:
        """The same actions under the ids that the rows have; what follows their writes is done, too."""
        if not self.run.gives_ids:
            return list(actions)
        inserts = [action for action in actions if isinstance(action, Insert)]
        made = [self._made(action, results) for action in inserts if results.written[action.record.id].ok]
        named = self.naming.name(made)
        after: list[Action] = []
        problems: dict[uuid.UUID, Problem] = {}
        for action in actions:
            one = named.get(action.pair.id(self.side)) if isinstance(action, Insert) else None
            if one is None or not isinstance(action, Insert):
                after.append(action)
                continue
            after.append(replace(action, pair=one.pair))
            results.written[action.record.id] = Written(one.pair.id(self.side), one.pair.seen(self.side))
            if one.problem is not None:
                problems[action.record.id] = one.problem
        follow(self.run, self.planner.special, after, results, without=problems)
        results.later = {**results.later, **problems}
        return after

    def _made(self, action: Insert, results: Results) -> Made:
        pair, answer = action.pair, results.written[action.record.id]
        real = replace(pair, erp_id=answer.id) if self.side is Side.ERP else replace(pair, crm_id=answer.id)
        wanted = action.values.get(self.naming.table.mark_field)
        return Made(real, pair.id(self.side), answer.version or "", wanted)
