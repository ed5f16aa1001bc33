"""Validation of values on their way in: each is checked against its column and turned into what is stored.

Blank is stored as Business Central holds it:

    type                       blank is
    text, code, option, date   the default of the column: "", the first option, no date or today
    boolean                    the default of the column: No
    decimal, integer           0
    reference                  no reference
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integration.business_central.tables import Column
from integration.systems.errors import InvalidValue, RecordProblem, Refused
from integration.systems.text import length
from integration.systems.values import FieldType, Ref, Value

LONGEST_QUOTE = 60


def stored_value(column: Column, value: Value) -> Any:
    """The stored form of a value. Raises ``InvalidValue``, which names field, value and limit, and ``Refused``."""
    if not column.field.updatable:
        raise Refused(f"{column.field.label} is kept by Business Central and cannot be written.")
    if value is None or value == "":
        return _blank(column)
    return _CHECKS[column.field.type](column, value)


def _blank(column: Column) -> Any:
    if column.field.required:
        raise invalid(column, None, "must be filled in")
    if column.stored.null:
        return None
    default = column.stored.get_default()
    return default if column.field.type in _BLANK_IS_DEFAULT else column.stored.to_python(0)


_BLANK_IS_DEFAULT = (
    FieldType.TEXT,
    FieldType.CODE,
    FieldType.MEMO,
    FieldType.OPTION,
    FieldType.BOOLEAN,
    FieldType.DATE,
)


def invalid(column: Column, value: object, why: str) -> InvalidValue:
    """The problem of one value; ``why`` follows the name of the column."""
    return InvalidValue(f"{column.field.label} {why}.", field=column.name, value=value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def _text(column: Column, value: Value) -> str:
    if not isinstance(value, str):
        raise invalid(column, value, f"takes text, not {_short(str(value))}")
    if column.field.type is FieldType.CODE:
        value = value.strip().upper()
        if not value:
            return str(_blank(column))
    limit = column.field.max_length
    if limit is not None and length(value) > limit:
        raise invalid(column, value, f"takes at most {limit} characters; “{_short(value)}” has {length(value)}")
    if not value.isprintable() and any(character in value for character in _REFUSED):
        raise invalid(column, value, "has a character that cannot be stored")
    return value


_REFUSED = ("\x00", *map(chr, range(0xD800, 0xE000)))
"""What PostgreSQL or UTF-8 do not take."""


def _decimal(column: Column, value: Value) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise invalid(column, value, f"takes a number, not “{_short(str(value))}”")
    number = Decimal(value)
    low, high = column.field.minimum, column.field.maximum
    if not number.is_finite() or (low is not None and number < low) or (high is not None and number > high):
        raise invalid(column, value, f"takes values from {low} to {high}, not {_short(str(number))}")
    return number.quantize(Decimal(1).scaleb(-(column.field.scale or 0)), ROUND_HALF_UP)


def _integer(column: Column, value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31 - 1:
        raise invalid(column, value, f"takes a whole number, not “{_short(str(value))}”")
    return value


def _boolean(column: Column, value: Value) -> bool:
    if not isinstance(value, bool):
        raise invalid(column, value, f"takes Yes or No, not “{_short(str(value))}”")
    return value


def _date(column: Column, value: Value) -> dt.date:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise invalid(column, value, f"takes a date, not “{_short(str(value))}”")
    return value


def _option(column: Column, value: Value) -> int:
    options = {option.value for option in column.field.options}
    if isinstance(value, bool) or not isinstance(value, int) or value not in options:
        raise invalid(column, value, f"has no option {_short(str(value))}")
    return value


def _reference(column: Column, value: Value) -> uuid.UUID:
    if not isinstance(value, Ref) or value.table not in column.field.targets:
        tables = " or ".join(column.field.targets)
        raise invalid(column, value, f"takes a {tables}, not “{_short(str(value))}”")
    return value.id


def _id(column: Column, value: Value) -> uuid.UUID:
    if not isinstance(value, uuid.UUID):
        raise invalid(column, value, f"takes an id, not “{_short(str(value))}”")
    return value


def _moment(column: Column, value: Value) -> dt.datetime:
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise invalid(column, value, f"takes a moment with its time zone, not “{_short(str(value))}”")
    return value.astimezone(dt.UTC)


_CHECKS: Mapping[FieldType, Callable[[Column, Value], Any]] = {
    FieldType.TEXT: _text,
    FieldType.CODE: _text,
    FieldType.MEMO: _text,
    FieldType.DECIMAL: _decimal,
    FieldType.INTEGER: _integer,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _moment,
    FieldType.UUID: _id,
    FieldType.OPTION: _option,
    FieldType.REFERENCE: _reference,
}


def stored_values(columns: Mapping[str, Column], values: Mapping[str, Value]) -> dict[Column, Any] | RecordProblem:
    """All values of a row in their stored form, or the first problem."""
    try:
        return {columns[name]: stored_value(columns[name], value) for name, value in values.items()}
    except RecordProblem as problem:
        return problem
