"""What is stored of a page before it is written, in case that nobody lives to store what came of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeGuard

from integration.sync.actions import Action, Insert, Uncouple, Update
from integration.sync.memory.ledger import InFlight, Pair, State
from integration.sync.rules import Direction
from integration.systems.values import Side


def before_writing(actions: Sequence[Action], direction: Direction) -> list[Pair]:
    """Pairs as they are stored before the page is written, in case that nobody lives to store what came of it."""
    inserts = [intended(action) for action in actions if isinstance(action, Insert)]
    # A twin that is about to be deleted: the next run finishes that, or makes the record another one.
    inserts += [replace(action.pair, state=State.INTENDED) for action in actions if _removes(action)]
    side = direction.destination
    return inserts + [pair for action in actions if isinstance(action, Update) for pair in _begun(action, side)]


def _removes(action: Action) -> TypeGuard[Uncouple]:
    return isinstance(action, Uncouple) and action.twin is not None and action.last is None


def intended(action: Insert) -> Pair:
    """The pair with the id that the new row is going to have."""
    return replace(action.pair, state=State.INTENDED)


def _begun(action: Update, side: Side) -> list[Pair]:
    """The pair with what was read and found to be owed, and with what is about to be written: so that our own write can
    be told from a person's edit afterwards, and nothing of a person lies unseen under it."""
    read = action.read
    if read is None or action.coupled or not action.changes:
        return []
    fields = {key: halves for key, halves in action.pair.agreed.items() if read.agreed.get(key) != halves}
    begun = replace(read, in_flight=InFlight(side, fields, action.twin.version))
    return [begun.with_owed(side.other, action.pair.owed(side.other))]
