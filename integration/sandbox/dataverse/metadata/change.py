"""POST, PUT and DELETE below the definition sets, and the actions that define tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import empty
from integration.sandbox.dataverse.metadata.changed_definitions import changed_column, changed_table
from integration.sandbox.dataverse.metadata.customize import Change, apply, carry_out
from integration.sandbox.dataverse.metadata.definitions import new_column, new_key, new_relationship, new_table
from integration.sandbox.dataverse.metadata.describe import Entry, metadata_id
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.store.model import Column, Model, Table
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal


def apply_changes(exchange: Exchange, changes: Sequence[Change]) -> None:
    """Carry the changes out for a request. Raises :class:`Refusal` inside a change set."""
    for change in changes:
        exchange.guard.require(privilege_for(exchange.model, change))
    if exchange.shared is not None:
        raise refusals.odata("Changes to metadata cannot be part of a change set.")
    organization = exchange.organization
    carry_out(organization.database, organization.model, changes)
    organization.payloads.forget()


def privilege_for(model: Model, change: Change) -> str:
    """What it takes to change tables: a key or a collection is a change to its table."""
    if change.kind == "column":
        exists = change.table in model.tables and model[change.table].has(change.name)
        return f"prv{'Delete' if change.content is None else 'Write' if exists else 'Create'}Attribute"
    if change.kind == "table":
        return f"prv{'Delete' if change.content is None else 'Create'}Entity"
    return "prvWriteEntity"


def add_table(exchange: Exchange) -> Response:
    """POST EntityDefinitions"""
    change = new_table(exchange.model, _body(exchange))
    apply_changes(exchange, [change])
    return _created(exchange, f"EntityDefinitions({metadata_id(change.table)})")


def change_table(exchange: Exchange, table: Table) -> Response:
    """PUT EntityDefinitions(LogicalName='account')"""
    apply_changes(exchange, [changed_table(table, _body(exchange))])
    return empty()


def remove_table(exchange: Exchange, table: Table) -> Response:
    """DELETE EntityDefinitions(LogicalName='new_book'): not while another table points to it"""
    if not table.custom:
        raise refusals.invalid(f"The entity {table.name} is a system entity and cannot be deleted.")
    model = exchange.model
    pointing = [column for column in model.referencing(table.name) if column.table != table.name]
    joining = [one for one in table.collections.values() if one.between]
    if pointing or joining:
        raise Refusal(400, "0x8004f01f", f"The Entity({table.name}) component cannot be deleted: others refer to it.")
    gone = [
        Change("collection", far.name, name, None)
        for far in model
        for name, collection in far.collections.items()
        if table.name in (collection.table, collection.between) and far.name != table.name
    ]
    apply_changes(exchange, [*gone, Change("table", table.name, "", None)])
    return empty()


def add_column(exchange: Exchange, table: Table) -> Response:
    """POST EntityDefinitions(…)/Attributes"""
    change = new_column(table, _body(exchange))
    apply_changes(exchange, [change])
    number = metadata_id(table.name, change.name)
    return _created(exchange, f"EntityDefinitions({metadata_id(table.name)})/Attributes({number})")


def change_column(exchange: Exchange, table: Table, column: Column) -> Response:
    """PUT EntityDefinitions(…)/Attributes(…): new limits, a new label, another level of need"""
    apply_changes(exchange, [changed_column(column, _body(exchange))])
    return empty()


def remove_column(exchange: Exchange, table: Table, column: Column) -> Response:
    """DELETE EntityDefinitions(…)/Attributes(…)"""
    if not column.schema or column.name in (table.id, table.name_column):
        raise refusals.invalid(f"The attribute {column.name} of {table.name} cannot be deleted.")
    if any(column.name in key.columns for key in table.keys.values()):
        raise Refusal(400, "0x8004f01f", f"The attribute {column.name} is part of an alternate key.")
    gone = [
        Change("collection", target, name, None)
        for target in column.targets
        for name, collection in exchange.model[target].collections.items()
        if (collection.table, collection.lookup) == (table.name, column.name)
    ]
    apply_changes(exchange, [*gone, Change("column", table.name, column.name, None)])
    return empty()


def add_key(exchange: Exchange, table: Table) -> Response:
    """POST EntityDefinitions(…)/Keys"""
    change = new_key(table, _body(exchange))
    apply_changes(exchange, [change])
    number = metadata_id("key", table.name, change.name)
    return _created(exchange, f"EntityDefinitions({metadata_id(table.name)})/Keys({number})")


def remove_key(exchange: Exchange, table: Table, name: str) -> Response:
    """DELETE EntityDefinitions(…)/Keys(…)"""
    apply_changes(exchange, [Change("key", table.name, name, None)])
    return empty()


def add_relationship(exchange: Exchange) -> Response:
    """POST RelationshipDefinitions"""
    body = _body(exchange)
    apply_changes(exchange, new_relationship(exchange.model, body))
    return _created(exchange, f"RelationshipDefinitions({metadata_id('relationship', str(body['SchemaName']))})")


def remove_relationship(exchange: Exchange, entry: Entry) -> Response:
    """DELETE RelationshipDefinitions(…): takes the lookup, or the table that joins two others, along"""
    if not entry["IsCustomRelationship"]:
        raise refusals.invalid(
            f"The relationship {entry['SchemaName']} is a system relationship and cannot be deleted."
        )
    model = exchange.model
    if "IntersectEntityName" in entry:
        return remove_table(exchange, model[entry["IntersectEntityName"]])
    table = model[entry["ReferencingEntity"]]
    return remove_column(exchange, table, table.columns[entry["ReferencingAttribute"]])


def create_entities(exchange: Exchange, body: dict[str, Any]) -> Response:
    """The action CreateEntities: several tables with their columns, all or none"""
    entities = body.get("Entities")
    if not isinstance(entities, list) or not all(isinstance(one, dict) for one in entities):
        raise refusals.odata("The parameter 'Entities' must be a list of definitions.")
    draft, changes = Model(exchange.model.tables), []
    for one in entities:
        changes.append(new_table(draft, one))
        apply(draft, changes[-1])
    apply_changes(exchange, changes)
    return empty()


def _body(exchange: Exchange) -> dict[str, Any]:
    body = exchange.request.json()
    if not isinstance(body, dict):
        raise refusals.odata("The body is not a JSON object.")
    return body


def _created(exchange: Exchange, address: str) -> Response:
    return empty({"OData-EntityId": f"{exchange.request.root}{address}"})
