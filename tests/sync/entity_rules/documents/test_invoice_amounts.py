"""What the lines of a posted invoice say in Sales: its totals are those of the paper, kept or worked out by Sales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sync.special.documents.invoice_amounts import PostedLine, Pricing, SalesInvoice, in_sales
from tests.examples import examples
from tests.sync.entity_rules.documents.papers import THIRDS, invoices, paper

D = Decimal
KEPT, CALCULATED = Pricing(keeps=True), Pricing(keeps=False)


@dataclass(frozen=True)
class Example:
    """``lines`` of the paper: quantity, price, line discount, VAT per cent, and "no" where no invoice discount is
    allowed; ``there``: price, base, discount, tax and extended amount of each in Sales; ``sums``: less freight,
    discount, tax, total."""

    lines: Sequence[str]
    there: Sequence[str]
    sums: str
    pricing: Pricing = CALCULATED
    discount: str = "0"
    inclusive: bool = False
    rounding: str = "0"


ACCEPTED = ["1.346 19.99 0 0"]
CONSUMER = ["3 24.99 7.50 20", "1 9.99 0 20"]
FINE = ["3 3.460 0 0", "1 25.000 0 0", "6 4.713 0 0", "6 4.501 0 0"]
RETURN = ["2 100.00 0 20", "-1 100.00 -10.00 20"]
EXAMPLES = {
    "freight and an invoice discount, worked out": Example(
        ["2 149.00 0 20", "1 12.50 0 20 no"], ["149.00 298.00 0 56.62 354.62", "12.50 12.50 0 2.50 15.00"],
        "295.60 14.90 59.12 354.72", discount="14.90",
    ),
    "freight and an invoice discount, kept": Example(
        ["2 149.00 0 20", "1 12.50 0 20 no"], ["149.00 298.00 0 56.62 354.62", "12.50 12.50 0 2.50 15.00"],
        "295.60 14.90 59.12 354.72", KEPT, discount="14.90",
    ),
    "a price of more decimals, worked out": Example(
        THIRDS, ["0.33 9.90 0 2.00 11.90", "5.00 5.00 0 1.00 6.00"], "15.00 0 3.00 18.00", rounding="0.10"
    ),
    "a price of more decimals, kept": Example(
        THIRDS, ["0.33 10.00 0 2.00 12.00", "5.00 5.00 0 1.00 6.00"], "15.00 0 3.00 18.00", KEPT
    ),
    "prices including VAT, worked out": Example(
        CONSUMER, ["21.34 64.02 7.50 10.96 67.48", "8.37 8.37 0 1.62 9.99"],
        "62.88 2.00 12.58 75.46", discount="2.00", inclusive=True, rounding="-0.01",
    ),
    "prices including VAT, kept": Example(
        CONSUMER, ["21.34 64.01 7.50 10.96 67.47", "8.37 8.37 0 1.62 9.99"],
        "62.88 2.00 12.58 75.46", KEPT, discount="2.00", inclusive=True,
    ),
    "three decimals, worked out": Example(
        FINE, ["3.46 10.38 0 0 10.38", "25.00 25.00 0 0 25.00", "4.71 28.26 0 0 28.26", "4.50 27.00 0 0 27.00"],
        "90.67 0 0 90.67", rounding="0.03",
    ),
    "three decimals, kept": Example(
        FINE, ["3.46 10.38 0 0 10.38", "25.00 25.00 0 0 25.00", "4.71 28.28 0 0 28.28", "4.50 27.01 0 0 27.01"],
        "90.67 0 0 90.67", KEPT,
    ),
    "a fraction of a metre": Example(ACCEPTED, ["19.99 26.91 0 0 26.91"], "26.91 0 0 26.91"),
    "a return with a discount": Example(
        RETURN, ["100.00 200.00 0 40.00 240.00", "90.00 -90.00 0 -18.00 -108.00"], "110.00 0 22.00 132.00"
    ),
    "a discount on each unit": Example(
        ["7 9.99 3.50 20"], ["9.49 66.43 0 13.29 79.72"], "66.43 0 13.29 79.72", Pricing(keeps=False, per_unit=True)
    ),
    "a discount by the piece and by hand": Example(
        ["3 199.00 22.50 25"], ["199.00 597.00 22.50 143.63 718.13"], "574.50 0 143.63 718.13"
    ),
    "a discount to the cent": Example(
        ["2 72786.00 8511.37 25"], ["72786.00 145572.00 8511.37 34265.16 171325.79"],
        "137060.63 0 34265.16 171325.79",
    ),
    "a percentage": Example(
        ["16 348.35 222.94 22"], ["348.35 5573.60 222.94 1177.15 6527.81"], "5350.66 0 1177.15 6527.81"
    ),
    "a comment": Example(["0 0 0 0", "1 5.00 0 0"], ["0 0 0 0 0", "5.00 5.00 0 0 5.00"], "5.00 0 0 5.00"),
}  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_the_lines_and_sums_of_an_invoice_in_sales(example: Example) -> None:
    lines = paper(example.lines, example.discount, example.inclusive)

    made = in_sales(lines, example.pricing, prices_including_vat=example.inclusive)

    there = [[one.price, one.base, one.discount, one.tax, one.extended] for one in made.lines]
    assert there == [[D(number) for number in line.split()] for line in example.there]
    assert (made.rounding.price if made.rounding else D(0)) == D(example.rounding)
    sums = [made.totals.less_freight, made.totals.discount, made.totals.tax, made.totals.total]
    assert sums == [D(number) for number in example.sums.split()]


PARTS = {  # of 7 x 9.99 less 3.50, invoice discount 4.00; of 3 x 10.00, invoice discount 0.05
    "the first 3 of 7": ("3", "29.97 1.50 1.71 26.76 32.11", "26.76 1.71 5.35 32.11"),
    "the other 4": ("4", "39.96 2.00 2.29 35.67 42.80", "35.67 2.29 7.13 42.80"),
    "the first of 3": ("1", "10.00 0 0.02 9.98 11.98", "9.98 0.02 2.00 11.98"),
    "the second of 3": ("1", "10.00 0 0.01 9.99 11.99", "9.99 0.01 2.00 11.99"),
}


@pytest.mark.parametrize("keeps", [True, False], ids=["kept", "worked out"])
@pytest.mark.parametrize(("quantity", "line", "sums"), PARTS.values(), ids=PARTS)
def test_a_part_of_an_order_is_invoiced_as_it_was_posted(quantity: str, line: str, sums: str, keeps: bool) -> None:
    gross, discount, share, amount, including = (D(number) for number in line.split())
    part = PostedLine(D(quantity), gross / D(quantity), discount, share, amount, including)

    made = in_sales([part], Pricing(keeps), prices_including_vat=False)

    assert made.rounding is None
    totals = made.totals
    assert [totals.less_freight, totals.discount, totals.tax, totals.total] == [D(number) for number in sums.split()]
    assert made.lines[0].base - made.lines[0].discount == amount + share


# --- whatever is on it ----------------------------------------------------------------------------------------------


def by_the_formula_of_sales(made: SalesInvoice, pricing: Pricing) -> tuple[D, D, D]:
    """(less freight, tax, total) as Sales works them out of what is written into the lines and the header."""
    cent = D(1).scaleb(-pricing.places)
    net, smallest = D(0), D(1).scaleb(-pricing.price_places)
    for line in [*made.lines, made.rounding] if made.rounding else made.lines:
        base = (line.price.quantize(smallest, ROUND_HALF_UP) * line.quantity).quantize(cent, ROUND_HALF_UP)
        taken = line.discount * line.quantity if pricing.per_unit else line.discount
        net += (base - taken).quantize(cent, ROUND_HALF_UP)
    less_freight = net - made.totals.discount
    tax = sum((line.tax for line in made.lines), D(0))
    return less_freight, tax, less_freight + tax


@examples(80)
@given(invoices(), st.integers(0, 4), st.booleans())
def test_worked_out_by_sales_the_invoice_comes_to_the_paper(
    invoice: tuple[list[PostedLine], int, bool], price_places: int, per_unit: bool
) -> None:
    lines, places, inclusive = invoice
    pricing = Pricing(keeps=False, price_places=price_places, places=places, per_unit=per_unit)

    made = in_sales(lines, pricing, prices_including_vat=inclusive)

    amount, including = (sum((getattr(x, name) for x in lines), D(0)) for name in ("amount", "including_vat"))
    assert by_the_formula_of_sales(made, pricing) == (amount, including - amount, including)


@examples(80)
@given(invoices(), st.integers(0, 4))
def test_kept_by_sales_the_lines_and_sums_are_those_of_the_paper(
    invoice: tuple[list[PostedLine], int, bool], price_places: int
) -> None:
    lines, places, inclusive = invoice

    made = in_sales(
        lines, Pricing(keeps=True, price_places=price_places, places=places), prices_including_vat=inclusive
    )

    assert made.rounding is None
    net = sum((one.extended - one.tax for one in made.lines), D(0))
    assert net - made.totals.discount == made.totals.less_freight == sum((x.amount for x in lines), D(0))
    assert made.totals.total == sum((x.including_vat for x in lines), D(0))
    assert [one.tax for one in made.lines] == [x.including_vat - x.amount for x in lines]


@examples(40)
@given(invoices(), st.booleans(), st.booleans())
def test_no_discount_below_zero_is_sent(
    invoice: tuple[list[PostedLine], int, bool], keeps: bool, per_unit: bool
) -> None:
    lines, places, inclusive = invoice

    made = in_sales(lines, Pricing(keeps, places=places, per_unit=per_unit), prices_including_vat=inclusive)

    assert made.totals.discount >= 0
    assert all(one.discount >= 0 for one in made.lines)
    assert made.totals.line_discount == sum((one.discount for one in made.lines), D(0))
