"""How the end of a pass is remembered of a pair. Pure."""

from __future__ import annotations

import traceback

from integration.sync.memory.ledger import Agreed, Outcome, Pair, Result, State, Wait
from integration.sync.problems import waiting_for
from integration.sync.record.draft import ReferenceNotCoupled
from integration.sync.rules import Direction
from integration.sync.run import Failure
from integration.systems.errors import Problem

WENT_WELL = Outcome(Result.SUCCESS)
UNDONE = Outcome(Result.UNDONE)


def succeeded(
    pair: Pair,
    direction: Direction,
    *,
    agreed: Agreed,
    waits: frozenset[Wait],
    seen: tuple[str, str],
    owed: tuple[bool, bool],
) -> Pair:
    """The pair after both its rows were read, or one was made of the other; ``seen`` and ``owed`` are those of source
    and destination. (Every record of a run comes here: this takes half the time of ``replace``.)"""
    to_crm = direction is Direction.TO_CRM
    erp, crm = (0, 1) if to_crm else (1, 0)
    return Pair(
        erp_id=pair.erp_id,
        crm_id=pair.crm_id,
        state=State.COUPLED,
        seen_erp=seen[erp],
        seen_crm=seen[crm],
        agreed=agreed,
        owed_erp=owed[erp],
        owed_crm=owed[crm],
        to_crm=WENT_WELL if to_crm else pair.to_crm,
        to_erp=pair.to_erp if to_crm else WENT_WELL,
        in_flight=None,
        raised=pair.raised,
        waits=waits,
        stored_as=pair.stored_as,
    )


def failed(pair: Pair, direction: Direction, problem: Problem) -> tuple[Pair, bool]:
    """The pair after a failure, and whether it rests from now on: the same code twice in a row, unless the record only
    waits for another one or the cause passes by itself."""
    before = pair.outcome(direction)
    waiting = isinstance(problem, ReferenceNotCoupled)
    again = before.result in (Result.FAILURE, Result.SKIPPED) and before.code == problem.code
    skipped = again and not waiting and not problem.retryable
    result = Result.SKIPPED if skipped else Result.WAITING if waiting else Result.FAILURE
    return pair.with_outcome(direction, Outcome(result, problem.code)), skipped


def failure_of(pair: Pair, direction: Direction, problem: Problem, label: str) -> Failure:
    """For the error log: the pair, as far as there is one, and what the problem says."""
    has_twin, towards_crm = pair.state is not State.RESERVED, direction is Direction.TO_CRM
    return Failure(
        direction=direction,
        erp_id=pair.erp_id if towards_crm or has_twin else None,
        crm_id=pair.crm_id if not towards_crm or has_twin else None,
        code=problem.code,
        message=str(problem),
        label=label,
        raw=problem.raw,
        waiting_for=waiting_for(problem),
        call_stack="".join(traceback.format_exception(problem)) if problem.__traceback__ else "",
    )
