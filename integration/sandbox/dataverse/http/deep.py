"""Deep insert: a row with related rows inside, all made in one transaction or none.

A lookup may hold the row it is to lead to, which is made first; a collection the rows that belong to the new one,
which are made after it.
"""

from __future__ import annotations

from typing import Any

from integration.sandbox.dataverse.http.links import connect
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.store.model import Collection, Table
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write

DEEPEST = 10


def create_deep(
    exchange: Exchange, write: Write, table: Table, body: Any, over: Values, under: Values | None = None, depth: int = 1
) -> str:
    """The id of the new row. ``over`` are values that win over the body's, ``under`` those that lose. Raises
    :class:`Refusal`."""
    if depth > DEEPEST:
        raise odata("The rows are nested too deeply.")
    check_type(table, body)
    flat, single, several = _parts(table, body)
    values = {**(under or {}), **exchange.payload(table, creating=True).read(flat), **over}
    for name, inner in single.items():
        column, target = table.navigation[name]
        if target not in exchange.model.tables:
            raise odata(f"The navigation property '{name}' does not say of which table the new row is to be.")
        values[column.name] = create_deep(exchange, write, exchange.model[target], inner, {}, None, depth + 1)
        if column.type_column:
            values[column.type_column] = target
    (row,) = exchange.guard.create(write, table, [values])
    for name, rows in several.items():
        _members(exchange, write, table, row, table.collections[name], rows, depth)
    return row


def is_deep(table: Table, body: Any) -> bool:
    """Is there something where rows inside would be?"""
    return isinstance(body, dict) and any(
        key in table.collections or (key in table.navigation and value is not None) for key, value in body.items()
    )


def check_type(table: Table, body: Any) -> None:
    """Raises :class:`Refusal` for a row that says it is one of another table."""
    given = body.get("@odata.type") if isinstance(body, dict) else None
    wanted = f"Microsoft.Dynamics.CRM.{table.name}"
    if given not in (None, wanted, f"#{wanted}", f"#mscrm.{table.name}", f"mscrm.{table.name}"):
        raise odata(
            f"A resource with type '{given}' was found, but it is not assignable to the expected type '{wanted}'."
        )


def _parts(table: Table, body: Any) -> tuple[Any, dict[str, Any], dict[str, list[Any]]]:
    """The row itself, the rows it leads to, the rows that belong to it."""
    if not is_deep(table, body):
        return body, {}, {}
    flat, single, several = {}, {}, {}
    for key, value in body.items():
        if key in table.collections and isinstance(value, list):
            several[key] = value
        elif key in table.navigation and isinstance(value, dict):
            single[key] = value
        elif key in table.collections or (key in table.navigation and value is not None):
            raise odata(f"The navigation property '{key}' holds another kind of value than it leads to.")
        else:
            flat[key] = value
    return flat, single, several


def _members(
    exchange: Exchange, write: Write, table: Table, row: str, collection: Collection, rows: list[Any], depth: int
) -> None:
    far = exchange.model[collection.table]
    for inner in rows:
        if collection.between:
            made = create_deep(exchange, write, far, inner, {}, None, depth + 1)
            connect(exchange.guard, write, table, row, collection, made)
            continue
        over: Values = {collection.lookup: row}
        type_column = far.columns[collection.lookup].type_column
        if type_column:
            over[type_column] = table.name
        create_deep(exchange, write, far, inner, over, None, depth + 1)
