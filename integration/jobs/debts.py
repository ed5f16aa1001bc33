"""What a mapping owes: pairs that its next run has something to do for, though nobody changes their records again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.db.models import Q

from integration.models import TableMapping
from integration.sync.ledger import Result, State
from integration.sync.rules import Direction

LOOKED_AT = 2000


def can_be_paid(mapping: TableMapping) -> bool:
    """Is there a pair that a run would bring on: something left to carry, a write that was broken off, a failure that
    is not skipped, or one whose wait is over? A pair that waits for another one in vain is none."""
    owed = Q(state=State.INTENDED.value)
    for direction in _passes(mapping):
        owed |= Q(pending=direction.value) | Q(**{f"{direction}_result": Result.FAILURE.value})
    return mapping.couplings.filter(owed, skipped=False).exists() or any(map(_is_over, _waits(mapping)))


def _passes(mapping: TableMapping) -> list[Direction]:
    return [one for one in Direction(mapping.direction).passes if mapping.carries(one)]


def _waits(mapping: TableMapping) -> Iterator[tuple[Direction, str]]:
    """(direction, record that is waited for as ``table/id``)"""
    for direction in _passes(mapping):
        waiting = mapping.couplings.filter(skipped=False, **{f"{direction}_result": Result.WAITING.value})
        found = waiting.order_by().values_list(f"{direction}_waiting_for", flat=True).distinct()[:LOOKED_AT]
        yield from ((direction, wait) for wait in found if wait)


def _is_over(wait: tuple[Direction, str]) -> bool:
    """Is the record that is waited for coupled by now?"""
    direction, (table, _, id) = wait[0], wait[1].partition("/")
    try:
        record = uuid.UUID(id)
    except ValueError:
        return False
    side = direction.source
    pairs = TableMapping.objects.filter(**{f"{side}_table": table})
    return pairs.filter(**{"couplings__state": State.COUPLED.value, f"couplings__{side}_id": record}).exists()
