"""Table mappings in words: their filters, and what differs from their default. Both are stored as names of columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from integration.connection.live_systems import LiveSystems
from integration.mappings.standard import BLANK, Difference
from integration.models import FieldMapping, TableMapping
from integration.pages.audited_values import SIDE_OF_FILTER, SIDE_OF_TABLE
from integration.pages.runs.captions import Captions
from integration.pages.runs.nouns import noun
from integration.systems.values import Side

EVERY_RECORD = "every record"
OF_PAIR = re.compile(r"(?P<erp>\S+) – (?P<crm>[^\s:]+)(?P<rest>: .+)?")
"""What of a pair of fields differs from the default."""


@dataclass(frozen=True, slots=True)
class DifferenceInWords:
    """One thing a reset would change, as people say it; ``stored`` is the same as it is stored, for tooltips."""

    field: str
    now: str
    default: str
    stored: Difference


def captions_of(mapping: TableMapping, live: LiveSystems) -> Captions:
    """What both sides of a mapping call things now; where one does not answer, as Sales called them last."""
    tables = {(side, mapping.table(side)): live.table(side, mapping.table(side)) for side in Side}
    return Captions.as_kept([mapping]) if None in tables.values() else Captions(tables)


class MappingsInWords:
    """The mappings of one page. What their fields are called is read when it is wanted first, for all of them."""

    def __init__(self, mappings: Iterable[TableMapping], captions: Captions | None = None) -> None:
        self._mappings, self._given = mappings, captions

    @classmethod
    def one(cls, mapping: TableMapping, live: LiveSystems) -> MappingsInWords:
        """The mapping of a page that asks both sides."""
        return cls([mapping], captions_of(mapping, live))

    @cached_property
    def _captions(self) -> Captions:
        return Captions.as_kept(self._mappings) if self._given is None else self._given

    def filter(self, mapping: TableMapping, side: Side, text: str | None = None) -> str:
        """The filter of this side, as it is stored or as this text says; blank for every record."""
        text = mapping.filter(side) if text is None else text
        return self._captions.filter(mapping, side, text) if text else ""

    def difference(self, mapping: TableMapping, one: Difference) -> DifferenceInWords:
        """What differs, how it is now and how the default has it."""
        now, default = (self.value(mapping, one.field, text) for text in (one.stored, one.default))
        return DifferenceInWords(self.field(mapping, one.field), now, default, one)

    def field(self, mapping: TableMapping, name: str) -> str:
        """What a difference is about, with both fields by their captions."""
        found = OF_PAIR.fullmatch(name)
        if found is None:
            return name
        both = " – ".join(self._captions.of_field(mapping, side, found[side.value]) for side in Side)
        return f"{both}{found['rest'] or ''}"

    def pair(self, field: FieldMapping) -> str:
        """Both fields of a pair: "E-Mail – Primary Email", "Type – constant “Person”"."""
        names = [(side, field.field(side)) for side in Side]
        called = [self._captions.of_field(field.mapping, side, name) if name else "" for side, name in names]
        return " – ".join(one or f"constant “{field.constant}”" for one in called)

    def value(self, mapping: TableMapping, name: str, text: str) -> str:
        """A value of what a difference is about."""
        if name in SIDE_OF_FILTER:
            return EVERY_RECORD if text in ("", BLANK) else self.filter(mapping, SIDE_OF_FILTER[name], text)
        if name in SIDE_OF_TABLE and text:
            side = SIDE_OF_TABLE[name]
            return self._captions.table(side, text) if side is Side.ERP else noun(text)
        return text
