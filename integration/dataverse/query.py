"""Filters, columns and ids as OData query options.

A blank in our filters is null or an empty text in Dataverse; ``<>`` finds blank there too, so it is said explicitly.
A reference is asked for by ``_column_value``, its kind (``parentcustomeridtype = account``) by the navigation property.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from integration.dataverse.metadata import Entity
from integration.systems.base import Field, FieldType, Ref
from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, FilterError, Not, OneOf

SAFE = "(),$'=:/"
IDS_AT_ONCE = 400
COMPARISONS = {"=": "eq", "<>": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
FUNCTIONS = {"contains": "contains", "begins with": "startswith", "ends with": "endswith"}


def select(entity: Entity, fields: Sequence[str]) -> str:
    """The ``$select`` of these fields, the key included; a TABLE field comes with its lookup."""
    columns = {entity.key}
    for name in fields:
        column = entity.column_of(name)
        columns.add(f"_{column}_value" if entity.table.fields[column].type is FieldType.REFERENCE else column)
    return ",".join(sorted(columns))


def order(entity: Entity, names: Sequence[str]) -> str:
    """The ``$orderby`` of these fields, the key last so that pages are stable."""
    parts = [f"{name[1:]} desc" if name.startswith("-") else f"{name} asc" for name in names]
    return ",".join([*parts, f"{entity.key} asc"])


def options(**given: str) -> str:
    """``?$name=value&…`` of what is not blank, percent-encoded."""
    parts = [f"${name}={quote(value, safe=SAFE)}" for name, value in given.items() if value]
    return "?" + "&".join(parts) if parts else ""


def where(entity: Entity, wanted: Filter) -> str:
    """The ``$filter`` of a filter, blank for everything."""
    match wanted:
        case AllOf(parts=parts):
            return " and ".join(_inner(entity, part) for part in parts)
        case AnyOf(parts=parts):
            return " or ".join(_inner(entity, part) for part in parts)
        case Not(part=part):
            return f"not ({where(entity, part)})"
        case OneOf(field=name, values=values):
            return " or ".join(_comparison(entity, Comparison(name, "=", value)) for value in values)
        case Comparison():
            return _comparison(entity, wanted)


def _inner(entity: Entity, part: Filter) -> str:
    text = where(entity, part)
    simple = isinstance(part, Comparison) and " or " not in text
    return text if simple else f"({text})"


def _comparison(entity: Entity, wanted: Comparison) -> str:
    field = entity.table.fields.get(wanted.field)
    if field is None:
        raise FilterError(f"{entity.table.label} has no column “{wanted.field}”.")
    if field.type is FieldType.TABLE:
        return _kind(entity, wanted)
    if field.type is FieldType.REFERENCE:
        return _reference(entity, wanted)
    return _plain(field, wanted)


def _kind(entity: Entity, wanted: Comparison) -> str:
    """Which table a lookup points to: told by the navigation property to that table being filled."""
    lookup = entity.column_of(wanted.field)
    target = str(wanted.value or "")
    if not target:
        return f"_{lookup}_value {COMPARISONS[wanted.operator]} null"
    path = f"{entity.navigation(lookup, target)}/{entity.key_of(target)}"
    return f"{path} {'ne' if wanted.operator == '=' else 'eq'} null"


def _reference(entity: Entity, wanted: Comparison) -> str:
    column, value = f"_{wanted.field}_value", wanted.value
    if value is None or value == "":
        return f"{column} {COMPARISONS[wanted.operator]} null"
    id = value.id if isinstance(value, Ref) else _uuid(value)
    if id is None:
        raise FilterError(f"{wanted.field} is compared with an id, “{value}” is none.")
    text = f"{column} {COMPARISONS[wanted.operator]} {id}"
    return f"({text} or {column} eq null)" if wanted.operator == "<>" else text


def _plain(field: Field, wanted: Comparison) -> str:
    name, operator, value = field.name, wanted.operator, wanted.value
    if value is None or value == "":
        blank = f"({name} eq null or {name} eq '')" if field.type.textual else f"{name} eq null"
        return blank if operator == "=" else f"not ({blank})" if field.type.textual else f"{name} ne null"
    if operator in FUNCTIONS:
        return f"{FUNCTIONS[operator]}({name},{literal(_escaped(str(value)))})"
    text = f"{name} {COMPARISONS[operator]} {literal(value)}"
    return f"({text} or {name} eq null)" if operator == "<>" else text


def literal(value: Any) -> str:
    """A value as OData writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case dt.date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case int() | uuid.UUID():
            return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _escaped(text: str) -> str:
    """Wildcards of the database inside a text taken as themselves."""
    return "".join(f"[{sign}]" if sign in "%_[" else sign for sign in text)


def _uuid(value: Any) -> uuid.UUID | None:
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def chunks_of_ids(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    """Ids in groups whose filter fits into one address."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]


def any_of_ids(key: str, ids: Sequence[uuid.UUID]) -> str:
    """The filter for these ids."""
    listed = ",".join(f'"{id}"' for id in ids)
    return f"Microsoft.Dynamics.CRM.In(PropertyName='{key}',PropertyValues=[{listed}])"
