"""Opportunities, quotes, orders and invoices as plain rows: numbers, customers, and lines that follow their header.
What they cost is in ``lines`` and ``totals``, when they may change in ``editing``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

NUMBERS = {"quote": ("quotenumber", "QUO"), "salesorder": ("ordernumber", "ORD"), "invoice": ("invoicenumber", "INV")}
HEADERS = {
    "opportunityproduct": ("opportunity", "opportunityid", "opportunitystatecode"),
    "quotedetail": ("quote", "quoteid", "quotestatecode"),
    "salesorderdetail": ("salesorder", "salesorderid", "salesorderstatecode"),
    "invoicedetail": ("invoice", "invoiceid", "invoicestatecode"),
}
LINES_OF = {header: (line, lookup) for line, (header, lookup, _) in HEADERS.items()}
REPEATED = ("ownerid", "owneridtype", "transactioncurrencyid")


def number(write: Write, table: Table, rows: list[Values]) -> None:
    """Documents without a number get one, with a part that nobody guesses."""
    if table.name not in NUMBERS:
        return
    column, prefix = NUMBERS[table.name]
    for count, row in enumerate(rows):
        if not row.get(column):
            row[column] = f"{prefix}-{write.versions(1) + count:05d}-{uuid.uuid4().hex[:6].upper()}"


def name_customers(write: Write, table: Table, rows: list[Values]) -> None:
    for row in rows:
        _follow_customer(table, row)


def name_customer(write: Write, table: Table, current: Values, values: Values) -> None:
    if not values.keys().isdisjoint(("customerid", "parentaccountid", "parentcontactid")):
        _follow_customer(table, values)


def _follow_customer(table: Table, row: Values) -> None:
    """An opportunity's customer is its account, otherwise its contact; other documents name it themselves."""
    if table.name == "opportunity" and row.get("customerid") is None:
        for kind in ("account", "contact"):
            if row.get(f"parent{kind}id") is not None:
                row["customerid"], row["customeridtype"] = row[f"parent{kind}id"], kind
                break
    if "customerid" in row:
        row["accountid"] = row["customerid"] if row["customeridtype"] == "account" else None
        row["contactid"] = row["customerid"] if row["customeridtype"] == "contact" else None


def follow_header(write: Write, table: Table, rows: list[Values]) -> None:
    """A line takes owner, currency and state of its document. A line of a document that does not exist is refused, one
    that names none is refused elsewhere."""
    header, lookup, state = HEADERS[table.name]
    for row in rows:
        if row.get(lookup) is None:
            if header == "opportunity":
                raise Refusal(400, "0x80043b15", "The opportunity of the line is missing: 'opportunityid'.")
            continue
        found = write.one(header, row[lookup])
        if found is None:
            raise refusals.missing(header, row[lookup])
        for name in REPEATED:
            row[name] = found[name]
        row[state] = found["statecode"]
        if f"{header}ispricelocked" in table.columns:
            row[f"{header}ispricelocked"] = found["ispricelocked"]


def lead_lines(write: Write, table: Table, present: Mapping[str, Values], changes: Mapping[str, Values]) -> None:
    """What lines repeat of their document changes with it."""
    line, lookup = LINES_OF[table.name]
    _, _, state = HEADERS[line]
    shown = {name: name for name in REPEATED} | {"statecode": state, "ispricelocked": f"{table.name}ispricelocked"}
    columns = write.model[line].columns
    for row, values in changes.items():
        follow = {shown[name]: values[name] for name in values.keys() & shown.keys() if shown[name] in columns}
        if any(values[name] != present[row][name] for name in values.keys() & shown.keys()):
            assigned = ", ".join(f'"{name}" = ?' for name in follow)
            write.connection.execute(
                f'UPDATE "{line}" SET {assigned} WHERE "{lookup}" = ?',  # noqa: S608 - names of the model
                [*follow.values(), row],
            )
