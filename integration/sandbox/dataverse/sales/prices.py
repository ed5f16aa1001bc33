"""Locking the prices of orders and invoices, and working prices out on demand."""

from __future__ import annotations

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.rules.money import exact
from integration.sandbox.dataverse.rules.trade.documents import LINES_OF
from integration.sandbox.dataverse.rules.trade.editing import EDITABLE, read_only
from integration.sandbox.dataverse.rules.trade.totals import price_again, renew
from integration.sandbox.dataverse.sales.closing import move
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.refusal import Refusal


def lock(write: Write, name: str, row: str, locked: bool) -> None:
    """Keep the prices of an order or invoice as they are, or let them follow the price list again."""
    current = write.one(name, row)
    if current is None:
        raise refusals.missing(name, row)
    if current["statecode"] != EDITABLE:
        raise read_only()
    if bool(current["ispricelocked"]) == locked:
        code, word = ("0x80043b1d", "locked") if locked else ("0x80043b1e", "unlocked")
        raise Refusal(400, code, f"The prices of this record are {word} already.")
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
