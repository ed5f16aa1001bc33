"""What is left to do for a mapping: pairs that its next run brings on, though nobody changes their records again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from integration.models import TableMapping
from integration.sync.memory.ledger import RESTING, Result, State
from integration.sync.rules import Direction

LEFT_ALONE = tuple(result.value for result in RESTING)


def has_open_work(mapping: TableMapping) -> bool:
    """Is there a pair that a run would bring on: something left to carry, a write that was broken off, a failure that
    does not rest, or one whose wait is over? A pair that waits for another one in vain is none."""
    passes = [one for one in Direction(mapping.direction).passes if mapping.carries(one)]
    return any(is_open(mapping, one) or any(True for _ in mapping.couplings.released(one)) for one in passes)


def is_open(mapping: TableMapping, direction: Direction, *, left: Collection[str] = ()) -> bool:
    """The same one way, waits that are over aside, and failures with these codes, which are ``left`` to a person."""
    towards, result = direction.destination, f"{direction}_result"
    owed = Q(**{f"owed_{towards}": True}) | Q(in_flight__startswith=towards.value)
    failed = Q(**{result: Result.FAILURE.value}) & ~Q(**{f"{direction}_code__in": list(left)})
    broken_off = Q(state=State.INTENDED.value) | failed
    return mapping.couplings.filter(owed | broken_off).exclude(**{f"{result}__in": LEFT_ALONE}).exists()


def owes(mapping: TableMapping) -> bool:
    """Is there a pair that a run can bring on now: something left to carry, or a wait that is over?"""
    passes = [one for one in Direction(mapping.direction).passes if mapping.carries(one)]
    return any(_left(mapping, one).exists() or any(True for _ in mapping.couplings.released(one)) for one in passes)


def got_something(mapping: TableMapping) -> bool:
    """The same of pairs that agreed before: one that was coupled and never synchronized has got nothing yet, it waits
    for the mapping's own run."""
    passes = [one for one in Direction(mapping.direction).passes if mapping.carries(one)]
    return any(_left(mapping, one).exclude(agreed__in=("", "{}")).exists() for one in passes)


def _left(mapping: TableMapping, direction: Direction) -> QuerySet[Any]:
    may_go = {f"owed_{direction.destination}": True, f"{direction}_result__in": (Result.NONE, Result.SUCCESS)}
    couplings: QuerySet[Any] = mapping.couplings.filter(**may_go)
    return couplings
