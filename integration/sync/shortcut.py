"""What can be answered about a record without looking at the other side: most rows of most runs. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from integration.sync.actions import Action, Ignore, Skip, Unchanged
from integration.sync.memory.ledger import RESTING, UNFINISHED, Pair, Result, State
from integration.sync.memory.pair_states import is_undone
from integration.sync.memory.side_memory import SideMemory
from integration.sync.merging.merge import Merger
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options, Scope
from integration.systems.values import Record, Side

LOOKED_AT = (*UNFINISHED, *RESTING, Result.LEFT_OUT)
"""How the last pass ended for a pair that is looked at though its record has not changed."""
SKIPPED = "Skipped after it failed twice the same way; retry it."
UNDONE = "An undone run had made it. It is made again once it is changed, or under Skipped Records, Make Again."


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What all records of a run are judged by. ``user_id`` is ours in the source system; ``creates`` is false where
    a special rule never makes rows (option values)."""

    rule: TableRule
    direction: Direction
    options: Options
    merger: Merger
    memories: Mapping[Side, SideMemory]
    user_id: uuid.UUID | None = None
    creates: bool = True
    takes_over: bool = False
    ignores_deletions: bool = False
    new_id: Callable[[Record], uuid.UUID] = lambda _: uuid.uuid4()
    released: set[uuid.UUID] = field(default_factory=set)
    """Source ids that wait for a record which is coupled by now."""

    def shortcut(self, record: Record, pair: Pair | None) -> Action | None:
        """The action where neither draft nor twin is needed, else ``None``."""
        if pair is None or pair.state is State.RESERVED:
            return self._shortcut_uncoupled(record, pair)
        if self._rests(pair, record):
            return Skip(record, self._why_it_rests(pair), pair)
        if pair.state is State.INTENDED or self._must_look(pair):
            return None
        side = self.direction.source
        memory, as_seen = self.memories[side], record.version == pair.seen(side)
        is_unread = memory.has_unread(pair)
        if as_seen and not is_unread:
            return Unchanged(record)
        if is_unread and (as_seen or self._is_ours(record)):
            read = memory.read(pair, record)
            if memory.is_as_agreed(read, record):
                return Unchanged(record, read.with_seen(side, record.version), pair)
        # Another version than the remembered one, though last written by us: somebody's edit may be under our write.
        return None

    def _shortcut_uncoupled(self, record: Record, pair: Pair | None) -> Action | None:
        if pair is not None and self._rests(pair, record):
            return Skip(record, self._why_it_rests(pair), pair)
        tried_before = pair is not None and (
            pair.outcome(self.direction).result is not Result.NONE or pair.owed(self.direction.destination)
        )
        if tried_before or self.options.create:
            return None
        if self.rule.only_coupled and self.options.scope is Scope.IDS:
            return Skip(record, "It is not coupled, and the mapping synchronizes only coupled records.", pair)
        if self._is_echo(record) or self.rule.only_coupled:
            return Ignore(record)
        return None

    def _reserved(self, record: Record) -> Pair:
        return self._pair(record, self.new_id(record))

    def _pair(self, record: Record, twin_id: uuid.UUID) -> Pair:
        if self.direction is Direction.TO_CRM:
            return Pair(erp_id=record.id, crm_id=twin_id)
        return Pair(erp_id=twin_id, crm_id=record.id)

    def _why_it_rests(self, pair: Pair) -> str:
        return UNDONE if is_undone(pair, self.direction) else SKIPPED

    def _rests(self, pair: Pair, record: Record) -> bool:
        if pair.outcome(self.direction).result not in RESTING or self.options.force:
            return False
        if is_undone(pair, self.direction) and record.version == pair.seen(self.direction.source):
            return True  # Its twin was made, undone and deleted; the feed may bring what was read before that.
        # A changed row comes through the change feed: it deserves another try by itself.
        return self.options.scope is not Scope.CHANGED

    def _must_look(self, pair: Pair) -> bool:
        return (
            self.options.force
            or self.options.scope is Scope.IDS
            or pair.id(self.direction.source) in self.released
            or pair.owed(self.direction.destination)
            or pair.in_flight is not None
            or pair.outcome(self.direction).result in LOOKED_AT
        )

    def _is_ours(self, record: Record) -> bool:
        return self.user_id is not None and record.modified_by == self.user_id

    def _is_echo(self, record: Record) -> bool:
        """Last written by us: not a change, unless the mapping only reads from Sales or somebody asked for the row."""
        return (
            self.user_id is not None
            and record.modified_by == self.user_id
            and self.rule.direction is Direction.BOTH
            and self.options.scope is not Scope.IDS
        )
