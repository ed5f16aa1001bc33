# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""Alternate keys: read from an address, looked up in a table, kept unique by an index."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.folding import folded_value
from integration.sandbox.dataverse.store.model import TEXTS, WHOLE, Column, Key, Table
from integration.sandbox.dataverse.store.values import guid, parsed, reader

PART = re.compile(r"\s*(\w+)\s*=\s*(?:'((?:[^']|'')*)'|([^',]+?))\s*(?:,|$)")
KEY_TYPES = frozenset({"Decimal", "Integer", "String", "DateTime", "Lookup", "Picklist"})
MOST_KEYS = 10
MOST_COLUMNS = 16


def read_key(table: Table, key: str) -> str | dict[str, Any]:
    """What stands between the parentheses of an address: an id, or the values of an alternate key by column.
    Raises :class:`Refusal`."""
    found = guid(key.removeprefix(f"{table.id}="))
    if found is not None:
        return found
    if "=" not in key:
        raise refusals.odata(f"Unrecognized 'Edm.Guid' literal '{key}' in the key of '{table.set}'.")
    parts = _parts(table, key)
    values = {column.name: _value(table, column, *text) for column, text in parts}
    if not any(one.active and set(one.columns) == set(values) for one in table.keys.values()):
        raise refusals.unknown_key(table.name)
    return values


def _parts(table: Table, key: str) -> list[tuple[Column, tuple[str, bool]]]:
    """Column, text and whether it stood in quotes."""
    parts: list[tuple[Column, tuple[str, bool]]] = []
    at = 0
    while at < len(key) or key.rstrip().endswith(","):
        found = PART.match(key, at)
        column = table.properties.get(found[1]) if found else None
        if found is None or column is None or column in (known for known, _ in parts):
            raise refusals.unknown_key(table.name)
        quoted = found[2] is not None
        parts.append((column, (found[2].replace("''", "'") if quoted else found[3], quoted)))
        at = found.end()
    return parts


def _value(table: Table, column: Column, text: str, quoted: bool) -> Any:
    """The text as the column keeps it."""
    if quoted != (column.type in TEXTS):
        raise refusals.odata(f"Unrecognized literal '{text}' for the key property '{column.name}'.")
    if column.is_lookup:
        found = guid(text)
        if found is None:
            raise refusals.odata(f"Unrecognized 'Edm.Guid' literal '{text}' for the key property '{column.name}'.")
        return found
    if column.type == "DateTime" and parsed(text) is None:
        raise refusals.odata(f"Unrecognized literal '{text}' for the key property '{column.name}'.")
    if column.type not in WHOLE and column.type != "Decimal":
        return reader(column, table.set)(text)
    try:
        return reader(column, table.set)(int(text) if column.type in WHOLE else Decimal(text))
    except (ValueError, InvalidOperation) as error:
        raise refusals.odata(f"Unrecognized literal '{text}' for the key property '{column.name}'.") from error


def finder(connect: Callable[[], sqlite3.Connection]) -> Callable[[Table, Mapping[str, Any]], str | None]:
    """The function that finds a row by the values of a key. It sees what the caller's own transaction has written."""

    def find(table: Table, values: Mapping[str, Any]) -> str | None:
        condition = " AND ".join(f"{_compared(table.columns[name])} = ?" for name in values)
        wanted = [folded_value(value) if table.columns[name].type in TEXTS else value for name, value in values.items()]
        query = f'SELECT "{table.id}" FROM "{table.name}" WHERE {condition}'
        found = connect().execute(query, wanted).fetchone()
        return str(found[0]) if found else None

    return find


def check_key(table: Table, key: Key) -> None:
    """Is this a key the service would define? Raises :class:`Refusal`."""
    if not key.columns or len(key.columns) > MOST_COLUMNS or len(table.keys) >= MOST_KEYS:
        raise refusals.invalid(
            f"A table has at most {MOST_KEYS} keys, and a key at least one and at most {MOST_COLUMNS} columns."
        )
    if key.name in table.keys or any(set(one.columns) == set(key.columns) for one in table.keys.values()):
        raise refusals.invalid(f"An alternate key {key.name} or one with the same columns exists already.")
    for name in key.columns:
        if name not in table.columns or table.columns[name].type not in KEY_TYPES:
            raise refusals.invalid(f"The column '{name}' of '{table.name}' cannot be part of a key.")


def build_index(connection: sqlite3.Connection, table: Table, key: Key) -> bool:
    """Make the index that keeps the key unique; ``False`` where rows are alike already."""
    columns = ", ".join(_compared(table.columns[name]) for name in key.columns)
    try:
        connection.execute(f'CREATE UNIQUE INDEX "{index_name(table, key)}" ON "{table.name}" ({columns})')
    except sqlite3.IntegrityError:
        return False
    return True


def index_name(table: Table, key: Key) -> str:
    return f"key {table.name} {key.name}"


def _compared(column: Column) -> str:
    """The column as it is compared: text by its folded form."""
    return f'folded("{column.name}")' if column.type in TEXTS else f'"{column.name}"'
