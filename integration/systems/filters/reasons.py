"""Why a record does not pass a filter, in the words of a person."""

from __future__ import annotations

from typing import Any

from integration.systems.filters.matching import matches
from integration.systems.filters.values import AllOf, AnyOf, Comparison, Filter, Not, OneOf
from integration.systems.filters.words import listed
from integration.systems.values import Field, Record, Table
from integration.systems.wording import field_name, value_text

ORDERS = {
    ">": "more than",
    ">=": "at least",
    "<": "less than",
    "<=": "at most",
    "contains": "must contain",
    "begins with": "must begin with",
    "ends with": "must end with",
}
PLACES = ("contains", "begins with", "ends with")


def reason_outside(where: Filter, record: Record, table: Table) -> str:
    """Each condition that keeps the record out, with what it holds and what it has to hold: ``Relationship Type is
    blank, must be Customer``. Blank where the record passes."""
    return "; ".join(_reasons(where, record, table))


def _reasons(where: Filter, record: Record, table: Table) -> list[str]:
    if matches(where, record):
        return []
    match where:
        case AllOf(parts=parts):
            return [reason for part in parts for reason in _reasons(part, record, table)]
        case AnyOf(parts=parts):
            return [" or ".join(reason for part in parts for reason in _reasons(part, record, table))]
        case Comparison(field=name, operator=operator, value=value):
            return [_broken(name, _must(table.fields.get(name), operator, value), record, table)]
        case OneOf(field=name, values=values):
            wanted = listed([_text(value, table.fields.get(name)) for value in values])
            return [_broken(name, f"must be {wanted}", record, table)]
        case Not(part=part):
            return [_excluded(part, record, table)]


def _broken(name: str, must: str, record: Record, table: Table) -> str:
    return f"{_holds(name, record, table)}, {must}"


def _holds(name: str, record: Record, table: Table) -> str:
    field = table.fields.get(name)
    return f"{field_name(field) if field else name} is {_text(record.values.get(name), field)}"


def _must(field: Field | None, operator: str, value: Any) -> str:
    wanted = _text(value, field)
    if operator in PLACES:
        return f"{ORDERS[operator]} {wanted}"
    if operator in ORDERS:
        return f"must be {ORDERS[operator]} {wanted}"
    return f"must be {wanted}" if operator == "=" else f"must not be {wanted}"


def _excluded(part: Filter, record: Record, table: Table) -> str:
    """What stands under a *not* holds: what the record has there is what keeps it out."""
    match part:
        case Comparison(field=name, operator=operator, value=value) if operator in PLACES:
            must = _must(table.fields.get(name), operator, value).replace("must", "must not", 1)
            return _broken(name, must, record, table)
        case Comparison(field=name) | OneOf(field=name):
            return _broken(name, f"must not be {_text(record.values.get(name), table.fields.get(name))}", record, table)
        case AllOf(parts=parts):
            return " and ".join(_excluded(one, record, table) for one in parts)
        case AnyOf(parts=parts):
            return "; ".join(_excluded(one, record, table) for one in parts if matches(one, record))
        case Not(part=inner):
            return "; ".join(_reasons(inner, record, table))


def _text(value: Any, field: Field | None) -> str:
    return value_text(value, field) or "blank"
