"""Addresses below ``EntityDefinitions``, ``RelationshipDefinitions`` and ``GlobalOptionSetDefinitions``."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import answer, empty
from integration.sandbox.dataverse.metadata import change
from integration.sandbox.dataverse.metadata.describe import (
    PREFIX,
    Entry,
    describe_column,
    describe_key,
    describe_table,
    joined,
    lookups,
    metadata_id,
    option_set,
    pointing,
)
from integration.sandbox.dataverse.metadata.filtering import narrow, pick
from integration.sandbox.dataverse.metadata.segments import (
    COLUMN_TYPES,
    RELATIONSHIP_TYPES,
    check_plain,
    split_segment,
    type_of,
)
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.query.options import Expand, QueryOptions, parse_query
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.store.model import Column, Model, Table
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

WITH_OPTIONS = frozenset({"Picklist", "State", "Status", "Boolean"})


def answer_metadata(exchange: Exchange, segments: Sequence[str]) -> Response:
    """A request below one of the definition sets. Raises :class:`Refusal`."""
    if exchange.request.method != "GET":
        return _change(exchange, segments)
    options = parse_query(exchange.request.query)
    name, key = split_segment(segments[0])
    if name == "EntityDefinitions":
        return _entities(exchange, key, segments[1:], options)
    if name == "RelationshipDefinitions":
        return _relationships(exchange, key, segments[1:], options)
    if segments[1:]:
        raise refusals.unknown_segment(segments[1])
    if key is None:
        check_plain(options, "OptionSetMetadataBase")
        return _many(exchange, [], options, name)
    raise Refusal(404, "0x80040217", f"Could not find an option set with the name {key}.")


def _change(exchange: Exchange, segments: Sequence[str]) -> Response:
    method, (name, key) = exchange.request.method, split_segment(segments[0])
    if segments[1:] == [] and key is None and method == "POST" and name in ADDING:
        return ADDING[name](exchange)
    if name == "RelationshipDefinitions" and key is not None and method == "DELETE" and not segments[1:]:
        return change.remove_relationship(exchange, _relationship(exchange.model, key))
    if name != "EntityDefinitions" or key is None or len(segments) > 2:
        raise refusals.not_offered("this change to metadata")
    table = _find(exchange.model, key)
    part, inner = split_segment(segments[1]) if segments[1:] else ("", None)
    if method in CHANGING_TABLE and not part:
        return CHANGING_TABLE[method](exchange, table)
    if method == "POST" and inner is None and part in ADDING_TO_TABLE:
        return ADDING_TO_TABLE[part](exchange, table)
    if method in CHANGING_COLUMN and inner and part == "Attributes":
        entry = _of(RELATED["Attributes"](exchange.model, table), inner)
        return CHANGING_COLUMN[method](exchange, table, table.columns[entry["LogicalName"]])
    if method == "DELETE" and inner and part == "Keys":
        return change.remove_key(exchange, table, _of(_keys(exchange.model, table), inner)["SchemaName"])
    raise refusals.not_offered("this change to metadata")


def _of(entries: Sequence[Entry], key: str) -> Entry:
    """The entry with this name or number."""
    for entry in entries:
        if key in (entry["LogicalName"], entry["MetadataId"]):
            return entry
    raise Refusal(404, "0x80040217", f"Could not find metadata with the name or id {key}.")


ADDING: dict[str, Callable[[Exchange], Response]] = {
    "EntityDefinitions": change.add_table,
    "RelationshipDefinitions": change.add_relationship,
}
CHANGING_TABLE: dict[str, Callable[[Exchange, Table], Response]] = {
    "DELETE": change.remove_table,
    "PUT": change.change_table,
}
CHANGING_COLUMN: dict[str, Callable[[Exchange, Table, Column], Response]] = {
    "DELETE": change.remove_column,
    "PUT": change.change_column,
}
ADDING_TO_TABLE: dict[str, Callable[[Exchange, Table], Response]] = {
    "Attributes": change.add_column,
    "Keys": change.add_key,
}


def _entities(exchange: Exchange, key: str | None, rest: Sequence[str], options: QueryOptions) -> Response:
    model = exchange.model
    if key is None:
        if rest:
            raise refusals.no_resource(exchange.request.uri)
        entries = [_with_table(model, table, options.expand) for table in model]
        return _many(exchange, entries, options, "EntityDefinitions")
    table = _find(model, key)
    if not rest:
        return _one(exchange, _with_table(model, table, options.expand), options, "EntityDefinitions")
    name, inner = split_segment(rest[0])
    if name == "Attributes":
        return _attributes(exchange, table, inner, rest[1:], options)
    if name not in RELATED or inner is not None or len(rest) > 1:
        raise refusals.unknown_segment(rest[0])
    check_plain(options, name)
    return _many(exchange, RELATED[name](model, table), options, f"EntityDefinitions('{table.name}')/{name}")


def _find(model: Model, key: str) -> Table:
    if key in model.tables:
        return model[key]
    for table in model:
        if metadata_id(table.name) == key:
            return table
    raise Refusal(
        404, "0x80040217", f"Could not find an entity with name {key} and id 00000000-0000-0000-0000-000000000000."
    )


def _attributes(
    exchange: Exchange, table: Table, key: str | None, rest: Sequence[str], options: QueryOptions
) -> Response:
    if rest and rest[0] == f"{PREFIX}EnumAttributeMetadata":
        raise odata("The type 'Microsoft.Dynamics.CRM.EnumAttributeMetadata' is abstract.")
    cast = type_of(rest, COLUMN_TYPES)
    tail = rest[1:] if cast else rest
    where = f"EntityDefinitions('{table.name}')/Attributes" + (f"/{cast}" if cast else "")
    entries = [
        _with_options(table, entry, options.expand, cast)
        for entry in (describe_column(table, column) for column in table.columns.values())
        if not cast or entry["@odata.type"] == f"#{cast}"
    ]
    if key is None:
        if tail:
            raise refusals.unknown_segment(tail[0])
        return _many(exchange, entries, options, where)
    found = [entry for entry in entries if key in (entry["LogicalName"], entry["MetadataId"])]
    if not found:
        raise Refusal(404, "0x80040217", f"Could not find an attribute with the name {key} in {table.name}.")
    if tail:
        return _option_set(exchange, table, found[0]["LogicalName"], tail, options)
    return _one(exchange, found[0], options, where)


def _option_set(exchange: Exchange, table: Table, name: str, tail: Sequence[str], options: QueryOptions) -> Response:
    found = option_set(table, table.columns[name])
    if found is None or tail[0] not in ("OptionSet", "GlobalOptionSet") or len(tail) > 1:
        raise refusals.unknown_segment(tail[0])
    check_plain(options, "OptionSetMetadata")
    if tail[0] == "GlobalOptionSet":
        return empty()  # no column here takes its choices from a global one
    return _one(exchange, found, options, "OptionSetDefinitions")


def _relationships(exchange: Exchange, key: str | None, rest: Sequence[str], options: QueryOptions) -> Response:
    """One by its name or number, or all; a cast keeps those of one type."""
    cast = type_of(rest, RELATIONSHIP_TYPES)
    if len(rest) > bool(cast):
        raise refusals.unknown_segment(rest[-1])
    check_plain(options, (cast or f"{PREFIX}RelationshipMetadataBase").removeprefix(PREFIX))
    where = "RelationshipDefinitions" + (f"/{cast}" if cast else "")
    if key is not None:
        return _one(exchange, _relationship(exchange.model, key), options, where)
    entries = _every_relationship(exchange.model)
    return _many(exchange, [one for one in entries if not cast or one["@odata.type"] == f"#{cast}"], options, where)


def _relationship(model: Model, key: str) -> Entry:
    for entry in _every_relationship(model):
        if key == entry["SchemaName"] or key == entry["MetadataId"]:
            return entry
    raise Refusal(404, "0x80040217", f"Could not find a relationship with the name {key}.")


def _every_relationship(model: Model) -> list[Entry]:
    found = {entry["SchemaName"]: entry for table in model for entry in (*lookups(model, table), *joined(model, table))}
    return list(found.values())


# --- $expand -------------------------------------------------------------------------------------------------


def _columns(model: Model, table: Table) -> list[Entry]:
    return [describe_column(table, column) for column in table.columns.values()]


def _keys(model: Model, table: Table) -> list[Entry]:
    return [describe_key(table, key) for key in table.keys.values()]


RELATED: dict[str, Callable[[Model, Table], list[Entry]]] = {
    "Attributes": _columns,
    "ManyToOneRelationships": lookups,
    "OneToManyRelationships": pointing,
    "ManyToManyRelationships": joined,
    "Keys": _keys,
}


def _with_table(model: Model, table: Table, expand: Sequence[Expand]) -> Entry:
    entry = describe_table(table)
    for part in expand:
        if part.navigation not in RELATED or part.reference:
            raise refusals.unknown_property(part.navigation, "EntityMetadata")
        check_plain(part.options, "AttributeMetadata")
        rows = pick(RELATED[part.navigation](model, table), part.options)
        entry[part.navigation] = [_narrowed(row, part.options) for row in rows]
    return entry


def _narrowed(entry: Entry, options: QueryOptions) -> Entry:
    """Of a column only what every column has may be selected without naming its type; the rest is left out."""
    return {
        name: value
        for name, value in narrow(entry, options, "AttributeMetadata").items()
        if name not in ("MaxLength", "MinValue", "MaxValue", "Targets") or options.select is None
    }


def _with_options(table: Table, entry: Entry, expand: Sequence[Expand], cast: str) -> Entry:
    for part in expand:
        if part.navigation not in ("OptionSet", "GlobalOptionSet") or entry["AttributeType"] not in WITH_OPTIONS:
            raise refusals.unknown_property(
                part.navigation, (cast or f"{PREFIX}AttributeMetadata").removeprefix(PREFIX)
            )
        check_plain(part.options, "OptionSetMetadata")
        own = option_set(table, table.columns[entry["LogicalName"]]) if part.navigation == "OptionSet" else None
        entry[part.navigation] = None if own is None else narrow(own, part.options, "OptionSetMetadata")
    return entry


# --- answers -------------------------------------------------------------------------------------------------


def _many(exchange: Exchange, entries: Sequence[Entry], options: QueryOptions, where: str) -> Response:
    kind = where.rpartition("/")[2].removeprefix(PREFIX)
    found = [_selected(entry, options, kind) for entry in pick(entries, options)]
    return as_json({"@odata.context": f"{exchange.request.root}$metadata#{where}", "value": found})


def _one(exchange: Exchange, entry: Entry, options: QueryOptions, where: str) -> Response:
    kind = where.rpartition("/")[2].removeprefix(PREFIX)
    context = f"{exchange.request.root}$metadata#{where}/$entity"
    return as_json({"@odata.context": context, **_selected(entry, options, kind)})


def _selected(entry: Entry, options: QueryOptions, kind: str) -> Entry:
    expanded = {part.navigation: entry[part.navigation] for part in options.expand}
    return {**narrow(entry, options, kind), **expanded}


def as_json(content: Entry) -> Response:
    """An answer of metadata, whose numbers may be decimals."""
    return answer(json.dumps(content, ensure_ascii=False, default=_number))


def _number(value: Any) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} has no place in metadata")
    return int(value) if value == value.to_integral_value() else float(value)
