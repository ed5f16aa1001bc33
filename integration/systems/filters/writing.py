"""From a filter back to what a person would have typed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integration.systems.filters.conversion import option_value
from integration.systems.filters.values import EVERYTHING, AllOf, AnyOf, Comparison, Filter, Not, OneOf

if TYPE_CHECKING:
    from integration.systems.values import Field, Table


def text_of(where: Filter, table: Table | None = None) -> str:
    """Text that ``parse`` reads as the same filter, ``""`` for every row; with ``table`` options appear by label.
    Raises ``ValueError`` for what cannot be typed: a condition that never holds."""
    return "" if where == EVERYTHING else _text(where, table)


def part_text(where: Filter, table: Table | None = None) -> str:
    """The same as one part of a longer filter: in brackets where it has several conditions itself."""
    return _grouped(where, table)


def _text(where: Filter, table: Table | None) -> str:
    match where:
        case Comparison():
            return _comparison(where, table)
        case OneOf(field=name, values=values) if values:
            return f"{name} in ({', '.join(_value(value, _field(table, name)) for value in values)})"
        case AllOf(parts=parts) if parts:
            return " and ".join(_grouped(part, table) for part in parts)
        case AnyOf(parts=parts) if parts:
            return " or ".join(_grouped(part, table) for part in parts)
        case Not(part=part):
            return f"not {_grouped(part, table)}"
    raise ValueError("This filter cannot be written as text.")


def _grouped(part: Filter, table: Table | None) -> str:
    return f"({_text(part, table)})" if isinstance(part, AllOf | AnyOf) else _text(part, table)


def _comparison(where: Comparison, table: Table | None) -> str:
    if where.value is None and where.operator in ("=", "<>"):
        return f"{where.field} is {'blank' if where.operator == '=' else 'not blank'}"
    return f"{where.field} {where.operator} {_value(where.value, _field(table, where.field))}"


def _field(table: Table | None, name: str) -> Field | None:
    return table.fields.get(name) if table is not None else None


def _value(value: Any, field: Field | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return _option(value, field) if field is not None and field.options else str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    return _quoted(str(getattr(value, "id", "" if value is None else value)))


def _option(value: int, field: Field) -> str:
    """Its label, or its number where another option has the same label."""
    labels = [option.label for option in field.options if option.value == value]
    if not labels:
        return str(value)
    for text in (*labels, str(value)):
        try:
            if option_value(text.strip(), field) == value:
                return _quoted(text) if text in labels else text
        except ValueError:
            continue
    raise ValueError("This filter cannot be written as text.")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
