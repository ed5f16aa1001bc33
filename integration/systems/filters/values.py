"""A filter as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


def fields_of(where: Filter) -> set[str]:
    """The names of all fields a filter looks at."""
    match where:
        case Comparison(field=name) | OneOf(field=name):
            return {name}
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return set().union(*(fields_of(part) for part in parts))
        case Not(part=part):
            return fields_of(part)


def both(*filters: Filter) -> Filter:
    """All of these, without needless nesting."""
    parts = tuple(part for part in filters if part != EVERYTHING)
    return parts[0] if len(parts) == 1 else AllOf(parts)
