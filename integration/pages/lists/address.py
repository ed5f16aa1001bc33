"""The query of a list's address: what narrows and orders it, kept while a person goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.http import QueryDict

SEARCH, ORDER, AFTER = "q", "order", "after"
FIELD, OPERATOR = "f-", "o-"
"""A condition: ``o-city=contains&f-city=London``; several values come several times, or as ``London|Paris``."""
OWN = (SEARCH, ORDER)
LONGEST = 1000
"""Letters of one value that are looked at."""

Asked = QueryDict | Mapping[str, str]


class Address:
    """What was asked for. ``more`` are the words that only this list knows (``state``, ``customer``)."""

    def __init__(self, asked: Asked, more: Sequence[str] = ()) -> None:
        self.asked = asked
        self.words = (*OWN, *more)
        self.kept: dict[str, list[str]] = {}
        self.rewritten: dict[str, list[str]] = {}
        for name in asked:
            values = [value for value in self.values(name) if value]
            if values and (name in self.words or name.startswith((FIELD, OPERATOR))):
                self.kept[name] = values

    def values(self, name: str) -> list[str]:
        """All values of a word. No database stores a null character, so none is asked for."""
        found = self.asked.getlist(name) if isinstance(self.asked, QueryDict) else [self.asked.get(name, "")]
        return [str(value).replace("\0", "").strip()[:LONGEST] for value in found if value]

    def value(self, name: str) -> str:
        """The last value of a word; blank for none."""
        found = self.values(name)
        return found[-1] if found else ""

    @property
    def fields(self) -> list[str]:
        """The fields that conditions are asked for, in their order."""
        named = (name[len(FIELD) :] for name in self.asked if name.startswith((FIELD, OPERATOR)))
        return list(dict.fromkeys(named))

    def drop(self, *names: str) -> None:
        """Leave these words out of every address from here on: they mean nothing in this list."""
        for name in names:
            self.kept.pop(name, None)

    def rewrite(self, name: str, values: Sequence[str]) -> None:
        """Say a word as it stands for everybody, from here on, instead of as this person typed it."""
        self.kept[name] = self.rewritten[name] = list(values)

    @property
    def moved(self) -> str:
        """All that was asked for as it stands for everybody; blank where it did already."""
        if not self.rewritten or not isinstance(self.asked, QueryDict):
            return ""
        moved = self.asked.copy()
        for name, values in self.rewritten.items():
            moved.setlist(name, values)
        return moved.urlencode()

    def query(self, **changed: str) -> str:
        """The list as it is, with these words instead; a blank one is left out."""
        words = {**self.kept, **{name: [value] for name, value in changed.items()}}
        return urlencode([(name, value) for name, values in words.items() for value in values if value])

    def without_field(self, field: str) -> str:
        """The list without the condition on this field."""
        gone = (FIELD + field, OPERATOR + field)
        left = [(name, value) for name, values in self.kept.items() if name not in gone for value in values]
        return urlencode(left)

    def hidden(self, *besides: str) -> list[tuple[str, str]]:
        """What a form has to carry along that asks for these words itself."""
        return [(name, value) for name, values in self.kept.items() if not name.startswith(besides) for value in values]
