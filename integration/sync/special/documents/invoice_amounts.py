"""What the lines of a posted invoice say in Sales, so that its totals are those of the paper to the cent. Pure.

Sales works an invoice out from its lines::

    base          = (price - volume discount) x quantity         rounded to the currency
    extended      = base - manual discount + tax
    less freight  = sum of (extended - tax) - invoice discount
    total         = less freight + freight + sum of taxes

Where it leaves the amounts to us, each line has the amounts of the paper. Where it works them out, a price with fewer
decimals than ours may miss some cents; one line "Rounding" makes up for them. Prices that include VAT lose it by the
piece. An invoice discount includes VAT where the prices do; as a number it is the same on both sides.

    3 x 24.99 less 7.50, 9.99, invoice discount 2.00, VAT 20% in all prices: 75.46 of which 12.58 are VAT

    kept           64.01 - 7.50 + 10.96 = 67.47    8.37 + 1.62 = 9.99
    worked out     3 x 21.34 = 64.02 - 7.50 + 10.96 = 67.48    8.37 + 1.62 = 9.99    Rounding -0.01
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
UNIT_PRICE = Decimal("0.00001")
"""The precision of unit prices in Business Central."""


@dataclass(frozen=True, slots=True)
class PostedLine:
    """The amounts of a line of a posted invoice. ``discount`` is its line discount, ``invoice_discount`` its share of
    the discount of the whole invoice."""

    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    invoice_discount: Decimal
    amount: Decimal
    including_vat: Decimal


@dataclass(frozen=True, slots=True)
class SalesLine:
    """The same line in Sales."""

    quantity: Decimal
    price: Decimal
    base: Decimal
    discount: Decimal
    tax: Decimal

    @property
    def extended(self) -> Decimal:
        return self.base - self.discount + self.tax


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an invoice in Sales. ``line_discount`` is that of all lines, ``discount`` that of the whole."""

    line_discount: Decimal
    discount: Decimal
    less_freight: Decimal
    tax: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class SalesInvoice:
    """All of it. ``rounding``: a further line that makes the sums right, where one is needed."""

    lines: Sequence[SalesLine]
    rounding: SalesLine | None
    totals: Totals


@dataclass(frozen=True, slots=True)
class Pricing:
    """How the organization treats prices. ``keeps``: it leaves the amounts that we write as they are. ``price_places``
    and ``places`` are the decimals of prices and of amounts of the currency. ``per_unit``: where it works amounts out,
    a manual discount is one on each unit."""

    keeps: bool
    price_places: int = 2
    places: int = 2
    per_unit: bool = False


def in_sales(lines: Sequence[PostedLine], pricing: Pricing, *, prices_including_vat: bool) -> SalesInvoice:
    """The invoice in Sales. Amounts are in the currency of the invoice."""
    discount = sum((line.invoice_discount for line in lines), ZERO)
    if discount < 0:
        # Sales takes no discount below zero: it is in the prices then.
        lines, discount = [replace(line, invoice_discount=ZERO) for line in lines], ZERO
    made = [_line(line, pricing, prices_including_vat) for line in lines]
    missing = sum((_gross(line) - one.base + one.discount for line, one in zip(lines, made, strict=True)), ZERO)
    amount = sum((line.amount for line in lines), ZERO)
    including = sum((line.including_vat for line in lines), ZERO)
    totals = Totals(sum((one.discount for one in made), ZERO), discount, amount, including - amount, including)
    return SalesInvoice(made, _rounding(missing, pricing.price_places) if missing else None, totals)


def _rounding(missing: Decimal, price_places: int) -> SalesLine:
    """One piece for what is missing; a part of the smallest price where prices have fewer decimals than amounts."""
    price, quantity = missing, Decimal(1)
    if rounded(missing, price_places) != missing:
        price = Decimal(1).scaleb(-price_places).copy_sign(missing)
        quantity = missing / price
    return SalesLine(quantity, price, missing, ZERO, ZERO)


def _gross(line: PostedLine) -> Decimal:
    """What a line is worth in Sales less its own discount: the invoice discount is the header's there."""
    return line.amount + line.invoice_discount


def _line(line: PostedLine, pricing: Pricing, prices_including_vat: bool) -> SalesLine:
    tax = line.including_vat - line.amount
    price, discount = _price(line, tax, prices_including_vat), line.discount
    if discount < 0 or (discount and pricing.per_unit and not pricing.keeps):
        # Sales refuses a discount below zero, as a line of a negative quantity has it.
        price, discount = _by_piece(_gross(line), line.quantity), ZERO
    price = rounded(price, pricing.price_places)
    base = _gross(line) + discount if pricing.keeps else rounded(price * line.quantity, pricing.places)
    return SalesLine(line.quantity, price, base, discount, tax)


def _price(line: PostedLine, tax: Decimal, prices_including_vat: bool) -> Decimal:
    return line.unit_price - _by_piece(tax, line.quantity) if prices_including_vat else line.unit_price


def _by_piece(amount: Decimal, quantity: Decimal) -> Decimal:
    return (amount / quantity).quantize(UNIT_PRICE, ROUND_HALF_UP) if quantity else ZERO


def rounded(amount: Decimal, places: int) -> Decimal:
    """To so many decimals, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
