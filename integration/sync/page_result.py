"""What is to be remembered, noted and counted of one page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from integration.sync.memory.ledger import Pair, SideWritten
from integration.sync.run import Changed, Counters, Failure


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
