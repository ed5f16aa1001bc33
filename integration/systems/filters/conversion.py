"""Values of a filter in the types of the fields they are compared with."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
from integration.systems.text import fold
from integration.systems.wording import field_name

if TYPE_CHECKING:
    from integration.systems.values import Field, Table


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


def _field(table: Table, name: str) -> Field:
    if name not in table.fields:
        raise FilterError(f"{table.label} has no field “{name}”.")
    return table.fields[name]


def _convert(value: Any, column: Field, operator: str) -> Any:
    kind = column.type.value
    if value is None and kind == "option":
        return option_value("", column)
    if not isinstance(value, str):
        return value
    if kind in ("text", "code", "memo", "table", "reference"):
        return value
    if operator in TEXT_OPERATORS:
        raise FilterError(f"“{operator}” only works on text, {field_name(column)} is {kind}.")
    if not value.strip() and kind != "option":
        return None
    try:
        return _CONVERSIONS[kind](value.strip(), column)
    except (ValueError, OverflowError) as error:
        raise FilterError(f"“{value}” is not a value of {field_name(column)} ({kind}).") from error


def option_value(value: str, column: Field) -> int | None:
    """By label or by number. Blank is the option without a label, where there is one (Business Central's first)."""
    for option in column.options:
        if fold(option.label.strip()) == fold(value) or str(option.value) == value:
            return option.value
    if not value:
        return None
    raise ValueError(value)


def _boolean(value: str, column: Field) -> bool:
    """By the words that people read, or by yes and no."""
    word, words = value.lower(), [fold(one) for one in column.words]
    if fold(value) in words:
        return bool(words.index(fold(value)))
    if word in ("true", "yes", "1"):
        return True
    if word in ("false", "no", "0"):
        return False
    raise ValueError(value)


def _integer(value: str, column: Field) -> int:
    number = int(_number(value, r"[+-]?[0-9]{1,19}"))
    if not -(2**63) <= number < 2**63:
        raise ValueError(value)
    return number


def _decimal(value: str, column: Field) -> Decimal:
    return Decimal(_number(value, r"[+-]?[0-9]{1,28}(\.[0-9]{1,28})?"))


def _number(value: str, pattern: str) -> str:
    """Python's own conversions also take “1_000”, “NaN” and “1e999”, which no database does."""
    if not re.fullmatch(pattern, value):
        raise ValueError(value)
    return value


def _moment(value: str, column: Field) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value)
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


_CONVERSIONS: Mapping[str, Any] = {
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": lambda value, column: dt.date.fromisoformat(value),
    "datetime": _moment,
    "option": option_value,
    "uuid": lambda value, column: uuid.UUID(value),
}
