"""Where a pair stands: what is still to be made, what was never made, what a pass has to look at."""

from __future__ import annotations

from dataclasses import replace

from integration.sync.memory.ledger import RESTING, UNFINISHED, Pair, Result, State
from integration.sync.rules import Direction
from integration.systems.values import Side


def is_awaited(pair: Pair, side: Side) -> bool:
    """Is the row of this side still to be made, begun by a run that died or set aside while its source waits? Whoever
    misses it must not take it for deleted: its source would be forgotten. Nor may what an undoing was about to delete:
    its source would be made anew."""
    if is_undone(pair, Direction.away_from(side.other)):
        return True
    if pair.state is State.RESERVED:
        return pair.outcome(Direction.away_from(side.other)).result is not Result.NONE or pair.owed(side)
    return pair.state is State.INTENDED and not pair.seen(side)


def is_undone(pair: Pair, direction: Direction) -> bool:
    """Was the row that a run in this direction made deleted by an undoing, or going to be?"""
    return pair.outcome(direction).result is Result.UNDONE


def not_made(pair: Pair, side: Side) -> Pair:
    """The pair whose row of this side was to be made and is not there: its id is only set aside again, and nothing is
    agreed with a row that is not there, or owed by it."""
    if pair.state is not State.INTENDED:
        return pair
    bare = replace(pair, state=State.RESERVED, agreed={}, seen_erp="", seen_crm="", in_flight=None)
    return bare.with_owed(side.other, False)


def is_open(pair: Pair, direction: Direction) -> bool:
    """Does a pass in this direction have to look at the pair though nobody changed it?"""
    result = pair.outcome(direction).result
    if result in RESTING:
        return False
    begun = pair.in_flight is not None and pair.in_flight.side is direction.destination
    return result in UNFINISHED or pair.owed(direction.destination) or pair.state is State.INTENDED or begun
