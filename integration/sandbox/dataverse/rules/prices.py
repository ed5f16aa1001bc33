"""Price lists and their lines: one price per list, product and unit, in the currency of the list."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.rules.products import FAMILY, RETIRED
from integration.sandbox.dataverse.rules.units import check_group
from integration.sandbox.dataverse.store.folding import folded
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

INACTIVE = 1
NEEDED = (("pricelevelid", "0x80043b12"), ("productid", "0x80043b11"), ("uomid", "0x80043b0d"))
AMOUNT = 1
TOO_MUCH = 100_000
"""The percentage from which on none is taken."""


def check_lists(write: Write, table: Table, rows: list[Values]) -> None:
    """A price list needs a name of its own; its currency is the base currency if none is named."""
    for row in rows:
        _check_name(write, row.get("name"), "")
        if row.get("transactioncurrencyid") is None:
            row["transactioncurrencyid"] = write.settings.base_currency
    if len({folded(row["name"]) for row in rows}) < len(rows):
        raise Refusal(400, "0x80043b0f", "A price list with the same name exists already.")


def check_list(write: Write, table: Table, current: Values, values: Values) -> None:
    if "name" in values:
        _check_name(write, values["name"], current["pricelevelid"])
    if values.get("statecode", current["statecode"]) != current["statecode"] and values["statecode"] == INACTIVE:
        _check_no_default(write, current["pricelevelid"])


def _check_no_default(write: Write, price_list: str) -> None:
    """The list a product takes its price from by default stays active."""
    if write.connection.execute("SELECT 1 FROM product WHERE pricelevelid = ?", (price_list,)).fetchone():
        raise Refusal(400, "0x80043b04", "A default price list of a product cannot be deactivated.")


def _check_name(write: Write, name: str | None, own: str) -> None:
    if not name:
        raise Refusal(400, "0x80043b0e", "The name of the price list is missing.")
    duplicate = write.connection.execute(
        "SELECT 1 FROM pricelevel WHERE folded(name) = ? AND pricelevelid <> ?", (folded(name), own)
    ).fetchone()
    if duplicate:
        raise Refusal(400, "0x80043b0f", "A price list with the same name exists already.")


def check_new_lines(write: Write, table: Table, rows: list[Values]) -> None:
    """A line needs list, product and unit; the rest follows from them."""
    for name, code in NEEDED:
        if any(row.get(name) is None for row in rows):
            raise Refusal(400, code, f"A price of a price list needs its '{name}'.")
    keys = set()
    for row in rows:
        keys.add((row["pricelevelid"], row["productid"], row["uomid"]))
        _complete(write, row)
        _check_method(write, row)
        _check_alone(write, row, "")
    if len(keys) < len(rows):
        raise _duplicate_price()


def check_line(write: Write, table: Table, current: Values, values: Values) -> None:
    """A line keeps the currency of its list; what else it says is checked as for a new one."""
    if values.get("transactioncurrencyid", current["transactioncurrencyid"]) != current["transactioncurrencyid"]:
        raise Refusal(400, "0x80048cea", "The currency of the price does not match the currency of the price list.")
    if not values.keys().isdisjoint(("productid", "pricingmethodcode", "percentage")):
        _check_method(write, {**current, **values})
    if not values.keys().isdisjoint(("productid", "uomid")):
        merged = {**current, **values}
        _complete(write, merged)
        _check_alone(write, merged, current["productpricelevelid"])
        for name in ("productnumber", "productidname", "uomscheduleid"):
            values[name] = merged[name]


def _complete(write: Write, row: Values) -> None:
    product = write.one("product", row["productid"])
    if product is None:
        raise refusals.missing("product", row["productid"])
    price_list = write.one("pricelevel", row["pricelevelid"])
    if price_list is None:
        raise refusals.missing("pricelevel", row["pricelevelid"])
    if product["statecode"] == RETIRED:
        raise Refusal(400, "0x80061009", "A retired product cannot be added to a price list.")
    if product["productstructure"] == FAMILY:
        raise Refusal(400, "0x8004f902", "A product family cannot be added to a price list.")
    check_group(write, row["uomid"], product["defaultuomscheduleid"])
    row["productnumber"], row["productidname"] = product["productnumber"], product["name"]
    row["uomscheduleid"] = product["defaultuomscheduleid"]
    row["transactioncurrencyid"] = price_list["transactioncurrencyid"]


def _check_method(write: Write, row: Values) -> None:
    """A price that is a share of what the product costs: below the limit, and in the currency of the product."""
    if row.get("percentage") is not None and Decimal(row["percentage"]) >= TOO_MUCH:
        raise Refusal(400, "0x80043b0c", f"The percentage must be zero or more and less than {TOO_MUCH}.")
    if row.get("pricingmethodcode") in (None, AMOUNT):
        return
    product = write.one("product", row["productid"]) or {}
    currency = product.get("transactioncurrencyid") or write.settings.base_currency
    if currency != row["transactioncurrencyid"]:
        raise Refusal(
            400, "0x80048cf9", "A price by percentage needs a price list in the same currency as the product."
        )


def _check_alone(write: Write, row: Values, own: str) -> None:
    duplicate = write.connection.execute(
        "SELECT 1 FROM productpricelevel WHERE pricelevelid = ? AND productid = ? AND uomid = ?"
        " AND productpricelevelid <> ?",
        (row["pricelevelid"], row["productid"], row["uomid"], own),
    ).fetchone()
    if duplicate:
        raise _duplicate_price()


def _duplicate_price() -> Refusal:
    return Refusal(400, "0x80043b08", "The price list already has a price for this product and this unit.")
