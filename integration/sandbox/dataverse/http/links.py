"""References between rows: ``…/$ref`` reads, sets, adds and removes them."""

# ruff: noqa: S608 - table and column names come from the model, every value is a parameter

from __future__ import annotations

import json
import uuid

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import LARGEST_PAGE, answer, empty
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.query.options import parse_query
from integration.sandbox.dataverse.query.selecting import Reading, collection_rows, fetch
from integration.sandbox.dataverse.query.where import ROOT
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.security import members
from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.store.model import Collection, Table
from integration.sandbox.dataverse.store.payload import Values, parse_address
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.messages import Response


def set_lookup(exchange: Exchange, table: Table, row: str, navigation: str) -> Response:
    """PUT accounts(id)/primarycontactid/$ref, and DELETE to clear it"""
    value = _given(exchange) if exchange.request.method == "PUT" else None
    values = exchange.payload(table, creating=False).read({f"{navigation}@odata.bind": value})
    with exchange.writing() as write:
        exchange.guard.update(write, table, {row: values})
    return empty()


def read_reference(exchange: Exchange, table: Table, row: str, navigation: str) -> Response:
    """GET accounts(id)/primarycontactid/$ref, and a collection's /$ref: addresses instead of rows"""
    reading, root = exchange.reading(), exchange.request.root
    if navigation in table.navigation:
        found = led_to(reading, table, row, navigation)
        if found is None:
            return empty()
        address = f"{root}{found[0].set}({found[1]})"
        return answer(json.dumps({"@odata.context": f"{root}$metadata#$ref", "@odata.id": address}))
    check_there(reading, table, row)
    collection = table.collections[navigation]
    far = reading.model[collection.table]
    rows = fetch(reading, far, [], collection_rows(reading, table, row, collection), f'{ROOT}."{far.id}"', LARGEST_PAGE)
    listed = [{"@odata.id": f"{root}{far.set}({found[1]})"} for found in rows]
    return answer(json.dumps({"@odata.context": f"{root}$metadata#Collection($ref)", "value": listed}))


def check_there(reading: Reading, table: Table, row: str) -> None:
    """Raises :class:`Refusal` unless there is such a row to start from, and who asks may read it."""
    if not reading.connection.execute(f'SELECT 1 FROM "{table.name}" WHERE "{table.id}" = ?', (row,)).fetchone():
        raise refusals.missing(table.name, row)
    reading.guard.check_rows("Read", reading.model, reading.connection, table, [row])


def led_to(reading: Reading, table: Table, row: str, navigation: str) -> tuple[Table, str] | None:
    """The table and the id of the row that a lookup leads to. Raises :class:`Refusal` when there is no such row to
    start from."""
    reading.guard.check_rows("Read", reading.model, reading.connection, table, [row])
    column, target = table.navigation[navigation]
    kind = f'"{column.type_column}"' if column.type_column else "NULL"
    found = reading.connection.execute(
        f'SELECT "{column.name}", {kind} FROM "{table.name}" WHERE "{table.id}" = ?', (row,)
    ).fetchone()
    if found is None:
        raise refusals.missing(table.name, row)
    to, kind = found
    if to is None or (target and column.type_column and kind != target):
        return None
    return reading.model[kind or target], to


def add_member(exchange: Exchange, table: Table, row: str, collection: Collection) -> Response:
    """POST systemusers(id)/systemuserroles_association/$ref"""
    name, other = parse_address(exchange.model, _given(exchange))
    if name != collection.table:
        raise odata(f"A row of '{collection.table}' is expected.")
    with exchange.writing() as write:
        connect(exchange.guard, write, table, row, collection, other)
    return empty()


def remove_member(exchange: Exchange, table: Table, row: str, collection: Collection, other: str | None) -> Response:
    """DELETE …/systemuserroles_association(id)/$ref, or …/$ref?$id=address"""
    if other is None:
        _, other = parse_address(exchange.model, parse_query_id(exchange))
    with exchange.writing() as write:
        disconnect(exchange.guard, write, table, row, collection, other)
    return empty()


def parse_query_id(exchange: Exchange) -> str:
    """The ``$id`` of the query."""
    query = exchange.request.query.replace("$id=", "id=").replace("%24id=", "id=")
    found = parse_query(query).others.get("id")
    if found is None:
        raise odata("The query option '$id' is missing.")
    return found


def _given(exchange: Exchange) -> str:
    body = exchange.request.json()
    found = body.get("@odata.id") if isinstance(body, dict) else None
    if not isinstance(found, str):
        raise odata("The body must name the row in '@odata.id'.")
    return found


def connect(guard: Guard, write: Write, table: Table, row: str, collection: Collection, other: str) -> None:
    """Make a row a member of a collection of another. Raises :class:`Refusal`."""
    far = write.model[collection.table]
    for name, wanted in ((table.name, row), (far.name, other)):
        if not write.there(name, {wanted}):
            raise refusals.missing(name, wanted)
    if not collection.between:
        guard.update(write, far, {other: _lookup(table, far, row, collection)})
        return
    members.check(guard, write, collection, {table.name: row, far.name: other}, joining=True)
    pair = (row, other)
    condition = f'"{collection.near}" = ? AND "{collection.far}" = ?'
    if write.connection.execute(f'SELECT 1 FROM "{collection.between}" WHERE {condition}', pair).fetchone():
        raise refusals.duplicate_in_bulk()
    key = write.model[collection.between].id
    write.connection.execute(
        f'INSERT INTO "{collection.between}" ("{key}", "{collection.near}", "{collection.far}", versionnumber) '
        "VALUES (?, ?, ?, ?)",
        (str(uuid.uuid4()), *pair, write.versions(1)),
    )


def _lookup(table: Table, far: Table, row: str, collection: Collection) -> Values:
    values: Values = {collection.lookup: row}
    type_column = far.columns[collection.lookup].type_column
    if type_column:
        values[type_column] = table.name
    return values


def disconnect(guard: Guard, write: Write, table: Table, row: str, collection: Collection, other: str) -> None:
    """End a membership, if there is one. Raises :class:`Refusal`."""
    far = write.model[collection.table]
    if collection.between:
        members.check(guard, write, collection, {table.name: row, far.name: other}, joining=False)
        write.connection.execute(
            f'DELETE FROM "{collection.between}" WHERE "{collection.near}" = ? AND "{collection.far}" = ?',
            (row, other),
        )
        return
    current = write.one(far.name, other)
    if current is None or current[collection.lookup] != row:
        raise refusals.missing(far.name, other)
    emptied: Values = dict.fromkeys(_lookup(table, far, row, collection))
    guard.update(write, far, {other: emptied})
