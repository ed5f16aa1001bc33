"""What a field takes: one value checked against its :class:`Field`, as a real system would before it stores it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from integration.systems.errors import InvalidValue
from integration.systems.text import length
from integration.systems.values import Field, FieldType, Ref, Value
from integration.systems.wording import field_name


def accept(field: Field, value: Value) -> Value:
    """The value as the field stores it: blank text is ``""``, codes are upper-case and trimmed, decimals have the
    field's scale, moments are in UTC. Raises ``InvalidValue`` naming the field."""
    if value is None or value == "":
        if field.required:
            raise _invalid(field, value, "must not be blank")
        return blank(field)
    return _CHECKS[field.type](field, value)


def blank(field: Field) -> Value:
    """What a column holds that nobody filled: ``""`` for text, the option without a label where there is one."""
    if field.type.textual or field.type is FieldType.TABLE:
        return ""
    return next((option.value for option in field.options if not option.label.strip()), None)


def _invalid(field: Field, value: object, why: str) -> InvalidValue:
    return InvalidValue(f"{field_name(field)} {why}.", field=field.name, value=value)


def _text(field: Field, value: Value) -> str:
    if not isinstance(value, str):
        raise _invalid(field, value, "must be text")
    if field.type is FieldType.CODE:
        value = value.strip().upper()
    if field.max_length is not None and length(value) > field.max_length:
        raise _invalid(field, value, f"takes {field.max_length} characters, “{value[:60]}” has {length(value)}")
    return value


def _integer(field: Field, value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _invalid(field, value, "must be a whole number")
    _within(field, Decimal(value))
    return value


def _decimal(field: Field, value: Value) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise _invalid(field, value, "must be a decimal number")
    _within(field, value)
    if field.scale is None:
        return value
    return value.quantize(Decimal(1).scaleb(-field.scale), rounding=ROUND_HALF_UP)


def _within(field: Field, value: Decimal) -> None:
    if field.minimum is not None and value < field.minimum:
        raise _invalid(field, value, f"must be at least {field.minimum}")
    if field.maximum is not None and value > field.maximum:
        raise _invalid(field, value, f"must be at most {field.maximum}")


def _boolean(field: Field, value: Value) -> bool:
    if not isinstance(value, bool):
        raise _invalid(field, value, "must be yes or no")
    return value


def _date(field: Field, value: Value) -> dt.date:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise _invalid(field, value, "must be a date")
    return value


def _datetime(field: Field, value: Value) -> dt.datetime:
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise _invalid(field, value, "must be a date and time with its time zone")
    return value.astimezone(dt.UTC)


def _option(field: Field, value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _invalid(field, value, "must be the number of an option")
    if field.options and value not in {option.value for option in field.options}:
        raise _invalid(field, value, f"has no option {value}")
    return value


def _uuid(field: Field, value: Value) -> uuid.UUID:
    if not isinstance(value, uuid.UUID):
        raise _invalid(field, value, "must be an id")
    return value


def _reference(field: Field, value: Value) -> Ref:
    if not isinstance(value, Ref):
        raise _invalid(field, value, "must point to a row")
    if field.targets and value.table not in field.targets:
        raise _invalid(field, value, f"cannot point to {value.table}")
    return value


def _table(field: Field, value: Value) -> str:
    raise _invalid(field, value, "is read only")


_CHECKS: Mapping[FieldType, Callable[[Field, Value], Value]] = {
    FieldType.TEXT: _text,
    FieldType.CODE: _text,
    FieldType.MEMO: _text,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.OPTION: _option,
    FieldType.UUID: _uuid,
    FieldType.REFERENCE: _reference,
    FieldType.TABLE: _table,
}
