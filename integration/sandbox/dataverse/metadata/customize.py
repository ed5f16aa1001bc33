"""Changes to the tables themselves: custom tables, columns, collections and alternate keys, kept in the file.

A change is (kind, table, name, content), the content being what ``entities.json`` would hold: ``table`` one block,
``column`` one line, ``collection`` one collection; ``key`` the key's columns, ``head`` a table's label and whether its
changes are tracked. Changes are made to the file in one
transaction; the model follows when that is committed, and again at every start.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from integration.sandbox.dataverse.security.privileges import add_rows, take_away
from integration.sandbox.dataverse.security.roles import give_new_tables
from integration.sandbox.dataverse.store.database import Database, add_index, define_column, lay_out
from integration.sandbox.dataverse.store.keys import build_index, index_name
from integration.sandbox.dataverse.store.model import Collection, Key, Model, Table, read_column, read_table
from integration.sandbox.dataverse.webhooks.catalogue import offer

FIRST_CODE = 10_000


@dataclass(frozen=True)
class Change:
    """``name`` is blank for a whole table; ``content`` is JSON, ``None`` takes the thing away."""

    kind: str
    table: str
    name: str
    content: Any


def load_customizations(database: Database, model: Model) -> None:
    """Bring the model to what the file holds."""
    rows = database.connection().execute("SELECT kind, entity, name, content FROM customization ORDER BY rowid")
    for kind, table, name, content in rows.fetchall():
        apply(model, Change(kind, table, name, json.loads(content, parse_float=Decimal)))


def carry_out(database: Database, model: Model, changes: Sequence[Change]) -> None:
    """Make the changes in the file and then in the model, all or none."""
    with database.transaction() as connection:
        draft = Model(model.tables)
        for change in changes:
            _carry_out(connection, draft, change)
        offer(connection, draft)
        # Still the only writer: whoever comes next starts from these tables.
        model.tables, model.sets = draft.tables, draft.sets


def _carry_out(connection: sqlite3.Connection, draft: Model, change: Change) -> None:
    if change.content is None:
        _take_away(connection, draft, change)
        apply(draft, change)
        return
    exists = change.kind == "column" and draft[change.table].has(change.name)
    apply(draft, change)
    table = draft[change.table]
    if change.kind == "table":
        lay_out(connection, table)
        add_rows(connection, [table])
        give_new_tables(connection, [table])
    elif change.kind == "column" and not exists:
        column = table.columns[change.name]
        connection.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {define_column(column, table)}')
        add_index(connection, table, column)
    elif change.kind == "key" and not build_index(connection, table, table.keys[change.name]):
        change = replace(change, content={**change.content, "active": False})
        apply(draft, change)
    text = json.dumps(change.content, default=str)
    connection.execute(
        "INSERT OR REPLACE INTO customization VALUES (?, ?, ?, ?)", (change.kind, change.table, change.name, text)
    )


def _take_away(connection: sqlite3.Connection, draft: Model, change: Change) -> None:
    table = draft[change.table]
    if change.kind == "table":
        connection.execute(f'DROP TABLE "{table.name}"')
        take_away(connection, table)
        connection.execute("DELETE FROM tombstone WHERE entity = ?", (table.name,))
        connection.execute("DELETE FROM customization WHERE entity = ?", (table.name,))
        connection.execute("DELETE FROM choice WHERE entity = ?", (table.name,))
    elif change.kind == "column":
        connection.execute(f'DROP INDEX IF EXISTS "{table.name}_{change.name}"')
        connection.execute(f'ALTER TABLE "{table.name}" DROP COLUMN "{change.name}"')
        connection.execute("DELETE FROM choice WHERE entity = ? AND attribute = ?", (table.name, change.name))
    elif change.kind == "key":
        connection.execute(f'DROP INDEX IF EXISTS "{index_name(table, table.keys[change.name])}"')
    connection.execute(
        "DELETE FROM customization WHERE kind = ? AND entity = ? AND name = ?", (change.kind, change.table, change.name)
    )


def apply(model: Model, change: Change) -> None:
    """Change the model alone."""
    if change.kind == "table":
        if change.content is None:
            model.remove(change.table)
        else:
            model.put(read_table(change.table, change.content))
            _join(model, change.table, change.content)
        return
    table = model[change.table]
    made = {"column": _columns, "collection": _collections, "key": _keys, "head": _head}[change.kind]
    model.put(made(table, change))


def _join(model: Model, name: str, content: dict[str, Any]) -> None:
    """The collections on both sides of a table that joins two others."""
    between = content.get("between", ())
    for one, other in (between, between[::-1]) if between else ():
        collection = Collection(other[0], between=name, near=one[1], far=other[1])
        near = model[one[0]]
        model.put(replace(near, collections={**near.collections, one[2]: collection}))


def _columns(table: Table, change: Change) -> Table:
    columns = dict(table.columns)
    if change.content is None:
        columns.pop(change.name, None)
    else:
        columns[change.name] = read_column(table.name, change.name, change.content, table.columns)
    return replace(table, columns=columns)


def _collections(table: Table, change: Change) -> Table:
    collections = {name: collection for name, collection in table.collections.items() if name != change.name}
    if change.content is not None:
        collections[change.name] = Collection(*change.content)
    return replace(table, collections=collections)


def _keys(table: Table, change: Change) -> Table:
    keys = {name: key for name, key in table.keys.items() if name != change.name}
    if change.content is not None:
        keys[change.name] = Key(change.name, tuple(change.content["columns"]), change.content.get("active", True))
    return replace(table, keys=keys)


def _head(table: Table, change: Change) -> Table:
    return replace(table, label=change.content["label"], tracked=change.content["tracked"])


def next_code(model: Model) -> int:
    """A number no table has yet."""
    return max(FIRST_CODE, *(table.code for table in model)) + 1
