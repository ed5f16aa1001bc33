"""What holds for every document, whatever is on it: negative and zero quantities, consumer prices, parts, cancels."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import assume, example, given
from hypothesis import strategies as st

from integration.business_central.amounts import (
    DiscountOutOfRange,
    DocumentAmounts,
    Line,
    OpenEntry,
    Portion,
    Taken,
    application,
    discount_amount,
    document_amounts,
    gross_amount,
    invoice_amounts,
    local_amount,
    rounded,
    running_shares,
    total,
)
from tests.examples import examples

D = Decimal

STEPS = st.sampled_from([D("0.01"), D(1), D("0.001"), D("0.01")])
QUANTITIES = st.one_of(
    st.integers(-40, 40).map(D), st.decimals(-100, 1000, places=5, allow_nan=False, allow_infinity=False)
)
PRICES = st.decimals(0, 5000, places=5, allow_nan=False, allow_infinity=False)
RATES = st.sampled_from([("VAT20", D(20)), ("VAT5", D(5)), ("VAT0", D(0)), ("VAT19.6", D("19.6"))])


@st.composite
def lines(draw: st.DrawFn, step: D) -> list[Line]:
    made = []
    for _ in range(draw(st.integers(0, 6))):
        quantity, price = draw(QUANTITIES), draw(PRICES)
        gross = gross_amount(quantity, price, step)
        discount = discount_amount(gross, draw(st.sampled_from([D(0), D(0), D(7), D("33.33333"), D(100)])), step)
        identifier, rate = draw(RATES)
        made.append(Line(quantity, price, discount, identifier, rate, draw(st.booleans())))
    return made


@st.composite
def documents(draw: st.DrawFn) -> tuple[list[Line], D, D, bool]:
    """(lines, step, invoice discount, prices include VAT)"""
    step = draw(STEPS)
    made = draw(lines(step))
    base = total(x.quantity * x.unit_price - x.line_discount for x in made if x.allow_invoice_discount)
    share = draw(st.sampled_from([D(0), D("0.05"), D("0.333"), D(1)]))
    return made, step, rounded(max(base, D(0)) * share, step), draw(st.booleans())


def worked_out(given: tuple[list[Line], D, D, bool]) -> DocumentAmounts:
    made, step, discount, inclusive = given
    try:
        return document_amounts(made, step, discount, prices_include_vat=inclusive)
    except DiscountOutOfRange:
        assume(False)
        raise


@examples(60)
@given(documents())
def test_the_sums_of_a_document_are_those_of_its_lines(given: tuple[list[Line], D, D, bool]) -> None:
    document = worked_out(given)
    made, step, discount, inclusive = given

    assert document.invoice_discount == discount
    assert document.amount == total(x.amount for x in document.lines)
    assert document.including_vat == document.amount + document.vat
    for line in document.lines:
        paid = line.line_amount - line.invoice_discount
        assert paid == (line.including_vat if inclusive else line.amount)
        assert 0 <= line.line_discount_percent <= 100
        for amount in (line.gross, line.line_amount, line.invoice_discount, line.amount, line.including_vat):
            assert amount == rounded(amount, step)
    assert len(document.lines) == len(made)


@examples(60)
@given(documents())
def test_a_line_of_nothing_has_no_invoice_discount_and_no_vat(given: tuple[list[Line], D, D, bool]) -> None:
    for entered, line in zip(given[0], worked_out(given).lines, strict=True):
        if not line.line_amount or not entered.allow_invoice_discount:
            assert line.invoice_discount == 0
        if not line.line_amount or not entered.vat_percent:
            assert line.vat == 0


@examples(60)
@given(documents())
def test_the_vat_of_a_group_is_that_of_its_sum(given: tuple[list[Line], D, D, bool]) -> None:
    document = worked_out(given)
    made, step, _, inclusive = given
    groups: dict[tuple[str, bool], list[int]] = {}
    for at, (entered, line) in enumerate(zip(made, document.lines, strict=True)):
        groups.setdefault((entered.vat_identifier, line.line_amount < 0), []).append(at)
    for members in groups.values():
        rate = made[members[0]].vat_percent
        base = total(document.lines[at].line_amount - document.lines[at].invoice_discount for at in members)
        expected = base * rate / (100 + rate) if inclusive else base * rate / 100
        assert total(document.lines[at].vat for at in members) == rounded(expected, step)


@examples(50)
@given(st.lists(st.decimals(-100, 100, places=2), max_size=8), st.decimals(0, 500, places=2))
def test_shares_add_up_and_nothing_gets_nothing(bases: list[D], amount: D) -> None:
    shares = running_shares(amount, bases, D("0.01"))

    assert total(shares) == (amount if total(bases) else 0)
    assert all(share == 0 for base, share in zip(bases, shares, strict=True) if not base)


@examples(50)
@given(documents(), st.integers(1, 4), st.integers(-1, 3))
@example(([Line(D(3), D("10.00"), D(0), "VAT20", D(20))], D("0.01"), D("0.05"), False), 3, 1)
def test_parts_come_to_the_order_also_after_a_cancel(
    given: tuple[list[Line], D, D, bool], count: int, canceled: int
) -> None:
    """Every line invoiced in ``count`` parts; one of them (``canceled``) is taken back and invoiced again."""
    order = worked_out(given)
    made, step, _, inclusive = given
    assume(made)
    portions = [[rounded(x.quantity / count, D("0.00001")) for x in made] for _ in range(count - 1)]
    portions.append([x.quantity - total(each[at] for each in portions) for at, x in enumerate(made)])
    standing: list[tuple[list[D], DocumentAmounts]] = []

    def invoice(quantities: list[D]) -> None:
        parts = [
            Portion(entered.quantity, entered.unit_price, entered.line_discount, line.invoice_discount, quantity,
                    taken(standing, at), entered.vat_identifier, entered.vat_percent)
            for at, (entered, line, quantity) in enumerate(zip(made, order.lines, quantities, strict=True))
        ]  # fmt: skip
        standing.append((quantities, invoice_amounts(parts, step, prices_include_vat=inclusive)))

    for quantities in portions:
        invoice(quantities)
    if 0 <= canceled < count:
        invoice(standing.pop(canceled)[0])
    for at, line in enumerate(order.lines):
        assert total(each.lines[at].gross for _, each in standing) == line.gross
        assert total(each.lines[at].line_discount for _, each in standing) == line.line_discount
        assert total(each.lines[at].invoice_discount for _, each in standing) == line.invoice_discount
    paid = [total(each.including_vat if inclusive else each.amount for _, each in standing)]
    assert paid == [order.including_vat if inclusive else order.amount]


def taken(standing: list[tuple[list[D], DocumentAmounts]], at: int) -> Taken:
    return Taken(
        total(quantities[at] for quantities, _ in standing),
        total(each.lines[at].gross for _, each in standing),
        total(each.lines[at].line_discount for _, each in standing),
        total(each.lines[at].invoice_discount for _, each in standing),
    )


@examples(50)
@given(
    st.integers(1, 10**7),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
    st.decimals("0.1", 200, places=10),
    st.decimals("0.1", 200, places=10),
)
def test_payments_close_an_invoice_in_both_currencies_together(
    cents: int, parts: list[int], factor: D, later: D
) -> None:
    amount, step = D(cents) / 100, D("0.01")
    local = local_amount(amount, factor, step)
    invoice = OpenEntry(amount, amount, local, local, factor)
    gains = booked = D(0)
    while invoice.remaining:
        paid = min(D(parts.pop()) / 100, invoice.remaining) if parts else invoice.remaining
        worth = local_amount(-paid, later, step)
        applied = application(invoice, OpenEntry(-paid, -paid, worth, worth, later), paid, step)
        assert applied.payment_local == -worth
        gains += applied.gain
        booked += -worth
        remaining = invoice.remaining - paid
        invoice = OpenEntry(amount, remaining, local, invoice.remaining_local - applied.invoice_local, factor)
        assert invoice.remaining_local >= 0
    assert invoice.remaining_local == 0
    assert booked == local + gains
