"""A filter asked of a record."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from integration.systems.filters.values import AllOf, AnyOf, Comparison, Filter, Not, OneOf
from integration.systems.text import fold

if TYPE_CHECKING:
    from integration.systems.values import Record


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


def _blank(value: Any) -> bool:
    return value is None or value == ""


def _compare(actual: Any, operator: str, wanted: Any) -> bool:
    if operator in ("=", "<>"):
        same = _blank(actual) if _blank(wanted) else _plain(actual, wanted) == _fold(wanted)
        return same is (operator == "=")
    if _blank(actual) or _blank(wanted):
        return False
    return _orders(_plain(actual, wanted), operator, _fold(wanted))


def _orders(actual: Any, operator: str, wanted: Any) -> bool:
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
            return str(actual.id) if _is_uuid(wanted) else fold(actual.label or str(actual.id))
        return actual if hasattr(wanted, "id") else actual.id
    return _fold(actual)


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def _fold(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value
