"""One record of a page with all that was read about it."""

from __future__ import annotations

from dataclasses import dataclass

from integration.sync.memory.ledger import Pair, State
from integration.sync.record.draft import Draft
from integration.systems.values import Record


@dataclass(slots=True)
class Case:
    """A record that has to be looked at, its pair and its twin as they are stored, and what the twin should hold.
    ``back`` is what the twin would make of the record, where that is asked for."""

    record: Record
    pair: Pair | None
    twin: Record | None
    draft: Draft
    back: Draft | None = None

    @property
    def is_alone(self) -> bool:
        """Is there no other record that it is coupled with, or going to be?"""
        return self.pair is None or self.pair.state is State.RESERVED
