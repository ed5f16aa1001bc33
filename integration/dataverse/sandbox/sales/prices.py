"""Locking the prices of orders and invoices, and working prices out on demand."""

from __future__ import annotations

from integration.dataverse.sandbox import refusals
from integration.dataverse.sandbox.rules.documents import LINES_OF
from integration.dataverse.sandbox.rules.editing import EDITABLE, read_only
from integration.dataverse.sandbox.rules.money import exact
from integration.dataverse.sandbox.rules.totals import price_again, renew
from integration.dataverse.sandbox.sales.closing import move
from integration.dataverse.sandbox.write import Write


def lock(write: Write, name: str, row: str, locked: bool) -> None:
    """Keep the prices of an order or invoice as they are, or let them follow the price list again."""
    current = write.one(name, row)
    if current is None:
        raise refusals.missing(name, row)
    if current["statecode"] != EDITABLE:
        raise read_only()
    move(write, write.model[name], current, {"ispricelocked": int(locked)})


def recalculate(write: Write, name: str, row: str) -> None:
    """Take today's prices of the price list and sum up again."""
    table = write.model[name]
    current = write.one(name, row)
    if current is None:
        raise refusals.missing(name, row)
    if current["statecode"] != EDITABLE:
        raise read_only()
    price_again(write, table, exact(table, current))
    renew(write, write.model[LINES_OF[name][0]], [row])
