"""What is to be remembered, noted and counted of one page."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from integration.sync.actions import Action, Ignore, SideWrite
from integration.sync.memory.ledger import Pair, SideWritten
from integration.sync.run import Changed, Counters, Failure

FAILING = ("failed", "skipped")
WEAKER = {"inserted": ("modified", "unchanged"), "modified": ("unchanged",), "coupled": ("unchanged",)}
"""What does not count any more behind the other."""


@dataclass(slots=True)
class PageResult:
    """``completed`` are intended pairs of which nothing new is known but that they are there. ``left_out`` are skipped
    rows with their reasons, ``overtaken`` source ids to be read and decided once more, ``recovered`` those whose open
    errors close, ``waiting`` those that wait for a record, ``outcomes`` the counter that each was counted in."""

    remembered: list[Pair] = field(default_factory=list)
    completed: list[Pair] = field(default_factory=list)
    forgotten: list[Pair] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left_out: list[Failure] = field(default_factory=list)
    recovered: list[uuid.UUID] = field(default_factory=list)
    waiting: list[uuid.UUID] = field(default_factory=list)
    outcomes: dict[uuid.UUID, str] = field(default_factory=dict)
    overtaken: list[uuid.UUID] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    besides: list[SideWritten] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)


def inside(actions: Sequence[Action]) -> int:
    """How many of these rows were inside the mapping's filter: what ``begin`` counted."""
    outside = sum(isinstance(action, Ignore) and action.outside for action in actions)
    return len(actions) - outside - sum(isinstance(action, SideWrite) for action in actions)


def counted(
    page_result: PageResult, first: dict[uuid.UUID, str], again: Collection[uuid.UUID], *, last_round: bool
) -> Counters:
    """A row that comes again counts once, as what became of it at last: a later success takes back that it was
    unchanged or waited, a later failure that it was unchanged. ``first``: what those that come ``again`` in the last
    round were counted as before."""
    if not last_round:
        first.update((id, name) for id, name in page_result.outcomes.items() if id in again)
        return page_result.counters
    return counted_once(page_result.counters, page_result.outcomes, first)


def counted_once(counters: Counters, outcomes: Mapping[uuid.UUID, str], first: Mapping[uuid.UUID, str]) -> Counters:
    """The same where these rows were counted already as what became of them ``first``."""
    for id, name in outcomes.items():
        before = first.get(id)
        if before is None:
            continue
        outweighed = name if name == before or name in WEAKER.get(before, ()) else before
        if name in FAILING and before in ("inserted", "modified"):
            continue
        setattr(counters, outweighed, getattr(counters, outweighed) - 1)
    return counters
