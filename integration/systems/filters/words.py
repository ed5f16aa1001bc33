"""A filter in the words of a person, with the captions of its fields and values as this person reads them::

statecode = Active                                Status is Active
city in (London, Paris)                           City is any of London or Paris
not (name contains test or name contains demo)    Name does not contain test or demo
(credit_limit >= 100 and credit_limit <= 200)     Credit Limit is 100 to 200
city = London or blocked = All                    City is London or Blocked is All
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integration.systems.filters.conversion import typed
from integration.systems.filters.values import (
    TEXT_OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    FilterError,
    Not,
    OneOf,
)
from integration.systems.formats import current
from integration.systems.wording import field_name, shorten, value_text

if TYPE_CHECKING:
    from integration.systems.values import Field, Table

LONGEST = 80
"""Letters of one value that are shown."""
ORDERS = {">": "is more than", ">=": "is at least", "<": "is less than", "<=": "is at most"}
DAYS = {">": "is after", ">=": "is from", "<": "is before", "<=": "is until"}
DATED = ("date", "datetime")
LACKING = {"contains": "does not contain", "begins with": "does not begin with", "ends with": "does not end with"}


def in_words(
    where: Filter, table: Table | None = None, zone: dt.tzinfo = dt.UTC, called: Callable[[str], str] = str
) -> str:
    """A filter as people say it; blank for every row. ``called``: how a field is called that ``table`` does not
    describe. A value that does not fit its field stands as it was typed."""
    return _Words(table, zone, called).of(where)


def is_one_condition(where: Filter) -> bool:
    """Does it compare one field in one way, with one value or several? ``and``, ``or`` and ``not`` may stand in it only
    as :class:`Same` says."""
    return _same(where) is not None


def listed(words: Sequence[str], word: str = "or") -> str:
    """ "London, Paris or Wien"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {word} {words[-1]}"


@dataclass(frozen=True, slots=True)
class Same:
    """One field, compared in one way: each value is a single one, or both ends of a range with the sign of the upper
    one. ``negated``: none of them must hold."""

    field: str
    operator: str
    values: tuple[Any | tuple[Any, str, Any], ...]
    negated: bool = False


def _same(where: Filter) -> Same | None:
    match where:
        case Comparison(field=name, operator=operator, value=value):
            return Same(name, operator, (value,))
        case OneOf(field=name, values=values) if values:
            return Same(name, "=", values)
        case AllOf(parts=(Comparison(operator=">=") as low, Comparison(operator="<=" | "<") as high)):
            ends = (low.value, high.operator, high.value)
            return Same(low.field, "=", (ends,)) if low.field == high.field else None
        case AnyOf(parts=parts) if parts:
            return _alternatives([_same(part) for part in parts])
        case Not(part=part):
            inner = _same(part)
            return None if inner is None or inner.negated else Same(inner.field, inner.operator, inner.values, True)
    return None


def _alternatives(parts: Sequence[Same | None]) -> Same | None:
    first = parts[0]
    if first is None or first.operator == "<>" or first.negated:
        return None
    values: tuple[Any, ...] = ()
    for one in parts:
        if one is None or (one.field, one.operator, one.negated) != (first.field, first.operator, False):
            return None
        values += one.values
    return Same(first.field, first.operator, values)


@dataclass(frozen=True, slots=True)
class _Words:
    table: Table | None
    zone: dt.tzinfo
    called: Callable[[str], str]

    def of(self, where: Filter) -> str:
        same = _same(where)
        if same is not None:
            return self._condition(same)
        match where:
            case AllOf(parts=parts):
                return " and ".join(map(self._inside, parts))
            case AnyOf(parts=parts):
                return " or ".join(map(self._inside, parts))
            case Not(part=part):
                return f"not {self._inside(part)}"
        raise ValueError("A condition that never holds has no words.")

    def _inside(self, part: Filter) -> str:
        """In brackets where an “or” or “and” of its own could be taken for one of those around it."""
        same = _same(part)
        is_plain = len(same.values) == 1 if same is not None else isinstance(part, Not)
        return self.of(part) if is_plain else f"({self.of(part)})"

    def _condition(self, same: Same) -> str:
        field = self.table.fields.get(same.field) if self.table is not None else None
        name = field_name(field) if field is not None else self.called(same.field)
        values = tuple(self._typed(same.field, one) for one in same.values)
        if day := self._until_day(same, values):
            return f"{name} {day}"
        words = listed([self._value(one, field, same.operator) for one in values])
        return f"{name} {_relation(same, field)} {words}"

    def _typed(self, name: str, value: Any) -> Any:
        """A value in the type of its field, as far as it can be one."""
        if isinstance(value, tuple):
            return self._typed(name, value[0]), value[1], self._typed(name, value[2])
        if self.table is None or name not in self.table.fields:
            return value
        try:
            where = typed(Comparison(name, "=", value), self.table)
            found = where.value if isinstance(where, Comparison) else value
            return found.astimezone(self.zone) if isinstance(found, dt.datetime) else found
        except (FilterError, OverflowError):  # the first and last days that there are have no moment everywhere
            return value

    def _value(self, value: Any, field: Field | None, operator: str) -> str:
        """A single one, or both ends of a range."""
        if not isinstance(value, tuple):
            return self._from(value, field) if operator == ">=" else self._text(value, field)
        low, sign, high = value
        first, last = self._from(low, field), self._text(high, field)
        if sign == "<=":
            return f"{first} to {last}"
        day = self._day_before(high) if isinstance(low, dt.datetime) and self._begins_day(low) else None
        if day is None:
            return f"{first} to before {last}"
        return first if first == current().day(day) else f"{first} to {current().day(day)}"

    def _until_day(self, same: Same, values: Sequence[Any]) -> str:
        """ "is until 2027-01-31" of a moment before which all of that day has passed here; blank for anything else."""
        day = self._day_before(values[0]) if (same.operator, same.negated, len(values)) == ("<", False, 1) else None
        return "" if day is None else f"{DAYS['<=']} {current().day(day)}"

    def _from(self, value: Any, field: Field | None) -> str:
        """Where something begins: a moment at which a day begins here is that day."""
        if isinstance(value, dt.datetime) and self._begins_day(value):
            return current().day(value.date())
        return self._text(value, field)

    def _text(self, value: Any, field: Field | None) -> str:
        return shorten(value_text(value, field, self.zone), LONGEST).strip() or "blank"

    def _begins_day(self, moment: dt.datetime) -> bool:
        return moment.time() == dt.time()

    def _day_before(self, value: Any) -> dt.date | None:
        """The day that is over at this moment here; ``None`` where none is."""
        if not isinstance(value, dt.datetime) or not self._begins_day(value):
            return None
        day = value.date()
        return day - dt.timedelta(days=1) if day > dt.date.min else None


def _relation(same: Same, field: Field | None) -> str:
    is_dated = field is not None and field.type.value in DATED
    if same.operator in TEXT_OPERATORS:
        return LACKING[same.operator] if same.negated else same.operator
    if same.operator in ORDERS:
        word = (DAYS if is_dated else ORDERS)[same.operator]
        return word.replace("is", "is not", 1) if same.negated else word
    is_excluded = (same.operator == "<>") is not same.negated
    if len(same.values) == 1:
        return "is not" if is_excluded else "is"
    return "is none of" if is_excluded else "is any of"
