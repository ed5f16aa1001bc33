"""Rows of people belong to somebody: the owner given, otherwise whoever writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.sandbox.dataverse.store.model import Table

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write


def give(write: Write, table: Table, rows: list[Values]) -> None:
    """Complete the owner columns of new rows."""
    if not table.has("ownerid"):
        return
    for row in rows:
        if row.get("ownerid") is None:
            row["ownerid"], row["owneridtype"] = write.user, "systemuser"
        _spread(write, table, row)


def change(write: Write, table: Table, current: Values, values: Values) -> None:
    """An assignment moves the row to the new owner's business unit."""
    if values.get("ownerid") is not None:
        _spread(write, table, values)


def _spread(write: Write, table: Table, row: Values) -> None:
    owner = write.owner(row["ownerid"], row["owneridtype"])
    row["owninguser"] = row["ownerid"] if owner.kind == "systemuser" else None
    row["owningteam"] = row["ownerid"] if owner.kind == "team" else None
    row["owningbusinessunit"] = owner.business_unit
