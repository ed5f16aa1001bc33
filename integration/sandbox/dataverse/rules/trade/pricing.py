"""What one line of a document costs.

The price of a product comes from the price list of the document, unless the line says that it is overridden or the
document's prices are locked; what is written in has the price it is given. From there it is arithmetic::

    base amount     = (price - volume discount) x quantity
    extended amount = base amount - manual discount + tax

The manual discount is for the line or for each of its units, as the organization is set up. What stands in the way of
a price is found in ``pricingerrorcode``.

All this is left out where an integration brings its own amounts (sales order integration).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.rules.money import places_of
from integration.sandbox.dataverse.rules.trade.listing import Price, listed
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.values import EXACT

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

DETAIL_ERROR, MISSING_QUANTITY, MISSING_UNIT_PRICE, MISSING_PRODUCT = 1, 4, 5, 6
HUNDRED = Decimal(100)
GIVEN = ("volumediscountamount", "manualdiscountamount", "tax")
"""Amounts of a line that count as they are kept: rounded."""
INTEGRATED = frozenset({"salesorder", "salesorderdetail", "invoice", "invoicedetail"})
NOT_ON_CREATE, NOT_ON_UPDATE = frozenset({1, 3}), frozenset({2, 3})


def calculates(write: Write, table: Table, creating: bool, *rows: Values) -> bool:
    """Does the organization work out the amounts of a document or line, or keep what it is given?"""
    if keeps_amounts(write, table):
        return False
    skipping = NOT_ON_CREATE if creating else NOT_ON_UPDATE
    return write.settings.system_pricing and all(row.get("skippricecalculation") not in skipping for row in rows)


def keeps_amounts(write: Write, table: Table) -> bool:
    """With sales order integration, the amounts of orders and invoices are those that an integration user writes.
    Quotes and opportunities are always worked out."""
    return write.settings.order_integration and write.by_integration and table.name in INTEGRATED


def figures(write: Write, table: Table, header: Values, line: Values, kept: bool = False) -> Values:
    """Price, amounts and error of a line (amounts as decimals). ``kept``: the price it has stays."""
    currency = write.currency(header["transactioncurrencyid"])
    price = unit_price(write, header, line, kept)
    amount = price.amount
    if amount is not None:
        amount = rounded(amount, places_of(write, table.columns["priceperunit"], currency))
    quantity = Decimal(line.get("quantity") or 0)
    volume, manual, tax = (
        rounded(line.get(name) or Decimal(0), places_of(write, table.columns[name], currency)) for name in GIVEN
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


def rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-min(places, 4)), ROUND_HALF_UP, EXACT)
