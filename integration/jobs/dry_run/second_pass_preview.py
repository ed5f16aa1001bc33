"""The second pass of a dry run, for pairs that its matching would make.

By the time the second pass comes, the first one would have written to these records and agreed with them. So their part
of the second pass is planned along with the first: with the record as the first pass would leave it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from integration.connection.systems import Connected
from integration.models import PlannedChange, SyncJob
from integration.sync.actions import Action, Restore, SourceDeleted, Unchanged, Uncouple, Update
from integration.sync.memory.ledger import Ledger, Pair
from integration.sync.plan import Planner
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options
from integration.sync.special.base import Run
from integration.systems.values import Page, Record, Side

WRITTEN = "as the first pass leaves it"
"""The version of a record that the first pass would write."""


class _AfterFirstPass:
    """The ledger of the plan, with these pairs as the first pass would remember them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.planned: dict[uuid.UUID, Pair] = {}

    def pairs(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Pair]:
        ours = {pair.id(side): pair for pair in self.planned.values()}
        return {**self._ledger.pairs(side, ids), **{id: ours[id] for id in ids if id in ours}}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


class SecondPassPreview:
    """What the second pass of a plan would do with the pairs that matching makes in it. ``plan_early``
    is for the first pass, ``without_planned`` for the second."""

    def __init__(self, job: SyncJob, rule: TableRule, connected: Connected, ledger: Any, options: Options) -> None:
        self.job, self.connected, self.rule = job, connected, rule
        first, self.direction = Direction(job.direction), Direction(job.direction).back
        self.is_first = rule.direction.passes == (first, self.direction)
        self.is_second = rule.direction.passes == (self.direction, first)
        after: Any = _AfterFirstPass(ledger)
        self.ledger: _AfterFirstPass = after
        source, destination = connected.source_and_destination(self.direction)
        self.run = Run(rule, self.direction, source, destination, after, options, connected.context)
        self.matches = self.couples().exists()

    def couples(self) -> QuerySet[PlannedChange]:
        """The pairs that matching would make."""
        job = self.job
        return PlannedChange.objects.filter(plan=job.plan, mapping=job.mapping, action=PlannedChange.Action.COUPLE)

    # --- while the first pass is planned ----------------------------------------------------------------------

    def plan_early(self, actions: Sequence[Action]) -> list[Action]:
        """The second pass's actions for the pairs that these actions of the first are about."""
        if not (self.matches and self.is_first and self.job.mapping.carries(self.direction)):
            return []
        done = {action.record.id: action for action in actions if isinstance(action, Update | Unchanged)}
        column = f"{self.direction.destination}_id"
        fresh = self.couples().filter(**{f"{column}__in": list(done)})
        ours = [done[id] for id in fresh.values_list(column, flat=True)]
        fresh.update(planned_early=True)
        return self._plan({pair.id(self.direction.source): one for one in ours if (pair := one.pair) is not None})

    def _plan(self, actions: Mapping[uuid.UUID, Update | Unchanged]) -> list[Action]:
        planner = Planner(self.run)
        found = self.run.source.get(self.run.source_table, list(actions), planner.source_columns)
        self.ledger.planned = {id: self._pair(action) for id, action in actions.items()}
        return planner.plan(Page([self._record(record, actions[id]) for id, record in found.items()]))

    def _record(self, record: Record, action: Update | Unchanged) -> Record:
        if not isinstance(action, Update) or not action.changes:
            return record
        values = {**record.values, **{n: v for n, v in action.values.items() if n in record.values}}
        return replace(record, values=values, version=WRITTEN, modified_by=self.connected.context.user_id)

    def _pair(self, action: Update | Unchanged) -> Pair:
        if action.pair is None:
            raise ValueError("Only pairs that the first pass remembers are planned early.")
        if isinstance(action, Update) and action.changes:
            return action.pair.with_seen(self.direction.source, WRITTEN)
        return action.pair

    # --- while the second pass is planned ---------------------------------------------------------------------

    def without_planned(self, actions: Sequence[Action]) -> list[Action]:
        """These actions of the second pass without those planned early; what comes to nothing counts as unchanged."""
        if not (self.matches and self.is_second):
            return list(actions)
        column = f"{Direction(self.job.direction).source}_id"
        ids = [record.id for action in actions if (record := _record(action)) is not None]
        of_pairs = self.couples().filter(planned_early=True, **{f"{column}__in": ids})
        pairs = set(of_pairs.values_list(column, flat=True))
        planned = self.planned_early().filter(**{f"{column}__in": list(pairs)})
        rows = set(planned.values_list(column, flat=True))
        kept: list[Action] = []
        for action in actions:
            record = _record(action)
            if record is None or record.id not in pairs:
                kept.append(action)
            elif record.id not in rows:
                kept.append(Unchanged(record))
        return kept

    def planned_early(self) -> QuerySet[PlannedChange]:
        """The rows of the pass that is planned now which were planned along with the first."""
        job = self.job
        found = PlannedChange.objects.filter(plan=job.plan, mapping=job.mapping, direction=job.direction)
        return found if self.is_second else found.none()


def _record(action: Action) -> Record | None:
    """What an action is about; a deletion is about no record."""
    return None if isinstance(action, Uncouple | SourceDeleted | Restore) else action.record
