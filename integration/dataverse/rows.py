"""Rows of the Web API <-> records and columns of ours."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.dataverse.metadata import Entity
from integration.dataverse.problems import MALFORMED
from integration.dataverse.reading.query import moment_text
from integration.dataverse.reading.zones import day_of, moment_of
from integration.dataverse.text import travelling
from integration.systems.errors import BadAnswer, FieldMissing
from integration.systems.values import Field, FieldType, Record, Ref, Value

ETAG = "@odata.etag"
LABEL = "OData.Community.Display.V1.FormattedValue"
LOOKUP = "Microsoft.Dynamics.CRM.lookuplogicalname"
ANNOTATIONS = f'odata.include-annotations="{LOOKUP},{LABEL}"'
KINDS_ONLY = f'odata.include-annotations="{LOOKUP}"'
ALWAYS = ("modifiedon", "modifiedby", "modifiedonbehalfby")
"""Who changed a row when. Where it was done on behalf of somebody, the one who did it counts: what we do for the user
that handles orders is our own change."""

Convert = Callable[[Mapping[str, Any]], Value]


def columns(entity: Entity, fields: Sequence[str]) -> list[str]:
    """The fields to ask for: those wanted and who changed the row when. Raises ``FieldMissing``."""
    for name in fields:
        if name not in entity.table.fields:
            raise FieldMissing(f"{entity.table.label} ({entity.table.name}) has no column “{name}”.")
    return [*fields, *(name for name in ALWAYS if name in entity.table.fields and name not in fields)]


# --- reading ------------------------------------------------------------------------------------------------


class Reader:
    """Turns rows into records with these fields; what each column needs is found out once."""

    def __init__(self, entity: Entity, fields: Sequence[str]) -> None:
        described = entity.table.fields
        self._entity = entity
        self._converts = [(name, _converter(entity, described[name])) for name in fields]
        self._by = [f"_{name}_value" for name in ("modifiedonbehalfby", "modifiedby") if name in described]

    def records(self, answer: Any) -> list[Record]:
        """The rows of an answer. Raises ``BadAnswer`` for what is none."""
        return [self.record(row) for row in listed(answer)]

    def record(self, row: Mapping[str, Any]) -> Record:
        """One row. Raises ``BadAnswer`` where a column holds what its type cannot."""
        try:
            by = next((found for name in self._by if (found := row.get(name))), None)
            return Record(
                self._entity.table.name,
                uuid.UUID(row[self._entity.key]),
                {name: convert(row) for name, convert in self._converts},
                str(row.get(ETAG) or row.get("versionnumber") or ""),
                moment(row.get("modifiedon")),
                uuid.UUID(by) if by else None,
            )
        except MALFORMED as error:
            words = f"A row of {self._entity.table.label} cannot be read: {error!r}."
            raise BadAnswer(words, raw=str(row)[:2000]) from error


def listed(answer: Any) -> list[Any]:
    """The rows of an answer. Raises ``BadAnswer``."""
    found = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise BadAnswer("The answer holds no rows.", raw=str(answer)[:500])
    return found


def _converter(entity: Entity, field: Field) -> Convert:
    name = field.name
    if field.type is FieldType.REFERENCE:
        return _reference(field)
    if field.type is FieldType.TABLE:
        kind = f"_{entity.column_of(name)}_value@{LOOKUP}"
        return lambda row: row.get(kind) or ""
    if field.type.textual:
        return lambda row: row.get(name) or ""
    convert = _day(entity.zone()) if name in entity.shown_as_date else _FROM_JSON[field.type]
    return lambda row: None if (found := row.get(name)) is None else convert(found)


def _reference(field: Field) -> Convert:
    column = f"_{field.name}_value"
    kind, label = f"{column}@{LOOKUP}", f"{column}@{LABEL}"
    only = field.targets[0] if field.targets else ""

    def convert(row: Mapping[str, Any]) -> Ref | None:
        id = row.get(column)
        return Ref(row.get(kind) or only, uuid.UUID(id), row.get(label) or "") if id else None

    return convert


def moment(text: Any) -> dt.datetime | None:
    """A point in time as the service writes it, in UTC."""
    if not text:
        return None
    found = dt.datetime.fromisoformat(text)
    return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _day(zone: dt.tzinfo) -> Callable[[Any], Value]:
    """Reads a date that travels as a moment."""

    def convert(text: Any) -> dt.date | None:
        found = moment(text)
        return day_of(found, zone) if found else None

    return convert


_FROM_JSON: Mapping[FieldType, Callable[[Any], Value]] = {
    FieldType.INTEGER: int,
    FieldType.OPTION: int,
    FieldType.DECIMAL: lambda found: found if isinstance(found, Decimal) else Decimal(str(found)),
    FieldType.BOOLEAN: bool,
    FieldType.DATE: lambda found: dt.date.fromisoformat(found[:10]),
    FieldType.DATETIME: moment,
    FieldType.UUID: uuid.UUID,
}


# --- writing ------------------------------------------------------------------------------------------------


def body(entity: Entity, values: Mapping[str, Value]) -> dict[str, Any]:
    """Columns as a request body. Raises ``FieldMissing`` for one that the table does not have."""
    written: dict[str, Any] = {}
    described = entity.table.fields
    for name, given in values.items():
        field = described.get(name)
        if field is None:
            raise FieldMissing(f"{entity.table.label} ({entity.table.name}) has no column “{name}”.")
        if field.type is FieldType.REFERENCE:
            _bind(entity, field, given, written)
        elif field.type is not FieldType.TABLE:  # which table a lookup points to is told by the lookup itself
            written[name] = _sent(entity, name, given)
    return written


def _bind(entity: Entity, field: Field, given: Value, written: dict[str, Any]) -> None:
    if isinstance(given, Ref):
        target = f"/{entity.sets.get(given.table, given.table + 's')}({given.id})"
        written[f"{entity.navigation(field.name, given.table)}@odata.bind"] = target
        return
    # One lookup may have a navigation property per table; clearing any of them clears the lookup.
    first = field.targets[0] if field.targets else ""
    written[entity.navigation(field.name, first)] = None


def _sent(entity: Entity, name: str, given: Value) -> Any:
    if given is None or given == "":
        return None
    match given:
        case dt.datetime():
            return moment_text(given)
        case dt.date():
            local = name in entity.shown_as_date
            return moment_text(moment_of(given, entity.zone())) if local else given.isoformat()
        case uuid.UUID():
            return str(given)
        case str():
            return travelling(given)
    return given
