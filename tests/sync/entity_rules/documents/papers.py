"""Posted invoices as Business Central works them out: written down, or whatever there may be."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import assume
from hypothesis import strategies as st

from integration.business_central.amounts import DiscountOutOfRange, Line, discount_amount, gross_amount
from integration.business_central.amounts import document_amounts as worked_out
from integration.sync.special.documents.invoice_amounts import PostedLine

D = Decimal
THIRDS = ["30 0.33333 0 20", "1 5.00 0 20"]


def paper(lines: Sequence[str], discount: str, inclusive: bool) -> list[PostedLine]:
    """The posted lines of an invoice as Business Central works it out."""
    made = []
    for line in lines:
        quantity, price, own, rate, *more = line.split()
        made.append(Line(D(quantity), D(price), D(own), f"VAT{rate}", D(rate), not more))
    return posted(made, D("0.01"), D(discount), inclusive)


def posted(lines: Sequence[Line], step: D, discount: D, inclusive: bool) -> list[PostedLine]:
    document = worked_out(lines, step, discount, prices_include_vat=inclusive)
    return [
        PostedLine(
            line.quantity, line.unit_price, one.line_discount, one.invoice_discount, one.amount, one.including_vat
        )
        for line, one in zip(lines, document.lines, strict=True)
    ]


QUANTITIES = st.one_of(
    st.integers(-40, 40).map(D), st.decimals(-100, 1000, places=5, allow_nan=False, allow_infinity=False)
)
PRICES = st.decimals(0, 5000, places=5, allow_nan=False, allow_infinity=False)
RATES = st.sampled_from([("VAT20", D(20)), ("VAT5", D(5)), ("VAT0", D(0)), ("VAT19.6", D("19.6"))])


CURRENCIES = st.sampled_from([0, 2, 3])


@st.composite
def invoices(draw: st.DrawFn, decimals: st.SearchStrategy[int] = CURRENCIES) -> tuple[list[PostedLine], int, bool]:
    """(lines, decimals of the currency, prices include VAT)"""
    places = draw(decimals)
    step, inclusive = D(1).scaleb(-places), draw(st.booleans())
    lines = []
    for _ in range(draw(st.integers(0, 6))):
        quantity, price, (identifier, rate) = draw(QUANTITIES), draw(PRICES), draw(RATES)
        gross = gross_amount(quantity, price, step)
        discount = discount_amount(gross, draw(st.sampled_from([D(0), D(0), D(7), D("33.33333"), D(100)])), step)
        lines.append(Line(quantity, price, discount, identifier, rate, draw(st.booleans())))
    base = sum((gross_amount(x.quantity, x.unit_price, step) - x.line_discount for x in lines), D(0))
    share = draw(st.sampled_from([D(0), D("0.05"), D(1)]))
    whole = (max(base, D(0)) * share).quantize(step, ROUND_HALF_UP)
    try:
        made = posted(lines, step, whole, inclusive)
    except DiscountOutOfRange:
        assume(False)
        raise
    part = draw(st.integers(0, len(made)))  # a part of an order: its invoice discount is what falls on its lines
    return made[part:], places, inclusive
