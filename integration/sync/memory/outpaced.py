"""What a person has coupled or uncoupled while a run was at work on it: that stands, and the run gives way. Pure.

A run makes account X for Adatum, a person couples Adatum with account Y:

    before the page is begun       nothing of it is written: Adatum is read and decided once more, with Y
    while the page is written      it is Y all the same; of X it is said that it was made, and is coupled with nothing
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from integration.sync.actions import Action, Insert, Restore, SourceDeleted, Uncouple
from integration.sync.memory.ledger import KEPT, Pair
from integration.sync.page_result import PageResult
from integration.sync.problems import CoupledMeanwhile
from integration.sync.rules import Direction
from integration.sync.run import Failure
from integration.sync.special.base import Run


class Outpaced(Exception):
    """Pairs of a page are not stored, and nothing of the page is."""

    def __init__(self, lost: Sequence[Pair]) -> None:
        super().__init__("Somebody has coupled or uncoupled these records meanwhile.")
        self.lost = lost


def without(actions: Sequence[Action], lost: Sequence[Pair]) -> tuple[list[Action], list[uuid.UUID]]:
    """The actions that do not concern these pairs, and the ids of the records of the others."""
    ids = {id for pair in lost for id in (pair.erp_id, pair.crm_id)}
    if not ids:
        return list(actions), []
    left, again = list[Action](), dict[uuid.UUID, None]()
    for action in actions:
        match action:
            case Uncouple(pair, record=None) | SourceDeleted(pair) | Restore(pair):
                if ids.isdisjoint((pair.erp_id, pair.crm_id)):
                    left.append(action)
            case _ if action.record is None or action.record.id not in ids:
                left.append(action)
            case _:
                again[action.record.id] = None
    return left, list(again)


def as_stored(actions: Sequence[Action]) -> list[Action]:
    """The same once the pairs of their new rows are stored as intended."""
    return [
        replace(action, pair=replace(action.pair, stored_as=KEPT))
        if isinstance(action, Insert) and action.pair.stored_as is None
        else action
        for action in actions
    ]


def tell(page_result: PageResult, lost: Sequence[Pair], run: Run) -> None:
    """Say of every row that was made for one of these pairs that it is coupled with nothing."""
    ids, direction = {(pair.erp_id, pair.crm_id) for pair in lost}, run.direction
    for one in page_result.changed if ids else ():
        if (one.erp_id, one.crm_id) in ids and one.action == "inserted":
            problem = CoupledMeanwhile(run.rule.table(direction.destination).label)
            failure = Failure(direction, one.erp_id, one.crm_id, problem.code, str(problem), one.label)
            page_result.failures.append(failure)
            page_result.counters.failed += 1
            source = one.erp_id if direction is Direction.TO_CRM else one.crm_id
            page_result.recovered = [id for id in page_result.recovered if id != source]
