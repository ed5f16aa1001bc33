"""The filter pane of a list: its fields with operators in words, and what is in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from integration.pages.lists import conditions
from integration.pages.lists.address import FIELD, OPERATOR, SEARCH, Address
from integration.pages.lists.conditions import NO_OR_YES, Condition, operators_of
from integration.systems.filters import Filter
from integration.systems.formats import current
from integration.systems.values import Field, FieldType, Table
from integration.systems.wording import field_name

MORE = "more"
"""The word that adds a field to the pane."""
DAYS = dt.date(2027, 1, 1), dt.date(2027, 1, 31)
DATED = (FieldType.DATE, FieldType.DATETIME)
EXAMPLES = {
    FieldType.DECIMAL: "100..200 | 500",
    FieldType.INTEGER: "1..10 | 20",
}
SEVERAL = "one | another"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of several: what the address says, what people read, whether it is chosen."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the pane. ``choices``: values to choose from; else ``text`` is typed. ``day``: how days are typed
    in it (blank: no days are). ``prefix``: what the names of its inputs begin with, where a page has several panes;
    ``has_focus``: a person goes on here."""

    name: str
    label: str
    operators: Sequence[Choice]
    choices: Sequence[Choice] = ()
    text: str = ""
    example: str = SEVERAL
    problem: str = ""
    day: str = ""
    prefix: str = ""
    has_focus: bool = False

    @property
    def input(self) -> str:
        return self.prefix + FIELD + self.name

    @property
    def operator(self) -> str:
        return self.prefix + OPERATOR + self.name


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing in force: its label, its value in words, and the query that leaves it out."""

    label: str
    text: str
    query: str


@dataclass(frozen=True, slots=True)
class Select:
    """A choice that belongs to one list alone (the state of a document), at the top of the pane; without ``choices`` a
    text is typed. ``said``: what the text means, where it is an id."""

    name: str
    label: str
    choices: Sequence[Choice] = ()
    text: str = ""
    said: str = ""

    @property
    def words(self) -> str:
        """What is chosen; blank for nothing."""
        return self.said or self.text or " or ".join(one.label for one in self.choices if one.chosen and one.value)


@dataclass(slots=True)
class Pane:
    """What the template shows. ``others``: fields that can be added. ``hidden``: what its form carries along."""

    entries: Sequence[Entry] = ()
    others: Sequence[tuple[str, str]] = ()
    conditions: Sequence[Condition] = ()
    selects: Sequence[Select] = ()
    hidden: Sequence[tuple[str, str]] = ()
    is_open: bool = False
    chips: Sequence[Chip] = field(default_factory=tuple)

    @property
    def where(self) -> Filter:
        return conditions.where(self.conditions)


def pane(table: Table, offered: Sequence[str], address: Address, selects: Sequence[Select] = ()) -> Pane:
    """The pane of a list of this table; ``offered`` are the fields it begins with."""
    asked = conditions.read(table, address)
    added = [name for name in address.values(MORE) if name in table.fields]
    by_field = {condition.field.name: condition for condition in asked}
    names = [name for name in dict.fromkeys([*offered, *by_field, *added]) if _can_be_asked(table.fields.get(name))]
    return Pane(
        [entry(table.fields[name], by_field.get(name)) for name in names],
        fields_to_ask(table, names),
        asked,
        selects,
        address.hidden(SEARCH, FIELD, OPERATOR, *(select.name for select in selects)),
        bool(added) or any(condition.problem for condition in asked),
        chips(asked, address, selects),
    )


def chips(asked: Sequence[Condition], address: Address, selects: Sequence[Select]) -> list[Chip]:
    """What is in force, in words."""
    found = []
    if address.value(SEARCH):
        found.append(Chip("Search", address.value(SEARCH), address.query(**{SEARCH: ""})))
    for select in selects:
        if select.words:
            found.append(Chip(select.label, select.words, address.query(**{select.name: ""})))
    found += [
        Chip(one.label, one.words, address.without_field(one.field.name)) for one in asked if one.stands or one.problem
    ]
    return found


def fields_to_ask(table: Table, without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """(name, caption) of the fields that can be asked for, by their captions."""
    left = [one for one in table.fields.values() if one.name not in without and _can_be_asked(one)]
    return sorted(((one.name, field_name(one)) for one in left), key=lambda pair: pair[1].casefold())


def _can_be_asked(column: Field | None) -> bool:
    return column is not None and bool(operators_of(column))


def entry(column: Field, asked: Condition | None, prefix: str = "", *, has_focus: bool = False) -> Entry:
    """The inputs of one field, with what was asked of it."""
    chosen = asked.operator.key if asked else operators_of(column)[0].key
    operators = [Choice(one.key, one.label, one.key == chosen) for one in operators_of(column)]
    values = asked.values if asked else ()
    return Entry(
        column.name,
        field_name(column),
        operators,
        _choices(column, values),
        asked.typed if asked else "",
        _example(column),
        asked.problem if asked else "",
        current().placeholder if column.type in DATED else "",
        prefix,
        has_focus,
    )


def _example(column: Field) -> str:
    """What can be typed, days as this person types them."""
    if column.type in DATED:
        return "..".join(map(current().day, DAYS))
    return EXAMPLES.get(column.type, SEVERAL)


def _choices(column: Field, values: Sequence[str]) -> list[Choice]:
    if column.type is FieldType.BOOLEAN:
        answers = zip(NO_OR_YES, column.words, strict=True)
        return [Choice(value, label, value in values) for value, label in reversed(list(answers))]
    labels = [(str(option.value), option.label.strip() or "(blank)") for option in column.options]
    return [Choice(value, label, value in values) for value, label in labels]


def selected(name: str, label: str, choices: Sequence[tuple[str, str]], value: str) -> Select:
    """A choice of one list, with what is chosen."""
    return Select(name, label, [Choice(key, text, key == value) for key, text in choices])
