"""CreateMultiple, UpdateMultiple, UpsertMultiple: many rows of one table, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import answer, empty
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.store.keys import read_key
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.payload import ADDRESS, Values, parse_address
from integration.sandbox.dataverse.store.values import guid
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal


def create_multiple(exchange: Exchange, table: Table) -> Response:
    """200 with the ids in the order of the targets"""
    targets = _targets(exchange, table)
    read = exchange.payload(table, creating=True).read
    rows = [read(target) for target in targets]
    with exchange.writing() as write:
        ids = exchange.guard.create(write, table, rows, bulk=True)
    context = f"{exchange.request.root}$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
    return answer(f'{{"@odata.context":"{context}","Ids":{json.dumps(ids, separators=(",", ":"))}}}')


def update_multiple(exchange: Exchange, table: Table) -> Response:
    """204; every target must exist"""
    changes = _changes(exchange, table, _targets(exchange, table))
    with exchange.writing() as write:
        exchange.guard.update(write, table, changes)
    return empty()


def upsert_multiple(exchange: Exchange, table: Table) -> Response:
    """204 without a word about what was created and what changed"""
    targets = _targets(exchange, table)
    with exchange.writing() as write:
        named = [_named(exchange, table, target) for target in targets]
        _check_distinct([row for row, _ in named if row])
        present = write.there(table.name, {row for row, _ in named if row})
        fresh: list[Values] = []
        changes: dict[str, Values] = {}
        for (row, key), target in zip(named, targets, strict=True):
            values = exchange.payload(table, creating=row not in present).read(target)
            if row in present and row is not None:
                changes[row] = {name: value for name, value in values.items() if name not in key}
            else:
                fresh.append({**key, **values, table.id: row})
        if fresh:
            exchange.guard.create(write, table, fresh, bulk=True)
        if changes:
            exchange.guard.update(write, table, changes)
    return empty()


def delete_multiple(exchange: Exchange, table: Table) -> Response:
    raise Refusal(501, "0x80040203", "DeleteMultiple has not yet been implemented.")


MESSAGES: dict[str, Callable[[Exchange, Table], Response]] = {
    "CreateMultiple": create_multiple,
    "UpdateMultiple": update_multiple,
    "UpsertMultiple": upsert_multiple,
    "DeleteMultiple": delete_multiple,
}


def _targets(exchange: Exchange, table: Table) -> list[dict[str, Any]]:
    body = exchange.request.json()
    targets = body.get("Targets") if isinstance(body, dict) else None
    if not isinstance(targets, list) or not all(isinstance(target, dict) for target in targets):
        raise odata("The parameter 'Targets' must be a list of rows.")
    if not targets:
        raise refusals.invalid("The parameter 'Targets' must hold at least one row.")
    name = f"Microsoft.Dynamics.CRM.{table.name}"
    if any(target.get("@odata.type") not in (name, f"#{name}") for target in targets):
        raise odata(
            f"Every item of 'Targets' must carry '@odata.type' with the value '{name}': one call writes one table."
        )
    return targets


def _changes(exchange: Exchange, table: Table, targets: Sequence[dict[str, Any]]) -> dict[str, Values]:
    read = exchange.payload(table, creating=False).read
    ids = [_identity(exchange, table, target) for target in targets]
    if None in ids:
        raise refusals.invalid(f"Every target needs its primary key '{table.id}'.")
    _check_distinct([row for row in ids if row])
    return {row: read(target) for row, target in zip(ids, targets, strict=True) if row}


def _identity(exchange: Exchange, table: Table, target: dict[str, Any]) -> str | None:
    """The id a target names, by its primary key or by its address."""
    given = target.get(table.id)
    if given is not None:
        row = guid(given)
        if row is None:
            raise refusals.payload(table.set, f"Cannot convert the literal '{given}' to the expected type 'Edm.Guid'.")
        return row
    if "@odata.id" in target:
        name, row = parse_address(exchange.model, target["@odata.id"])
        if name != table.name:
            raise odata(f"'{target['@odata.id']}' is not a row of '{table.set}'.")
        return row
    return None


def _named(exchange: Exchange, table: Table, target: dict[str, Any]) -> tuple[str | None, Values]:
    """The id a target names, and the values of the alternate key it names the row by."""
    found = ADDRESS.fullmatch(str(target.get("@odata.id", "")))
    named = read_key(table, found[2]) if found and found[1] == table.set else ""
    if isinstance(named, str):
        return _identity(exchange, table, target), {}
    return exchange.model.find(table, named), named


def _check_distinct(ids: Sequence[str]) -> None:
    if len(set(ids)) < len(ids):
        raise refusals.invalid("The same row must not appear twice in one call.")
