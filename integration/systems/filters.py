"""One filter for both systems: typed by a person, checked, kept as text, asked of either system or of a record.

    statecode = Active and customertypecode in (Customer, 'Other')
    not (name contains 'test' or blocked <> '') and no begins with 'C'
    credit_limit >= 1000.50 and last_shipment is not blank

Text compares without regard to case and ``<>`` also finds blank values: Dataverse's semantics, everywhere.
``dataverse/query.py`` renders a filter to OData, ``business_central/store.py`` to a Q object.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from integration.systems.base import Field, Record, Table

OPERATORS = ("<>", ">=", "<=", "=", ">", "<")
TEXT_OPERATORS = ("contains", "begins with", "ends with")


class FilterError(ValueError):
    """What a person typed is not a filter. The message says where and why; ``position`` counts characters."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field operator value``. Operators: ``= <> > >= < <= contains``, ``begins with``, ``ends with``.
    ``value`` has the field's type; ``None`` (or ``""``) with ``=`` and ``<>`` asks for blank."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class OneOf:
    """``field in (…)``."""

    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; no parts at all holds for every row."""

    parts: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


Filter = Comparison | OneOf | AllOf | AnyOf | Not
EVERYTHING: Filter = AllOf()


def parse(text: str, table: Table | None = None) -> Filter:
    """Read what a person typed. With ``table`` the fields must exist and values are turned into their types
    (option labels into numbers). Raises :class:`FilterError`."""
    words = list(_words(text))
    if not words:
        return EVERYTHING
    parser = _Parser(words, len(text))
    found = parser.any_of()
    if parser.index < len(words):
        word, position = words[parser.index]
        raise FilterError(f"“{word.text}” is not expected here.", position)
    return typed(found, table) if table is not None else found


def fields_of(where: Filter) -> set[str]:
    """The names of all fields a filter looks at."""
    match where:
        case Comparison(field=name) | OneOf(field=name):
            return {name}
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return set().union(*(fields_of(part) for part in parts))
        case Not(part=part):
            return fields_of(part)


def matches(where: Filter, record: Record) -> bool:
    """Does the record pass? Fields the record does not have count as blank."""
    match where:
        case Comparison(field=name, operator=operator, value=value):
            return _compare(record.values.get(name), operator, value)
        case OneOf(field=name, values=values):
            return any(_compare(record.values.get(name), "=", value) for value in values)
        case AllOf(parts=parts):
            return all(matches(part, record) for part in parts)
        case AnyOf(parts=parts):
            return any(matches(part, record) for part in parts)
        case Not(part=part):
            return not matches(part, record)


def typed(where: Filter, table: Table) -> Filter:
    """The same filter with every value in its field's type. Raises :class:`FilterError`."""
    match where:
        case Comparison(field=name, operator=operator, value=value):
            return replace(where, value=_convert(value, _field(table, name), operator))
        case OneOf(field=name, values=values):
            column = _field(table, name)
            return OneOf(name, tuple(_convert(value, column, "=") for value in values))
        case AllOf(parts=parts):
            return AllOf(tuple(typed(part, table) for part in parts))
        case AnyOf(parts=parts):
            return AnyOf(tuple(typed(part, table) for part in parts))
        case Not(part=part):
            return Not(typed(part, table))


def both(*filters: Filter) -> Filter:
    """All of these, without needless nesting."""
    parts = tuple(f for f in filters if f != EVERYTHING)
    return parts[0] if len(parts) == 1 else AllOf(parts)


# --- reading -----------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>'(?:[^']|'')*')|(?P<mark><>|>=|<=|[=<>(),])|(?P<bare>[^\s'=<>(),]+)|(?P<bad>\S))"""
)
_KEYWORDS = {"and", "or", "not", "in", "is", "blank", "contains", "begins", "ends", "with"}


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    text: str

    def says(self, *keywords: str) -> bool:
        return self.kind != "quoted" and self.text.lower() in keywords


def _words(text: str) -> Iterator[tuple[_Word, int]]:
    position = 0
    while match := _TOKEN.match(text, position):
        kind = str(match.lastgroup)
        start = match.start(kind)
        if kind == "bad":
            raise FilterError("A quoted value has no closing quote.", start)
        raw = match.group(kind)
        yield _Word(kind, raw[1:-1].replace("''", "'") if kind == "quoted" else raw), start
        position = match.end()


class _Parser:
    """Recursive descent over the words: any_of > all_of > one."""

    def __init__(self, words: list[tuple[_Word, int]], end: int) -> None:
        self.words, self.index, self.end = words, 0, end

    def any_of(self) -> Filter:
        parts = [self.all_of()]
        while self._take("or"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all_of(self) -> Filter:
        parts = [self.one()]
        while self._take("and"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def one(self) -> Filter:
        if self._take("not"):
            return Not(self.one())
        if self._take("("):
            inner = self.any_of()
            self._need(")")
            return inner
        return self.comparison()

    def comparison(self) -> Filter:
        name = self._field_name()
        if self._take("is"):
            negated = self._take("not")
            self._need("blank")
            return Comparison(name, "<>" if negated else "=", None)
        if self._take("in"):
            return OneOf(name, self._list())
        if self._take("contains"):
            return Comparison(name, "contains", self._value())
        for word in ("begins", "ends"):
            if self._take(word):
                self._need("with")
                return Comparison(name, f"{word} with", self._value())
        operator = self._next("An operator such as = or <> is missing.").text
        if operator not in OPERATORS:
            raise FilterError(f"“{operator}” is not an operator.", self._position(-1))
        return Comparison(name, operator, self._value())

    def _field_name(self) -> str:
        word = self._next("A field name is missing.")
        if word.kind != "bare" or word.text.lower() in _KEYWORDS:
            raise FilterError(f"“{word.text}” is not a field name.", self._position(-1))
        return word.text

    def _list(self) -> tuple[str, ...]:
        self._need("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._need(")")
        return tuple(values)

    def _value(self) -> str:
        word = self._next("A value is missing.")
        if word.kind == "mark":
            raise FilterError(f"“{word.text}” is not a value; put it in quotes.", self._position(-1))
        text = word.text
        while word.kind == "bare" and self.index < len(self.words):
            following = self.words[self.index][0]
            if following.kind != "bare" or following.text.lower() in _KEYWORDS:
                break
            text += " " + following.text
            self.index += 1
        return text

    def _take(self, *keywords: str) -> bool:
        if self.index < len(self.words) and self.words[self.index][0].says(*keywords):
            self.index += 1
            return True
        return False

    def _need(self, keyword: str) -> None:
        if not self._take(keyword):
            raise FilterError(f"“{keyword}” is missing.", self._position(0))

    def _next(self, otherwise: str) -> _Word:
        if self.index >= len(self.words):
            raise FilterError(otherwise, self.end)
        self.index += 1
        return self.words[self.index - 1][0]

    def _position(self, offset: int) -> int:
        index = self.index + offset
        return self.words[index][1] if index < len(self.words) else self.end


# --- typing ------------------------------------------------------------------------------------------------


def _field(table: Table, name: str) -> Field:
    if name not in table.fields:
        raise FilterError(f"{table.label} has no field “{name}”.")
    return table.fields[name]


def _convert(value: Any, column: Field, operator: str) -> Any:
    if not isinstance(value, str):
        return value
    kind = column.type.value
    if kind in ("text", "code", "memo", "table", "reference"):
        return value
    if operator in TEXT_OPERATORS:
        raise FilterError(f"“{operator}” only works on text, {column.label or column.name} is {kind}.")
    if not value.strip() and not column.options:
        return None
    try:
        return _CONVERSIONS[kind](value.strip(), column)
    except (ValueError, InvalidOperation) as error:
        raise FilterError(f"“{value}” is not a value of {column.label or column.name} ({kind}).") from error


def _option(value: str, column: Field) -> int | None:
    for option in column.options:
        if option.label.strip().lower() == value.lower() or str(option.value) == value:
            return option.value
    if not value:
        return None
    raise ValueError(value)


def _boolean(value: str, column: Field) -> bool:
    word = value.lower()
    if word in ("true", "yes", "1"):
        return True
    if word in ("false", "no", "0"):
        return False
    raise ValueError(value)


def _moment(value: str, column: Field) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


_CONVERSIONS: Mapping[str, Any] = {
    "integer": lambda value, column: int(value),
    "decimal": lambda value, column: Decimal(value),
    "boolean": _boolean,
    "date": lambda value, column: dt.date.fromisoformat(value),
    "datetime": _moment,
    "option": _option,
    "uuid": lambda value, column: uuid.UUID(value),
}


# --- asking ------------------------------------------------------------------------------------------------


def _blank(value: Any) -> bool:
    return value is None or value == ""


def _compare(actual: Any, operator: str, wanted: Any) -> bool:
    actual, wanted = _plain(actual, wanted), _fold(wanted)
    if operator in ("=", "<>"):
        same = _blank(actual) if _blank(wanted) else actual == wanted
        return same is (operator == "=")
    if _blank(actual) or _blank(wanted):
        return False
    match operator:
        case "contains":
            return wanted in actual
        case "begins with":
            return bool(actual.startswith(wanted))
        case "ends with":
            return bool(actual.endswith(wanted))
        case ">":
            return bool(actual > wanted)
        case ">=":
            return bool(actual >= wanted)
        case "<":
            return bool(actual < wanted)
        case "<=":
            return bool(actual <= wanted)
    raise ValueError(f"unknown operator {operator!r}")


def _plain(actual: Any, wanted: Any) -> Any:
    """A reference is compared by its label with text a person typed, by its id with an id."""
    if hasattr(actual, "label") and hasattr(actual, "id"):
        if isinstance(wanted, uuid.UUID):
            return actual.id
        if isinstance(wanted, str):
            return str(actual.id) if _is_uuid(wanted) else (actual.label or str(actual.id)).casefold()
        return actual if hasattr(wanted, "id") else actual.id
    return _fold(actual)


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def _fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
