"""A world in which a run wrote something, and the undoing of that run."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from integration.sync.rules import Direction, TableRule
from integration.sync.run import Changed, Counters, Options, Scope
from integration.sync.special.base import Run
from integration.sync.undo.past import Past, Undoing
from integration.sync.undo.plan import UndoPlanner
from integration.sync.undo.run import undo
from tests.makers import customer_rule
from tests.sync.world import TO_CRM, MemoryJournal, World

NOTHING = {"inserted": 0, "modified": 0, "failed": 0, "deleted": 0, "coupled": 0, "uncoupled": 0}


def past_of(changed: Changed, **more: Any) -> Past:
    """What the history keeps of a write."""
    made = changed.action == "inserted"
    return Past(changed.erp_id, changed.crm_id, made, changed.exact or {}, not made and changed.exact is None, **more)


class UndoWorld(World):
    """``wrote`` has a run write something; ``undo`` puts it back, ``preview`` says what that would do. ``made`` are the
    writes of the run that made ``adatum``, where one did."""

    adatum: uuid.UUID
    made: Sequence[Past] = ()

    def pasts(self) -> list[Past]:
        return [past_of(one) for one in self.journal.changed]

    def run_of(self, direction: Direction, rule: TableRule | None = None) -> Run:
        rule = rule or customer_rule()
        source, destination = self._ends(direction)
        options = Options(scope=Scope.IDS, create=True)
        return Run(rule, direction, source, destination, self.ledger(rule), options, self.context)

    def preview(
        self, pasts: Sequence[Past], direction: Direction = TO_CRM, rule: TableRule | None = None, **more: Any
    ) -> list[Undoing]:
        return UndoPlanner(self.run_of(direction, rule)).plan_back(pasts, **more)

    def undo(
        self, pasts: Sequence[Past], direction: Direction = TO_CRM, rule: TableRule | None = None, **more: Any
    ) -> Counters:
        self.journal = MemoryJournal()
        return undo(self.run_of(direction, rule), pasts, self.journal, **more)

    def wrote(self, direction: Direction, rule: TableRule | None = None, **edits: Any) -> tuple[uuid.UUID, list[Past]]:
        """Adatum, agreed on by both sides; then these columns were edited at the source and a run carried them."""
        erp_id = self.synchronized()
        if direction is TO_CRM:
            self.erp.edit("customer", erp_id, **edits)
        else:
            self.crm.edit("account", self.pair(erp_id).crm_id, **edits)
        self.run(direction, rule)
        pasts = self.pasts()
        assert pasts
        return erp_id, pasts

    def rests(self, rule: TableRule | None = None) -> bool:
        """Does neither a run of what changed nor a forced full one write or find anything?"""
        for more in ({}, {"scope": Scope.EVERYTHING}, {"scope": Scope.EVERYTHING, "force": True}):
            for counters in self.both(rule, **more):
                if counters.changed:
                    return False
        return True


def later(pasts: Sequence[Past]) -> list[Past]:
    return [replace(one, later=True) for one in pasts]
