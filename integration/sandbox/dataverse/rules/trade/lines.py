"""The lines of documents: each belongs to a document that may be changed, names a product or describes one, and gets
its price and amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.rules.money import exact
from integration.sandbox.dataverse.rules.products import ACTIVE, UNDER_REVISION
from integration.sandbox.dataverse.rules.trade.documents import HEADERS, follow_header
from integration.sandbox.dataverse.rules.trade.editing import EDITABLE, read_only
from integration.sandbox.dataverse.rules.trade.pricing import calculates, figures
from integration.sandbox.dataverse.rules.units import check_group
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

NAMING = frozenset({"productid", "uomid", "productdescription", "quantity"})
DECIDING = NAMING | {
    "priceperunit",
    "ispriceoverridden",
    "manualdiscountamount",
    "volumediscountamount",
    "tax",
    "baseamount",
    "extendedamount",
    "pricingerrorcode",
}


def complete(write: Write, table: Table, rows: list[Values]) -> None:
    """New lines: checked, numbered, named and priced."""
    _place(write, table, rows)
    headers = {row.get(HEADERS[table.name][1]): _header(write, table, row) for row in rows}
    for row in rows:
        header = headers[row.get(HEADERS[table.name][1])]
        if header is None:
            continue  # the missing document is refused elsewhere
        _name(row, _product(write, row))
        if calculates(write, table, True, header, row):
            copied = row[HEADERS[table.name][1]] in write.copied
            row.update(figures(write, table, header, {"quantity": "1", **row}, copied))


def change(write: Write, table: Table, current: Values, values: Values) -> None:
    """Lines that change: checked where they name something else, priced again where that decides the price."""
    line = {**exact(table, current), **values}
    header = _header(write, table, current)
    if HEADERS[table.name][1] in values:  # to another document
        follow_header(write, table, [values])
        header = _header(write, table, line)
    if header is None:
        return
    if not NAMING.isdisjoint(values):
        product = _product(write, line)
        if "productid" in values:
            _name(values, product)
    if not DECIDING.isdisjoint(values) and calculates(write, table, False, header, line):
        kept = bool(header.get("ispricelocked")) and NAMING.isdisjoint(values.keys() - {"quantity"})
        values.update(figures(write, table, header, line, kept))


def check_leaving(write: Write, table: Table, current: Values) -> None:
    _header(write, table, current)


def _header(write: Write, table: Table, line: Values) -> Values | None:
    """The document, which must be one that may be changed, unless all of it goes. Amounts are decimals."""
    name, lookup, _ = HEADERS[table.name]
    if line.get(lookup) is None:
        return None
    found = write.one(name, line[lookup])
    if found is None:
        return None
    if found["statecode"] != EDITABLE and line[lookup] not in write.leaving:
        raise read_only()
    return exact(write.model[name], found)


def _product(write: Write, line: Values) -> Values | None:
    """The product of the line, one that can be sold in this unit and quantity."""
    if line.get("productdescription"):
        if line.get("productid"):
            raise Refusal(400, "0x80043afb", "A line cannot have both a product and a product description.")
        if line.get("uomid"):
            raise Refusal(400, "0x80043afa", "A line cannot have both a unit and a product description.")
    if line.get("productid") is None:
        return None
    product = write.one("product", line["productid"])
    if product is None:
        raise refusals.missing("product", line["productid"])
    if product["statecode"] not in (ACTIVE, UNDER_REVISION):
        raise Refusal(400, "0x8004f908", "You can only add Active products.")
    if line.get("uomid") is None:
        raise Refusal(400, "0x80043b0d", "The unit of the product is missing: 'uomid'.")
    check_group(write, line["uomid"], product["defaultuomscheduleid"])
    _check_decimals(line.get("quantity"), product["quantitydecimal"] or 0)
    return product


def _check_decimals(quantity: str | None, allowed: int) -> None:
    if quantity is not None and -int(Decimal(quantity).normalize().as_tuple().exponent) > allowed:
        raise Refusal(400, "0x80043b07", f"The quantity has more than the {allowed} decimals the product allows.")


def _name(line: Values, product: Values | None) -> None:
    line["isproductoverridden"] = int(product is None)
    if product is not None and not line.get("productname"):
        line["productname"] = product["name"]


def _place(write: Write, table: Table, rows: list[Values]) -> None:
    """Lines are numbered in the order they come."""
    lookup = HEADERS[table.name][1]
    last: dict[str | None, int] = {}
    for row in rows:
        document = row.get(lookup)
        if document not in last:
            (last[document],) = write.connection.execute(
                f"SELECT COALESCE(MAX(lineitemnumber), 0) FROM {table.name} WHERE {lookup} = ?",  # noqa: S608
                (document,),
            ).fetchone()
        if row.get("lineitemnumber") is None:
            row["lineitemnumber"] = last[document] + 1
        last[document] = max(last[document], row["lineitemnumber"])
