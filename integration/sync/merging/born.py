"""What is agreed about a row that is written as a whole, and what it gives back. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from integration.sync.memory.halves import DEFAULT, partnerless, plain, unread
from integration.sync.memory.ledger import Agreed
from integration.sync.merging.verdict import Verdicts
from integration.sync.record.draft import Draft
from integration.sync.record.meaning import Lack
from integration.systems.values import Record, Value


class Births(Verdicts):
    """The new rows of one mapping in one direction."""

    def filled(self, values: Mapping[str, Value], draft: Draft) -> dict[str, Value]:
        """What a template adds to a new row: columns that nothing else writes, and two-way ones left blank (those are
        then carried back, since blank loses)."""
        spoken = {name for name, value in values.items() if value not in (None, "") or name not in self.two_way}
        return {name: value for name, value in draft.filled.items() if name not in spoken}

    def born(self, record: Record, draft: Draft, filled: Collection[str] = ()) -> tuple[Agreed, bool]:
        """The halves of a row that is written as a whole, and whether it has something to give back: its number, and
        what a template filled. All else in it that goes the other way is the default of a row that we made: nobody
        decided it, so it overwrites nothing where the record came from."""
        agreed: dict[str, tuple[str, str]] = {}
        gives = False
        values, meant, lacking, sources = draft.values, draft.meant, draft.lacking, draft.sources
        for field in self.transfer.fields:
            key = field.key
            if field.two_way and field.destination in filled:
                gives = True
            elif key in lacking:
                if lacking[key].kind is not Lack.PUT_OFF:
                    agreed[key] = self.pair(partnerless(sources[key]), unread(""))
            else:
                # What the new row gets for this field; blank where a blank source says nothing.
                arrives = field.wants(draft) if field.destination in values or key in meant else ""
                agreed[key] = self.pair(plain(sources.get(key, "")), unread(arrives))
        going_back = self._back_sources(self._number, *filled) if self.back_only else set()
        for field in self.back_only:
            if field.key in going_back:
                gives = True
            else:
                agreed[field.key] = self.pair(plain(field.has(record)), DEFAULT)
        return agreed, gives and self.two_passes

    def _back_sources(self, *columns: str) -> set[str]:
        """The keys of fields that go back from these columns of the new row; a constant goes with the number."""
        side = self.direction.destination
        return {
            one.key
            for one in self.rule.fields
            if one.direction is self.direction.back and one.field(side) in (*columns, "")
        }
