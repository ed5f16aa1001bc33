"""How amounts, prices and quantities of Business Central are written for people."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integration.business_central.amounts import rounded
from integration.systems.formats import current

PENNY = Decimal("0.01")


def money(amount: Any, step: Decimal = PENNY) -> str:
    """An amount with the decimals of its currency, thousands apart: ``1,234.50``, or as who looks has chosen; blank for
    none. ``step`` is the currency's smallest unit."""
    return current().number(_exact(amount, step))


def typed(amount: Any, step: Decimal = PENNY) -> str:
    """An amount as a spreadsheet holds it: ``1234.50``."""
    return _exact(amount, step).replace(",", "")


def _exact(amount: Any, step: Decimal) -> str:
    """``1,234.50``, whoever looks."""
    if amount is None or amount == "":
        return ""
    smallest = Decimal(step).normalize()
    places = max(0, -int(smallest.as_tuple().exponent))
    return f"{rounded(Decimal(amount), smallest):,.{places}f}"


def plain(number: Any) -> str:
    """A quantity, a price or per cent without the zeros behind it: ``2.5``, ``1,000``; blank for none."""
    if number is None or number == "":
        return ""
    return current().number(_shortest(number))


def _shortest(number: Any) -> str:
    whole, _, fraction = f"{Decimal(number):,f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def price(number: Any, step: Decimal = PENNY) -> str:
    """A price: the decimals of the currency, and more where it has more."""
    exact = Decimal(number)
    smallest = Decimal(step).normalize()
    return money(exact, smallest) if rounded(exact, smallest) == exact else plain(exact)
