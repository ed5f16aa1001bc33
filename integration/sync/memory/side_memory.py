"""Reading a row against what is remembered of it. Pure.

Agreed values are the only proof of who changed what. Versions, ``modifiedby`` and clocks prove nothing, but for the
one question that :func:`read` asks about a value we have written and not seen since.

    C  bulk create (tells no version): telephone !0         what was written is only believed, not known
    C  a person changes the telephone to 1
    E  the city becomes Rome, pass to C: the account is read: !0 meets 1, and it was not us who wrote last
       -> the half becomes plain 0, so 1 is a person's change: owed to E, stored before the city is written over it
    E  another change, pass to C: 0 <> 1, still a change, though *we* are the last who wrote
    C  pass to E: the telephone arrives
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from integration.sync.given_ids.marks import reserved_of
from integration.sync.memory.halves import (
    OPEN,
    PARTNERLESS,
    arrived,
    changed,
    half_as_read,
    is_open,
)
from integration.sync.memory.ledger import Agreed, Pair
from integration.systems.values import Record, Side

Normal = Callable[[Record], str]
"""A record -> the comparable value of one of its fields."""


class SideMemory:
    """The halves of one side of a mapping: reads rows of that side against them. ``fields`` are (key, what makes the
    field of a record comparable). ``user_id`` is ours on that side, ``None`` where rows do not say who wrote them.
    ``columns``: key -> the one column that holds the field, where one does."""

    def __init__(
        self,
        side: Side,
        fields: Sequence[tuple[str, Normal]],
        user_id: uuid.UUID | None,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        self.side, self.fields, self.user_id = side, fields, user_id
        self.columns = columns or {}
        self._place = 0 if side is Side.ERP else 1

    def read(self, pair: Pair, record: Record, held: Mapping[str, str] | None = None) -> Pair:
        """The pair after its row of this side was read: unread halves, unread defaults and an update that may have
        been interrupted are settled. Every row of ours passes here before it is judged or written over. A field that
        holds a mark waits: its value is still to come. ``held``: the ``values`` of the record, where they are known."""
        place = self._place
        begun = pair.in_flight if pair.in_flight is not None and pair.in_flight.side is self.side else None
        if begun is None and not self.has_unread(pair):
            return pair
        agreed = dict(pair.agreed)
        ours = self.user_id is not None and record.modified_by == self.user_id
        as_left = bool(record.version) and record.version == pair.seen(self.side)
        values = self.values(record) if held is None else held
        for key, halves in pair.agreed.items():
            if halves[place][:1] in OPEN and is_open(halves[place]):
                value = values.get(key)
                if value is not None and reserved_of(value) is None:
                    half = half_as_read(halves[place], value, ours=ours, as_left=as_left)
                    agreed[key] = (half, halves[1]) if place == 0 else (halves[0], half)
        if begun is None:
            return pair.with_memory(agreed, pair.in_flight, pair.waits)
        if not record.version or record.version not in (begun.seen, pair.seen(self.side)):
            self._arrived(agreed, begun.fields, values, ours)
        return pair.with_memory(agreed, None, pair.waits)

    def _arrived(
        self, agreed: dict[str, tuple[str, str]], fields: Agreed, values: Mapping[str, str], ours: bool
    ) -> None:
        """Field by field: one that has arrived proves nothing about another. Where nothing was agreed before, only the
        written value itself is a proof: another one may have been there all the time."""
        place = self._place
        for key, halves in fields.items():
            value = values.get(key)
            if value is None or reserved_of(value) is not None:
                continue
            old = agreed[key][place] if key in agreed else None
            half = arrived(old, halves[place], value, ours=ours)
            if half is not None:
                agreed[key] = self._pair(half, halves[1 - place])

    def confirmed(self, agreed: Agreed, values: Mapping[str, str]) -> Agreed:
        """The agreed values after a write whose answer tells what the row holds now, by key."""
        place, confirmed = self._place, dict(agreed)
        for key, value in values.items():
            if key in confirmed and is_open(confirmed[key][place]):
                half = half_as_read(confirmed[key][place], value, ours=True, as_left=True)
                confirmed[key] = self._pair(half, confirmed[key][1 - place])
        return confirmed

    def values(self, record: Record) -> dict[str, str]:
        """The comparable values of the mapped fields that this record was read with."""
        return {key: normal(record) for key, normal in self.fields}

    def is_as_agreed(self, pair: Pair, record: Record) -> bool:
        """Is every mapped field of this side as it is remembered, and none of them waiting?"""
        place = self._place
        for key, normal in self.fields:
            halves = pair.agreed.get(key)
            if halves is None or halves[place][:1] == PARTNERLESS or changed(halves[place], normal(record)):
                return False
        return True

    def differs(self, pair: Pair, record: Record) -> bool:
        """Is a field of this side, agreed before, another one by now? A mark is nobody's value."""
        place = self._place
        for key, normal in self.fields:
            halves, value = pair.agreed.get(key), normal(record)
            if halves is not None and reserved_of(value) is None and changed(halves[place], value):
                return True
        return False

    def has_unread(self, pair: Pair) -> bool:
        place = self._place
        return any(is_open(halves[place]) for halves in pair.agreed.values() if halves[place][:1] in OPEN)

    def _pair(self, half: str, other: str) -> tuple[str, str]:
        return (half, other) if self._place == 0 else (other, half)
