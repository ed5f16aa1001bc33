"""What one line of a document costs.

The price of a product comes from the price list of the document, unless the line says that it is overridden or the
document's prices are locked; what is written in has the price it is given. From there it is arithmetic::

    base amount     = (price - volume discount) x quantity
    extended amount = base amount - manual discount + tax

The manual discount is for the line or for each of its units, as the organization is set up. What stands in the way of
a price is told in ``pricingerrorcode``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from integration.dataverse.sandbox.model import Table
from integration.dataverse.sandbox.rules.money import places_of
from integration.dataverse.sandbox.values import EXACT, MONEY_SCALE

if TYPE_CHECKING:
    from integration.dataverse.sandbox.payload import Values
    from integration.dataverse.sandbox.write import Currency, Write

DETAIL_ERROR, MISSING_LIST, INACTIVE_LIST, MISSING_QUANTITY, MISSING_UNIT_PRICE, MISSING_PRODUCT = 1, 2, 3, 4, 5, 6
NOT_IN_LIST, MISSING_AMOUNT, MISSING_PERCENTAGE, INVALID_PERCENTAGE, WRONG_CURRENCY = 11, 12, 13, 18, 34
HUNDRED = Decimal(100)
AMOUNT = 1
BASES = {
    2: ("price", 14),
    3: ("currentcost", 15),
    4: ("currentcost", 15),
    5: ("standardcost", 16),
    6: ("standardcost", 16),
}
"""Pricing method -> the product's column it starts from, and the error where that is empty."""
MARKUPS, MARGINS = (3, 5), (4, 6)
NOT_ON_CREATE, NOT_ON_UPDATE = frozenset({1, 3}), frozenset({2, 3})


@dataclass(frozen=True, slots=True)
class Price:
    """A price for one unit, or why there is none."""

    amount: Decimal | None
    error: int = 0


def calculates(write: Write, creating: bool, *rows: Values) -> bool:
    """Does the organization work out the amounts, or keep what it is given?"""
    skipping = NOT_ON_CREATE if creating else NOT_ON_UPDATE
    return write.settings.system_pricing and all(row.get("skippricecalculation") not in skipping for row in rows)


def figures(write: Write, table: Table, header: Values, line: Values, kept: bool = False) -> Values:
    """Price, amounts and error of a line (amounts as decimals). ``kept``: the price it has stays."""
    currency = write.currency(header["transactioncurrencyid"])
    price = unit_price(write, header, line, kept)
    amount = price.amount
    if amount is not None:
        amount = rounded(amount, places_of(write, table.columns["priceperunit"], currency))
    quantity = Decimal(line.get("quantity") or 0)
    volume, manual, tax = (
        line.get(name) or Decimal(0) for name in ("volumediscountamount", "manualdiscountamount", "tax")
    )
    base = rounded(((amount or Decimal(0)) - volume) * quantity, currency.precision)
    discount = manual * quantity if write.settings.discount_per_unit else manual
    error = price.error or (MISSING_QUANTITY if line.get("quantity") is None else 0)
    return {
        "priceperunit": amount,
        "baseamount": base,
        "extendedamount": rounded(base - discount + tax, currency.precision),
        "pricingerrorcode": error,
    }


def unit_price(write: Write, header: Values, line: Values, kept: bool) -> Price:
    """The price of one unit of what the line is about."""
    given = line.get("priceperunit")
    if line.get("productid") is None:
        missing = MISSING_UNIT_PRICE if given is None else 0
        return Price(given, missing if line.get("productdescription") else MISSING_PRODUCT)
    if line.get("ispriceoverridden"):
        return Price(given, MISSING_UNIT_PRICE if given is None else 0)
    if kept and given is not None:
        return Price(given)
    found = listed(write, header, line)
    return found if found.error == 0 else Price(given, found.error)


def listed(write: Write, header: Values, line: Values) -> Price:
    """The price in the document's price list."""
    if header.get("pricelevelid") is None:
        return Price(None, MISSING_LIST)
    state, currency = write.connection.execute(
        "SELECT statecode, transactioncurrencyid FROM pricelevel WHERE pricelevelid = ?", (header["pricelevelid"],)
    ).fetchone()
    if state != 0:
        return Price(None, INACTIVE_LIST)
    if currency != header["transactioncurrencyid"]:
        return Price(None, WRONG_CURRENCY)
    found = write.connection.execute(
        "SELECT pricingmethodcode, amount, percentage FROM productpricelevel"
        " WHERE pricelevelid = ? AND productid = ? AND uomid = ?",
        (header["pricelevelid"], line["productid"], line["uomid"]),
    ).fetchone()
    if found is None:
        return Price(None, NOT_IN_LIST)
    method, amount, percentage = found
    if method == AMOUNT:
        return Price(None, MISSING_AMOUNT) if amount is None else Price(Decimal(amount).scaleb(-4))
    return _by_percentage(write, header, line["productid"], method, percentage)


def _by_percentage(write: Write, header: Values, product: str, method: int, percentage: str | None) -> Price:
    """A price that follows the product's list price or cost, which is converted from the base currency."""
    if percentage is None:
        return Price(None, MISSING_PERCENTAGE)
    column, missing = BASES[method]
    (start,) = write.connection.execute(
        f"SELECT {column}_base FROM product WHERE productid = ?",  # noqa: S608 - a name of the table above
        (product,),
    ).fetchone()
    if start is None:
        return Price(None, missing)
    share = Decimal(percentage) / HUNDRED
    if method in MARGINS and share >= 1:
        return Price(None, INVALID_PERCENTAGE)
    factor = 1 + share if method in MARKUPS else 1 / (1 - share) if method in MARGINS else share
    currency: Currency = write.currency(header["transactioncurrencyid"])
    return Price(EXACT.multiply(Decimal(start) / MONEY_SCALE * factor, currency.rate))


def rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-min(places, 4)), ROUND_HALF_UP, EXACT)
