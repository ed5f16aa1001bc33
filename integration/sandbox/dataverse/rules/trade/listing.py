"""The price of a product in a price list: an amount, or a share of its list price or cost, rounded as the line of the
list says."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.store.values import EXACT, MONEY_SCALE

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

MISSING_LIST, INACTIVE_LIST, NOT_IN_LIST, MISSING_AMOUNT, MISSING_PERCENTAGE = 2, 3, 11, 12, 13
INVALID_PERCENTAGE, INVALID_ROUNDING_AMOUNT, WRONG_CURRENCY = 18, 24, 34
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
ROUNDINGS = {2: ROUND_CEILING, 3: ROUND_FLOOR, 4: ROUND_HALF_UP}
ENDS_IN = 1
WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Price:
    """A price for one unit, or why there is none (a value of ``pricingerrorcode``)."""

    amount: Decimal | None
    error: int = 0


def listed(write: Write, header: Values, line: Values) -> Price:
    """The price of the line's product and unit in the document's price list."""
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
        "SELECT pricingmethodcode, amount, percentage, roundingpolicycode, roundingoptioncode, roundingoptionamount"
        " FROM productpricelevel WHERE pricelevelid = ? AND productid = ? AND uomid = ?",
        (header["pricelevelid"], line["productid"], line["uomid"]),
    ).fetchone()
    if found is None:
        return Price(None, NOT_IN_LIST)
    method, amount, percentage, *rounding = found
    if method == AMOUNT:
        return Price(None, MISSING_AMOUNT) if amount is None else Price(Decimal(amount).scaleb(-4))
    price = _by_percentage(write, header, line["productid"], method, percentage)
    return price if price.amount is None else _rounded(price.amount, *rounding)


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
    share = Decimal(percentage) / 100
    if method in MARGINS and share >= 1:
        return Price(None, INVALID_PERCENTAGE)
    factor = 1 + share if method in MARKUPS else 1 / (1 - share) if method in MARGINS else share
    currency = write.currency(header["transactioncurrencyid"])
    return Price(EXACT.multiply(Decimal(start) / MONEY_SCALE * factor, currency.rate))


def _rounded(price: Decimal, policy: int | None, option: int | None, kept: int | None) -> Price:
    """Up, down or to the nearest: a multiple of the rounding amount, or a price that ends in it."""
    if policy not in ROUNDINGS:
        return Price(price)
    step = Decimal(kept or 0).scaleb(-4)
    if step <= 0:
        return Price(None, INVALID_ROUNDING_AMOUNT)
    mode = ROUNDINGS[policy]
    if option != ENDS_IN:
        return Price((price / step).quantize(WHOLE, mode, EXACT) * step)
    span = Decimal(10) ** len(str(step.quantize(WHOLE, ROUND_DOWN, EXACT))) if step >= 1 else Decimal(1)
    multiples = ((price - step) / span).quantize(WHOLE, mode, EXACT)
    return Price(max(multiples, Decimal(0)) * span + step)
