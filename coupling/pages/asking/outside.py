"""Which condition of a filter a record does not meet, in words: "Relationship Type is blank, must be Customer"."""

from __future__ import annotations

from typing import Any

from integration.models import TableMapping
from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, FilterError, Not, OneOf, matches, parse
from integration.systems.values import Option, Record, Side, Table
from integration.systems.wording import field_name, shorten, value_text

MUST = {
    "=": "must be",
    "<>": "must not be",
    ">": "must be more than",
    ">=": "must be at least",
    "<": "must be less than",
    "<=": "must be at most",
    "contains": "must contain",
    "begins with": "must begin with",
    "ends with": "must end with",
}
OPPOSITE = {"=": "<>", "<>": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">"}
BLANK = "blank"


def unmet(where: Filter, table: Table, record: Record) -> list[str]:
    """The conditions this record does not meet, each as one clause; none where it passes."""
    if matches(where, record):
        return []
    match where:
        case AllOf(parts=parts):
            return [clause for part in parts for clause in unmet(part, table, record)]
        case AnyOf(parts=parts):
            return [", or ".join(" and ".join(unmet(part, table, record)) for part in parts)]
        case Comparison(field=name, operator=operator, value=value):
            return [_clause(table, record, name, f"{MUST[operator]} {_text(table, name, value)}")]
        case OneOf(field=name, values=values):
            wanted = " or ".join(_text(table, name, value) for value in values)
            return [_clause(table, record, name, f"must be {wanted}")]
        case Not(part=part):
            return [_not(part, table, record)]


def why_outside(mapping: TableMapping, side: Side, table: Table, record: Record | None) -> str:
    """The conditions of the mapping's filter that the record does not meet; blank where it is inside, or where
    nobody can say."""
    if record is None:
        return ""
    try:
        return "; ".join(unmet(parse(mapping.filter(side), table), table, record))
    except FilterError:
        return ""


def _not(part: Filter, table: Table, record: Record) -> str:
    match part:
        case Comparison(field=name, operator=operator, value=value) if operator in OPPOSITE:
            return _clause(table, record, name, f"{MUST[OPPOSITE[operator]]} {_text(table, name, value)}")
        case Comparison(field=name, operator=operator, value=value):
            return _clause(
                table, record, name, f"{MUST[operator]} {_text(table, name, value)}".replace("must", "must not")
            )
        case OneOf(field=name, values=values):
            wanted = " or ".join(_text(table, name, value) for value in values)
            return _clause(table, record, name, f"must not be {wanted}")
        case Not(part=inner):
            return "; ".join(unmet(inner, table, record))
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return " and ".join(_not(one, table, record) for one in parts)


def _clause(table: Table, record: Record, name: str, must: str) -> str:
    field = table.fields.get(name)
    label = field_name(field) if field else name
    return f"{label} is {_text(table, name, record.values.get(name))}, {must}"


def _text(table: Table, name: str, value: Any) -> str:
    field = table.fields.get(name)
    options: tuple[Option, ...] = field.options if field else ()
    if options and isinstance(value, str):
        return value.strip() or BLANK
    return shorten(value_text(value, field)).strip() or BLANK
