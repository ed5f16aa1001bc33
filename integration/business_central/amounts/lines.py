"""One line of a document: its gross amount, its discount as an amount and as per cent, its line amount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from integration.business_central.amounts.rounding import (
    HUNDRED,
    ONE,
    PERCENT_STEP,
    PRICE_STEP,
    ZERO,
    exact,
    rounded,
)


class DiscountOutOfRange(ValueError):
    """A discount that is not between 0 and 100% of what it is given on."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is entered. ``quantity`` in its unit, ``unit_price`` for one unit, ``line_discount`` for the whole
    line, both in the currency of the document, with or without VAT as the document says. ``vat_percent``: 20 is 20%.
    Lines with the same ``vat_identifier`` and ``vat_percent`` are one VAT group. ``fixed_discount``: the share in the
    invoice discount of a line whose invoices have taken theirs already; ``None``: it gets one."""

    quantity: Decimal
    unit_price: Decimal
    line_discount: Decimal = ZERO
    vat_identifier: str = ""
    vat_percent: Decimal = ZERO
    allow_invoice_discount: bool = True
    fixed_discount: Decimal | None = None


@exact
def gross_amount(quantity: Decimal, unit_price: Decimal, step: Decimal) -> Decimal:
    """Quantity times price, in the currency of the price, rounded to its ``step``."""
    return rounded(quantity * unit_price, step)


@exact
def line_amount(line: Line, step: Decimal) -> Decimal:
    """The gross amount less the line discount. Raises :class:`DiscountOutOfRange`."""
    gross = gross_amount(line.quantity, line.unit_price, step)
    check_line_discount(gross, line.line_discount)
    return gross - line.line_discount


def check_line_discount(gross: Decimal, discount: Decimal) -> None:
    """Raise :class:`DiscountOutOfRange` where a line discount is below 0 or above the gross amount. A line with a
    negative quantity has a negative gross amount and a negative discount; a gross amount of 0 has no discount."""
    if not min(gross, ZERO) <= discount <= max(gross, ZERO):
        raise DiscountOutOfRange(f"A line discount of {discount} is not between 0 and 100% of {gross}.")


def discount_percent(gross: Decimal, discount: Decimal) -> Decimal:
    """The line discount in per cent of the gross amount, with five decimals; 0 where there is nothing to discount.
    Raises :class:`DiscountOutOfRange`."""
    check_line_discount(gross, discount)
    if not gross:
        return ZERO
    return rounded(discount / gross * HUNDRED, PERCENT_STEP)


@exact
def discount_amount(gross: Decimal, percent: Decimal, step: Decimal) -> Decimal:
    """The line discount that a percentage (0 to 100) makes of the gross amount, in its currency, rounded to ``step``.
    Raises :class:`DiscountOutOfRange`."""
    if not ZERO <= percent <= HUNDRED:
        raise DiscountOutOfRange(f"A line discount of {percent}% is not between 0 and 100%.")
    return rounded(gross * percent / HUNDRED, step)


def price_without_vat(price: Decimal, vat_percent: Decimal) -> Decimal:
    """The unit price without VAT of one that includes it, with five decimals."""
    return rounded(price / (ONE + vat_percent / HUNDRED), PRICE_STEP)
