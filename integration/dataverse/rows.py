"""Rows of the Web API <-> records and columns of ours."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.dataverse.metadata import Entity
from integration.systems.base import Field, FieldType, Record, Ref, Value
from integration.systems.errors import FieldMissing

ETAG = "@odata.etag"
LABEL = "OData.Community.Display.V1.FormattedValue"
LOOKUP = "Microsoft.Dynamics.CRM.lookuplogicalname"
ANNOTATIONS = f'odata.include-annotations="{LOOKUP},{LABEL}"'
ALWAYS = ("modifiedon", "modifiedby")


def columns(entity: Entity, fields: Sequence[str]) -> list[str]:
    """The fields to ask for: those wanted and who changed the row when. Raises ``FieldMissing``."""
    for name in fields:
        if name not in entity.table.fields:
            raise FieldMissing(f"{entity.table.label} ({entity.table.name}) has no column “{name}”.")
    return [*fields, *(name for name in ALWAYS if name in entity.table.fields and name not in fields)]


def record(entity: Entity, row: Mapping[str, Any], fields: Sequence[str]) -> Record:
    """A row as it came, with these fields."""
    values = {name: value(entity, entity.table.fields[name], row) for name in fields}
    by = value(entity, entity.table.fields["modifiedby"], row) if "modifiedby" in entity.table.fields else None
    return Record(
        entity.table.name,
        uuid.UUID(str(row[entity.key])),
        values,
        str(row.get(ETAG) or row.get("versionnumber") or ""),
        moment(row.get("modifiedon")),
        by.id if isinstance(by, Ref) else None,
    )


def value(entity: Entity, field: Field, row: Mapping[str, Any]) -> Value:
    """One column of a row in the type of its field."""
    if field.type is FieldType.REFERENCE:
        return _reference(field, row)
    if field.type is FieldType.TABLE:
        return str(row.get(f"_{entity.column_of(field.name)}_value@{LOOKUP}") or "")
    found = row.get(field.name)
    if field.type.textual:
        return "" if found is None else str(found)
    if found is None:
        return None
    match field.type:
        case FieldType.DECIMAL:
            return Decimal(str(found))
        case FieldType.DATETIME:
            return moment(found)
        case FieldType.DATE:
            return dt.date.fromisoformat(str(found)[:10])
        case FieldType.UUID:
            return uuid.UUID(str(found))
        case FieldType.INTEGER | FieldType.OPTION:
            return int(found)
    return found  # type: ignore[no-any-return]


def _reference(field: Field, row: Mapping[str, Any]) -> Ref | None:
    column = f"_{field.name}_value"
    id = row.get(column)
    if id is None:
        return None
    table = row.get(f"{column}@{LOOKUP}") or (field.targets[0] if field.targets else "")
    return Ref(str(table), uuid.UUID(str(id)), str(row.get(f"{column}@{LABEL}") or ""))


def moment(text: Any) -> dt.datetime | None:
    """A point in time as the service writes it, in UTC."""
    if not text:
        return None
    found = dt.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def body(entity: Entity, values: Mapping[str, Value]) -> dict[str, Any]:
    """Columns as a request body. Raises ``FieldMissing`` for one that the table does not have."""
    written: dict[str, Any] = {}
    for name, given in values.items():
        field = entity.table.fields.get(name)
        if field is None:
            raise FieldMissing(f"{entity.table.label} ({entity.table.name}) has no column “{name}”.")
        if field.type is FieldType.REFERENCE:
            _bind(entity, field, given, written)
        elif field.type is not FieldType.TABLE:
            written[name] = _sent(entity, field, given)
    return written


def _bind(entity: Entity, field: Field, given: Value, written: dict[str, Any]) -> None:
    if isinstance(given, Ref):
        target = f"/{entity.sets.get(given.table, given.table + 's')}({given.id})"
        written[f"{entity.navigation(field.name, given.table)}@odata.bind"] = target
        return
    # One lookup may have a navigation property per table; clearing any of them clears the lookup.
    first = field.targets[0] if field.targets else ""
    written[entity.navigation(field.name, first)] = None


def _sent(entity: Entity, field: Field, given: Value) -> Any:
    if given is None or given == "":
        return None
    match given:
        case dt.datetime():
            return given.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case dt.date():
            return f"{given.isoformat()}T00:00:00Z" if field.name in entity.shown_as_date else given.isoformat()
        case uuid.UUID():
            return str(given)
    return given
