"""How a failure is remembered of a pair. Pure."""

from __future__ import annotations

from integration.sync.memory.ledger import Outcome, Partner, Result
from integration.sync.record.draft import ReferenceNotCoupled
from integration.sync.rules import Direction
from integration.systems.errors import Problem


def failed(partner: Partner, direction: Direction, problem: Problem) -> tuple[Partner, bool]:
    """The pair after a failure, and whether it rests from now on: the same code twice in a row, unless the record only
    waits for another one or the cause passes by itself."""
    before = partner.outcome(direction)
    waiting = isinstance(problem, ReferenceNotCoupled)
    again = before.result in (Result.FAILURE, Result.SKIPPED) and before.code == problem.code
    skipped = again and not waiting and not problem.retryable
    result = Result.SKIPPED if skipped else Result.WAITING if waiting else Result.FAILURE
    return partner.with_outcome(direction, Outcome(result, problem.code)), skipped
