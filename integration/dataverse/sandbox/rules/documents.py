"""Opportunities, quotes, orders and invoices as plain rows: numbers, customers, and lines that follow their header.
What the service calculates on them is not here."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from integration.dataverse.sandbox.model import Table
from integration.dataverse.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from integration.dataverse.sandbox.payload import Values
    from integration.dataverse.sandbox.write import Write

NUMBERS = {"quote": ("quotenumber", "QUO"), "salesorder": ("ordernumber", "ORD"), "invoice": ("invoicenumber", "INV")}
HEADERS = {
    "opportunityproduct": ("opportunity", "opportunityid", "opportunitystatecode"),
    "quotedetail": ("quote", "quoteid", "quotestatecode"),
    "salesorderdetail": ("salesorder", "salesorderid", "salesorderstatecode"),
    "invoicedetail": ("invoice", "invoiceid", "invoicestatecode"),
}


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
        _check_open(table, row.get("statecode"))


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
    if row.get("customerid") is not None:
        row["accountid"] = row["customerid"] if row["customeridtype"] == "account" else None
        row["contactid"] = row["customerid"] if row["customeridtype"] == "contact" else None


def keep_open(write: Write, table: Table, current: Values, values: Values) -> None:
    """Closing an opportunity has its own messages."""
    if values.get("statecode", current["statecode"]) != current["statecode"]:
        _check_open(table, values["statecode"])


def _check_open(table: Table, state: int | None) -> None:
    if table.name == "opportunity" and state:
        label, message = (("Won", "WinOpportunity"), ("Lost", "LoseOpportunity"))[state - 1]
        raise Refusal(
            400,
            "0x80100005",
            "This message can not be used to set the state of opportunity to "
            f"{label}. In order to set state of opportunity to {label}, use the {message} message instead.",
        )


def follow_header(write: Write, table: Table, rows: list[Values]) -> None:
    """A line takes owner, currency and state of its document."""
    header, lookup, state = HEADERS[table.name]
    for row in rows:
        found = write.one(header, row[lookup]) if row.get(lookup) else None
        if found is None:
            continue
        for name in ("ownerid", "owneridtype", "transactioncurrencyid"):
            row[name] = found[name]
        row[state] = found["statecode"]
