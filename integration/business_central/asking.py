"""A filter as a Q, with the meaning of ``systems/filters``: text without regard to case, blank is a value, and a
condition holds or does not. SQL's third answer is kept out by saying what a NULL means in every condition."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from integration.business_central.tables import Column, TableColumns
from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, Not, OneOf
from integration.systems.values import FieldType, Ref

NEVER = Q(pk__in=[])
ALWAYS = ~NEVER
LOOKUPS = {
    ">": "gt", ">=": "gte", "<": "lt", "<=": "lte",
    "contains": "contains", "begins with": "startswith", "ends with": "endswith",
}  # fmt: skip


def condition(where: Filter, table: TableColumns) -> Q:
    """The rows that pass, as a Q on the table's model. Raises ``FieldMissing``."""
    match where:
        case Comparison(field=name, operator=operator, value=value):
            return _compare(table.column(name), operator, value)
        case OneOf(field=name, values=values):
            return _one_of(table.column(name), values)
        case AllOf(parts=parts):
            found = ALWAYS
            for part in parts:
                found &= condition(part, table)
            return found
        case AnyOf(parts=parts):
            found = NEVER
            for part in parts:
                found |= condition(part, table)
            return found
        case Not(part=part):
            return ~condition(part, table)


def fold(text: str) -> str:
    """What ``column__folded`` makes of a text in the database at hand."""
    return text.casefold() if connection.vendor == "sqlite" else text.lower()


def _compare(column: Column, operator: str, value: Any) -> Q:
    if operator == "=":
        return _equal(column, value)
    if operator == "<>":
        return ~_equal(column, value)
    if value is None or value == "":
        return NEVER
    return Q(**{f"{_path(column)}__{LOOKUPS[operator]}": _prepared(value)}) & ~_blank(column)


def _one_of(column: Column, values: Sequence[Any]) -> Q:
    ids = [value for value in values if isinstance(value, uuid.UUID)]
    texts = [value for value in values if isinstance(value, str) and value]
    found = NEVER
    if ids and len(ids) == len(values):
        return Q(**{f"{column.stored.name}__in": ids}) & ~_blank(column)
    if texts and column.target is None:
        values = [value for value in values if value not in texts]
        found = _equal_texts(column, texts)
    for value in values:
        found |= _equal(column, value)
    return found


def _equal(column: Column, value: Any) -> Q:
    if value is None or value == "":
        return _blank(column)
    if column.target is not None and not column.by_name:
        return _refers(column, value) & ~_blank(column)
    if isinstance(value, str) and column.field.type.textual:
        return _equal_texts(column, [value]) & ~_blank(column)
    return Q(**{column.stored.name: value}) & ~_blank(column)


def _equal_texts(column: Column, texts: Sequence[str]) -> Q:
    if column.field.type is FieldType.CODE:
        return Q(**{f"{column.name}__in": [text.strip().upper() for text in texts]})
    return Q(**{f"{_path(column)}__in": [fold(text) for text in texts]})


def _refers(column: Column, value: Any) -> Q:
    """A reference compared with a reference, an id, or what a person typed: an id or a code."""
    assert column.target is not None  # noqa: S101 - the caller asked
    if isinstance(value, Ref):
        return Q(**{column.name: value.id}) if value.table == column.target.slug() else NEVER
    id = _as_id(value)
    return Q(**{column.name: id}) if id is not None else Q(**{_path(column): fold(str(value))})


def _as_id(value: Any) -> uuid.UUID | None:
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None


def _blank(column: Column) -> Q:
    if column.stored.null:
        return Q(**{f"{column.stored.name}__isnull": True})
    return Q(**{column.name: ""}) if column.field.type.textual else NEVER


def _path(column: Column) -> str:
    """What is compared: text folded, references by the code of the row they point to."""
    if column.target is not None:
        return f"{column.label}__folded"
    return f"{column.name}__folded" if column.field.type.textual else column.name


def _prepared(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value
