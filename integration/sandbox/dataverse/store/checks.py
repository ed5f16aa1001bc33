"""What is checked around every write: versions, required columns, and what a broken index means."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.keys import index_name
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.presets import presets
from integration.sandbox.shell.refusal import Refusal


def violation(table: Table, error: sqlite3.IntegrityError, bulk: bool) -> Refusal:
    """What a row that is there twice is refused with: an alternate key by its name, otherwise the primary key."""
    index = str(error).rpartition("index '")[2].rstrip("'")
    columns = {part.rpartition(".")[2] for part in str(error).rpartition(": ")[2].split(", ")}
    for key in table.keys.values():
        if set(key.columns) == columns or index_name(table, key) == index:
            return refusals.key_violated(key.name, key.columns)
    return refusals.duplicate_in_bulk() if bulk else refusals.duplicate()


def check_version(version: int, etag: str) -> None:
    if etag != f'W/"{version}"':
        raise refusals.stale()


def check_required(table: Table, rows: Sequence[Values]) -> None:
    """Columns the system itself needs, as far as a client may give them."""
    preset = presets(table)
    needed = [c.name for c in table.columns.values() if c.required == 2 and c.creatable and c.name not in preset]
    for name in needed:
        for row in rows:
            if row.get(name) is None:
                raise refusals.invalid(f"Attribute: {name} of {table.name} cannot be NULL.")


def check_kept(table: Table, rows: Iterable[Values]) -> None:
    """A column the system needs cannot be emptied."""
    for row in rows:
        for name, value in row.items():
            if value is None and table.columns[name].required == 2:
                raise refusals.invalid(f"Attribute: {name} of {table.name} cannot be set to NULL.")
