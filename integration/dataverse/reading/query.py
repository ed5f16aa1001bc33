"""Filters, columns and ids as OData query options.

Every condition is written so that the service answers what ``systems.filters.matches`` answers: a blank is null or an
empty text, ``<>`` and ``not`` also find blank, which is said explicitly since a database does not. A reference is asked
for by ``_column_value``, or by the name of the row it points to; its kind (``parentcustomeridtype = account``) by the
navigation property.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from integration.dataverse.metadata import Entity
from integration.dataverse.reading.zones import midnight, next_midnight
from integration.dataverse.text import travelling
from integration.systems.errors import FieldMissing, InvalidValue
from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, FilterError, Not, OneOf
from integration.systems.values import Field, FieldType, Ref

SAFE = "(),$'=:/"
UNFIT = frozenset("/<>*%&:\\?+")
"""Signs that the service does not take in the value of an alternate key in an address."""
IDS_AT_ONCE = 400
VALUES_AT_ONCE = 100
COMPARISONS = {"=": "eq", "<>": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
OPPOSITES = {"=": "<>", "<>": "=", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}
FUNCTIONS = {"contains": "contains", "begins with": "startswith", "ends with": "endswith"}


def select(entity: Entity, fields: Sequence[str]) -> str:
    """The ``$select`` of these fields, the key included; a TABLE field comes with its lookup."""
    columns = {entity.key}
    for name in fields:
        column = entity.column_of(name)
        columns.add(f"_{column}_value" if entity.table.fields[column].type is FieldType.REFERENCE else column)
    return ",".join(sorted(columns))


def order(entity: Entity, names: Sequence[str]) -> str:
    """The ``$orderby`` of these fields, the key last so that pages are stable. Raises ``FieldMissing``."""
    parts = []
    for name in names:
        column, direction = name.removeprefix("-"), "desc" if name.startswith("-") else "asc"
        found = entity.table.fields.get(column)
        if found is None:
            raise FieldMissing(f"{entity.table.label} has no column “{column}”.")
        parts.append(f"_{column}_value {direction}" if found.type is FieldType.REFERENCE else f"{column} {direction}")
    return ",".join([*parts, f"{entity.key} asc"])


def options(**given: str) -> str:
    """``?$name=value&…`` of what is not blank, percent-encoded."""
    parts = [f"${name}={quoted(value)}" for name, value in given.items() if value]
    return "?" + "&".join(parts) if parts else ""


def quoted(value: str) -> str:
    """The value of an option, percent-encoded."""
    return quote(value, safe=SAFE)


def where(entity: Entity, wanted: Filter) -> str:
    """The ``$filter`` of a filter, blank for everything. Raises ``FieldMissing``, ``FilterError``."""
    return "" if wanted == AllOf() else _condition(entity, wanted, negated=False)


def key(entity: Entity, columns: Sequence[str], values: Mapping[str, Any]) -> str:
    """An alternate key as it stands in an address: ``accountnumber='A1',_parentaccountid_value=…``."""
    parts = []
    for name in columns:
        value = values[name]
        found = entity.table.fields.get(name)
        if found is None:
            raise FieldMissing(f"{entity.table.label} has no column “{name}”.")
        column = f"_{name}_value" if found.type is FieldType.REFERENCE else name
        parts.append(f"{column}={quote(literal(_identity(value) if found.targets else value), safe=SAFE)}")
    return ",".join(parts)


def key_problem(columns: Sequence[str], values: Mapping[str, Any]) -> InvalidValue | None:
    """Why these values cannot stand in an address; ``None``: they can."""
    for name in columns:
        value = values.get(name)
        if value is None or value == "":
            return InvalidValue(f"{name} is blank, but it identifies the record.", field=name)
        if isinstance(value, str) and (bad := sorted(set(value) & UNFIT)):
            words = f"{name} identifies the record, so “{value}” must not contain {' '.join(bad)}."
            return InvalidValue(words, field=name, value=value)
    return None


def chunks_of_ids(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    """Ids in groups whose filter fits into one address."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]


def any_of_ids(key: str, ids: Sequence[uuid.UUID]) -> str:
    """The filter for these ids."""
    return _one_of(key, ids)


def _one_of(column: str, values: Sequence[Any]) -> str:
    listed = ",".join(f'"{value}"' for value in values)
    return f"Microsoft.Dynamics.CRM.In(PropertyName='{column}',PropertyValues=[{listed}])"


# --- conditions -----------------------------------------------------------------------------------------------


def _condition(entity: Entity, wanted: Filter, *, negated: bool) -> str:
    """``not`` is carried inwards to the single comparisons: only there is it known what it means for blank."""
    match wanted:
        case AllOf(parts=parts):
            return _joined(entity, parts, "or" if negated else "and", negated)
        case AnyOf(parts=parts):
            return _joined(entity, parts, "and" if negated else "or", negated)
        case Not(part=part):
            return _condition(entity, part, negated=not negated)
        case OneOf(field=name, values=values):
            if not negated and len(values) > VALUES_AT_ONCE:
                return _many(entity, name, values)
            each = tuple(Comparison(name, "=", value) for value in values)
            return _joined(entity, each, "and" if negated else "or", negated)
        case Comparison():
            return _comparison(entity, wanted, negated)


def _joined(entity: Entity, parts: Sequence[Filter], word: str, negated: bool) -> str:
    if not parts:  # nothing to fulfil holds always, nothing to choose from never
        return f"{entity.key} {'ne' if word == 'and' else 'eq'} null"
    texts = [_condition(entity, part, negated=negated) for part in parts]
    return texts[0] if len(texts) == 1 else f" {word} ".join(f"({text})" for text in texts)


def _many(entity: Entity, name: str, values: Sequence[Any]) -> str:
    """One call for all values that may be listed, and comparisons for the rest."""
    found = entity.table.fields.get(name)
    listed = [value for value in values if found is not None and _listable(found, value)]
    rest = [value for value in values if found is None or not _listable(found, value)]
    texts = [_comparison(entity, Comparison(name, "=", value), negated=False) for value in rest]
    if listed:
        ids = entity.table.fields[name].type in (FieldType.REFERENCE, FieldType.UUID)
        texts.append(_one_of(name, [_identity(value) for value in listed] if ids else listed))
    return " or ".join(f"({text})" for text in texts)


def _listable(found: Field, value: Any) -> bool:
    """Blank has to be asked for differently, and how quotes are written inside such a list is nowhere said."""
    if found.type in (FieldType.REFERENCE, FieldType.UUID):
        return isinstance(_identity(value), uuid.UUID)
    if found.type.textual:
        return isinstance(value, str) and value != "" and not set(value) & set("\"'\\")
    return found.type in (FieldType.INTEGER, FieldType.OPTION) and value is not None


def _identity(value: Any) -> Any:
    """The id a value stands for, or the value."""
    return value.id if isinstance(value, Ref) else _uuid(value) or value


def _comparison(entity: Entity, wanted: Comparison, negated: bool) -> str:
    found = entity.table.fields.get(wanted.field)
    if found is None:
        raise FieldMissing(f"{entity.table.label} has no column “{wanted.field}”.")
    if negated and wanted.operator in ("=", "<>"):
        wanted, negated = Comparison(wanted.field, OPPOSITES[wanted.operator], wanted.value), False
    if found.type is FieldType.TABLE:
        return _kind(entity, wanted)
    if found.type is FieldType.REFERENCE:
        return _reference(entity, wanted, negated)
    if found.name in entity.shown_as_date and isinstance(wanted.value, dt.date):
        return _day(found.name, wanted, negated, entity.zone())
    return _plain(found.name, found.type.textual, wanted, negated)


def _kind(entity: Entity, wanted: Comparison) -> str:
    """Which table a lookup points to: told by the navigation property to that table being filled."""
    lookup, target = entity.column_of(wanted.field), str(wanted.value or "").lower()
    if wanted.operator not in ("=", "<>"):
        raise FilterError(f"{wanted.field} is a table: it is only compared with = and <>.")
    if not target:
        return f"_{lookup}_value {COMPARISONS[wanted.operator]} null"
    if target not in entity.table.fields[lookup].targets:
        return f"{entity.key} {'eq' if wanted.operator == '=' else 'ne'} null"
    path = f"{entity.path(lookup, target)}/{entity.key_of(target)}"
    return f"{path} {'ne' if wanted.operator == '=' else 'eq'} null"


def _reference(entity: Entity, wanted: Comparison, negated: bool) -> str:
    """By id, or by the name of what it points to: that is the label people see and type."""
    column, value = f"_{wanted.field}_value", wanted.value
    id = _identity(value)
    if value is None or value == "" or isinstance(id, uuid.UUID):
        if wanted.operator not in ("=", "<>") and (isinstance(id, uuid.UUID) or wanted.operator not in FUNCTIONS):
            raise FilterError(f"{wanted.field} is a reference: it is only compared with = and <>.")
        return _plain(column, False, Comparison(wanted.field, wanted.operator, None if value == "" else id), negated)
    names = [
        f"{entity.path(wanted.field, target)}/{entity.names[target]}"
        for target in entity.table.fields[wanted.field].targets
        if entity.names.get(target)
    ]
    if not names:
        raise FilterError(f"{wanted.field} is compared with an id, “{value}” is none.")
    texts = [_plain(name, True, wanted, negated) for name in names]
    # For "<>" and "not", the name behind every other table of the lookup is blank, so all of them have to agree.
    word = "and" if negated or wanted.operator == "<>" else "or"
    return texts[0] if len(texts) == 1 else f" {word} ".join(f"({text})" for text in texts)


def _day(name: str, wanted: Comparison, negated: bool, zone: dt.tzinfo) -> str:
    """A date that travels as a moment: every moment that is read as that day."""
    first, next_ = literal(midnight(wanted.value, zone)), literal(next_midnight(wanted.value, zone))
    operator = OPPOSITES[wanted.operator] if negated else wanted.operator
    text = {
        "=": f"{name} ge {first} and {name} lt {next_}",
        "<>": f"{name} lt {first} or {name} ge {next_} or {name} eq null",
        "<": f"{name} lt {first}",
        "<=": f"{name} lt {next_}",
        ">": f"{name} ge {next_}",
        ">=": f"{name} ge {first}",
    }[operator]
    return f"{text} or {name} eq null" if negated else text


def _plain(name: str, textual: bool, wanted: Comparison, negated: bool) -> str:
    operator, value = wanted.operator, wanted.value
    if value is None or value == "":
        return _blank(name, textual, operator, negated)
    if operator in FUNCTIONS:
        call = f"{FUNCTIONS[operator]}({name},{literal(escaped(str(value)))})"
        return f"not {call} or {name} eq null" if negated else call
    operator = OPPOSITES[operator] if negated else operator
    text = f"{name} {COMPARISONS[operator]} {literal(value)}"
    return f"{text} or {name} eq null" if negated or operator == "<>" else text


def _blank(name: str, textual: bool, operator: str, negated: bool) -> str:
    """Nothing is larger or smaller than blank, and no text contains it."""
    if operator == "=":
        return f"{name} eq null or {name} eq ''" if textual else f"{name} eq null"
    if operator == "<>":
        return f"{name} ne null and {name} ne ''" if textual else f"{name} ne null"
    never = f"{name} eq null and {name} ne null"
    return f"{name} eq null or {name} ne null" if negated else never


def literal(value: Any) -> str:
    """A value as OData writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case dt.datetime():
            return moment_text(value)
        case dt.date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case int() | uuid.UUID():
            return str(value)
    return "'" + travelling(str(value)).replace("'", "''") + "'"


def moment_text(value: dt.datetime) -> str:
    """A moment in UTC as the service writes it; it keeps no parts of a second."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def escaped(text: str) -> str:
    """Wildcards of the database inside a text taken as themselves."""
    return "".join(f"[{sign}]" if sign in "%_[" else sign for sign in text)


def _uuid(value: Any) -> uuid.UUID | None:
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None
