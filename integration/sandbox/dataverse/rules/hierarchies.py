"""Rows that stand below another row of their own table: none stands below itself, at whatever distance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

PARENTS = {
    "account": ("parentaccountid", "0x80040507", "accounts"),
    "contact": ("parentcontactid", "0x8004050a", "contacts"),
    "businessunit": ("parentbusinessunitid", "0x80041d21", "business units"),
    "systemuser": ("parentsystemuserid", "0x80041d25", "managers"),
    "uom": ("baseuom", "0x80043b1a", "units"),
    "product": ("parentproductid", "0x80040387", "products"),
}
"""Table -> the column that names the row above, and what a loop is refused with."""


def check_new(write: Write, table: Table, rows: list[Values]) -> None:
    """New rows may name themselves, or each other."""
    column = PARENTS[table.name][0]
    _check(write, table, [row[table.id] for row in rows if row.get(column) is not None])


def check_changed(write: Write, table: Table, present: Mapping[str, Values], changes: Mapping[str, Values]) -> None:
    """Asked when all rows of a message are written: together they may close a loop that none of them closes alone."""
    column = PARENTS[table.name][0]
    _check(write, table, [row for row, values in changes.items() if values.get(column) is not None])


def _check(write: Write, table: Table, rows: Iterable[str]) -> None:
    column, code, word = PARENTS[table.name]
    for row in rows:
        found = write.connection.execute(
            f"WITH RECURSIVE above(row) AS (SELECT {column} FROM {table.name} WHERE {table.id} = ?1 UNION "  # noqa: S608
            f"SELECT t.{column} FROM {table.name} t JOIN above ON t.{table.id} = above.row) "
            "SELECT 1 FROM above WHERE row = ?1",
            (row,),
        ).fetchone()
        if found:
            raise Refusal(400, code, f"This parental association would create a loop in the hierarchy of {word}.")
