# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""What a deletion takes along, what it is refused for, and what it merely disconnects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.rules.trade.documents import HEADERS, LINES_OF
from integration.sandbox.dataverse.store.model import Column, Table

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

CASCADING = {
    ("contact", "parentcustomerid"),
    ("annotation", "objectid"),
    ("post", "regardingobjectid"),
    ("uom", "uomscheduleid"),
    ("productpricelevel", "pricelevelid"),
    ("productpricelevel", "productid"),
    ("opportunity", "customerid"),
    ("quote", "customerid"),
    ("opportunityproduct", "opportunityid"),
    ("opportunityclose", "opportunityid"),
    ("quoteclose", "quoteid"),
    ("orderclose", "salesorderid"),
    ("quotedetail", "quoteid"),
    ("salesorderdetail", "salesorderid"),
    ("invoicedetail", "invoiceid"),
    ("role", "businessunitid"),
    ("role", "parentrootroleid"),
}
RESTRICTED = {
    ("sdkmessageprocessingstep", "eventhandler"),
    ("salesorder", "customerid"),
    ("invoice", "customerid"),
    ("product", "defaultuomid"),
    ("product", "defaultuomscheduleid"),
    ("product", "parentproductid"),
    ("productpricelevel", "uomid"),
    ("uom", "baseuom"),
    ("opportunity", "pricelevelid"),
    ("quote", "pricelevelid"),
    ("salesorder", "pricelevelid"),
    ("invoice", "pricelevelid"),
    *(
        (line, name)
        for line in ("opportunityproduct", "quotedetail", "salesorderdetail", "invoicedetail")
        for name in ("productid", "uomid")
    ),
}
ALWAYS_RESTRICTED = frozenset({"systemuser", "team", "businessunit", "organization", "transactioncurrency"})
REPEATED = {("contact", "accountid"), ("contact", "parentcontactid")}
"""Columns that repeat another lookup: they go with it."""


def cascade(write: Write, table: Table, current: Values) -> None:
    """Follow every lookup that points to the row: refuse first, then delete or disconnect. The rows that join it with
    others go along. Raises 0x80040227."""
    pointing = list(write.model.referencing(table.name))
    for column in pointing:
        place = (column.table, column.name)
        restricted = place in RESTRICTED or (table.name in ALWAYS_RESTRICTED and place not in CASCADING)
        if restricted and _pointing(write, column, table.name, current[table.id], 1):
            raise refusals.in_use(
                f"The {table.label} With Id = {current[table.id]} cannot be deleted because it is associated with "
                f"another record ({column.table})."
            )
    for column in pointing:
        if (column.table, column.name) not in REPEATED:
            _release(write, column, table.name, current[table.id])
    for collection in table.collections.values():
        if collection.between:
            write.connection.execute(
                f'DELETE FROM "{collection.between}" WHERE "{collection.near}" = ?', (current[table.id],)
            )


def _release(write: Write, column: Column, target: str, row: str) -> None:
    holder = write.model[column.table]
    for holding in _pointing(write, column, target, row, -1):
        if holding in write.leaving or write.one(holder.name, holding) is None:
            continue  # goes already, or went with an earlier one
        if (column.table, column.name) in CASCADING:
            _remove(write, holder, holding)
        else:
            emptied: Values = {column.name: None}
            if column.type_column:
                emptied[column.type_column] = None
            _disconnect(write, holder, holding, emptied)


def _disconnect(write: Write, holder: Table, row: str, emptied: Values) -> None:
    """A document that is read-only forgets what it came from all the same."""
    if holder.name in HEADERS or holder.name in LINES_OF:
        write.store(holder, write.rows(holder.name, [row]), {row: emptied})
    else:
        write.update(holder, {row: emptied})


def _remove(write: Write, holder: Table, row: str) -> None:
    """Units go with their group though a base unit cannot go alone."""
    if holder.name == "uom":
        write.connection.execute("UPDATE uom SET isschedulebaseuom = 0 WHERE uomid = ?", (row,))
        write.connection.execute("UPDATE uom SET baseuom = NULL WHERE baseuom = ?", (row,))
    write.delete(holder, row)


def _pointing(write: Write, column: Column, target: str, row: str, limit: int) -> list[str]:
    key = write.model[column.table].id
    kind = f' AND "{column.type_column}" = ?' if column.type_column else ""
    arguments = [row, *([target] if kind else []), limit]
    found = write.connection.execute(
        f'SELECT "{key}" FROM "{column.table}" WHERE "{column.name}" = ?{kind} LIMIT ?', arguments
    )
    return [holding for (holding,) in found]
