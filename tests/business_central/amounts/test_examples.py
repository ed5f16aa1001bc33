"""Worked documents, each as a bookkeeper has it on paper: every line and every sum to the smallest unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pytest

from integration.business_central.amounts import (
    DiscountOutOfRange,
    DocumentAmounts,
    Line,
    LineAmounts,
    discount_amount,
    document_amounts,
    gross_amount,
    line_amount,
    local_amount,
    price_without_vat,
)

D = Decimal

PENNY, YEN, FILS = D("0.01"), D(1), D("0.001")


@dataclass(frozen=True)
class Example:
    """``lines``: quantity, price, line discount, VAT per cent, and whether the line allows an invoice discount.
    ``expected``: of each line gross, line discount, invoice discount, amount, VAT; ``sums``: amount, VAT, including.
    """

    lines: Sequence[str]
    expected: Sequence[str]
    sums: str
    discount: str = "0"
    step: D = PENNY
    local: str = ""
    """Factor and the total in pounds."""


EXAMPLES = {
    "one line": Example(["3 64.99 0 20"], ["194.97 0 0 194.97 38.99"], "194.97 38.99 233.96"),
    "a discount by the piece and by hand": Example(
        ["12 19.95 23.00 20"], ["239.40 23.00 0 216.40 43.28"], "216.40 43.28 259.68"
    ),
    "an invoice discount over three lines": Example(
        ["1 10.01 0 20"] * 3,
        ["10.01 0 1.67 8.34 1.67", "10.01 0 1.66 8.35 1.67", "10.01 0 1.67 8.34 1.67"],
        "25.03 5.01 30.04", discount="5.00",
    ),
    "freight takes no invoice discount": Example(
        ["2 149.00 0 20", "1 12.50 0 20 no"], ["298.00 0 14.90 283.10 56.62", "12.50 0 0 12.50 2.50"],
        "295.60 59.12 354.72", discount="14.90",
    ),
    "yen have no decimals": Example(
        ["3 1234 0 10", "1 500 0 10 no"], ["3702 0 463 3239 324", "500 0 0 500 50"],
        "3739 374 4113", discount="463", step=YEN, local="188.35 21.84",
    ),
    "dinars have three": Example(
        ["7 1.235 0.105 5", "2.5 0.333 0 5", "1 0.750 0 5 no"],
        ["8.645 0.105 0.170 8.370 0.419", "0.833 0 0.017 0.816 0.040", "0.750 0 0 0.750 0.038"],
        "9.936 0.497 10.433", discount="0.187", step=FILS, local="0.3905 26.72",
    ),
    "two rates share the invoice discount": Example(
        ["1 199.99 0 20", "7.5 85.00 12.50 20", "4 3.33 0 5"],
        ["199.99 0 0.24 199.75 39.95", "637.50 12.50 0.74 624.26 124.85", "13.32 0 0.02 13.30 0.67"],
        "837.31 165.47 1002.78", discount="1.00", local="1.1634 861.94",
    ),
    "VAT is that of the group": Example(
        ["1 0.33 0 20"] * 3, ["0.33 0 0 0.33 0.07", "0.33 0 0 0.33 0.06", "0.33 0 0 0.33 0.07"], "0.99 0.20 1.19"
    ),
    "a consumer price without its VAT": Example(["3 20.825 0 20"], ["62.48 0 0 62.48 12.50"], "62.48 12.50 74.98"),
    "a line discount and an invoice discount": Example(
        ["7 9.99 3.50 20"], ["69.93 3.50 4.00 62.43 12.49"], "62.43 12.49 74.92", discount="4.00"
    ),
    "fractions of a piece and of a penny": Example(
        ["0.125 12.34 0 20", "3 0.3333 0 20"], ["1.54 0 0 1.54 0.31", "1.00 0 0 1.00 0.20"], "2.54 0.51 3.05"
    ),
    "euros": Example(["2 50.00 0 20"], ["100.00 0 0 100.00 20.00"], "100.00 20.00 120.00", local="1.1634 103.15"),
    "an invoice discount of ten per cent": Example(
        ["1 100.00 0 20"], ["100.00 0 10.00 90.00 18.00"], "90.00 18.00 108.00", discount="10.00"
    ),
    "a return inside an order": Example(
        ["2 100.00 0 20", "-1 100.00 -10.00 20"], ["200.00 0 0 200.00 40.00", "-100.00 -10.00 0 -90.00 -18.00"],
        "110.00 22.00 132.00",
    ),
    "a discount by the piece and one of pennies": Example(
        ["3 199.00 22.50 25"], ["597.00 22.50 0 574.50 143.63"], "574.50 143.63 718.13"
    ),
    "a discount that no percentage with five decimals gives": Example(
        ["2 72786.00 8511.37 25"], ["145572.00 8511.37 0 137060.63 34265.16"], "137060.63 34265.16 171325.79"
    ),
    "sixteen at four per cent less": Example(
        ["16 348.35 222.94 22"], ["5573.60 222.94 0 5350.66 1177.15"], "5350.66 1177.15 6527.81"
    ),
    "a return has VAT of its own": Example(
        ["1 0.33 0 20", "-1 0.33 0 20", "1 0.33 0 20"],
        ["0.33 0 0 0.33 0.07", "-0.33 0 0 -0.33 -0.07", "0.33 0 0 0.33 0.06"], "0.33 0.06 0.39",
    ),
    "a crane that nobody had on the list": Example(
        ["1 1000.00 0 0", "1 350.00 0 0"], ["1000.00 0 0 1000.00 0", "350.00 0 0 350.00 0"], "1350.00 0 1350.00"
    ),
    "three decimals of a piece": Example(["1.346 19.99 0 0"], ["26.91 0 0 26.91 0"], "26.91 0 26.91"),
    "pounds for euros": Example(["10 65.00 0 0"], ["650.00 0 0 650.00 0"], "650.00 0 650.00", local="1.15 565.22"),
    "nothing ordered": Example(["0 10.00 0 20", "1 10.00 0 20"], ["0 0 0 0 0", "10.00 0 1.00 9.00 1.80"],
                               "9.00 1.80 10.80", discount="1.00"),
    "no lines": Example([], [], "0 0 0"),
}  # fmt: skip


def entered(text: str) -> Line:
    quantity, price, discount, rate, *allows = text.split()
    return Line(D(quantity), D(price), D(discount), f"VAT{rate}", D(rate), allow_invoice_discount=not allows)


def worked_out(example: Example) -> DocumentAmounts:
    return document_amounts([entered(line) for line in example.lines], example.step, D(example.discount))


def numbers(text: str) -> tuple[D, ...]:
    return tuple(map(D, text.split()))


def columns(line: LineAmounts) -> tuple[D, ...]:
    return line.gross, line.line_discount, line.invoice_discount, line.amount, line.vat


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_document_comes_out_as_on_paper(name: str) -> None:
    example = EXAMPLES[name]

    document = worked_out(example)

    assert [columns(line) for line in document.lines] == [numbers(line) for line in example.expected]
    assert (document.amount, document.vat, document.including_vat) == numbers(example.sums)
    assert document.invoice_discount == D(example.discount)
    assert all(line.line_amount == line.gross - line.line_discount for line in document.lines)


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if example.local])
def test_its_total_in_pounds_is_by_the_rate_of_the_day(name: str) -> None:
    factor, expected = numbers(EXAMPLES[name].local)

    assert local_amount(worked_out(EXAMPLES[name]).including_vat, factor, PENNY) == expected


@pytest.mark.parametrize(
    ("price", "rate", "expected"),
    [("24.99", "20", "20.82500"), ("120.00", "20", "100.00000"), ("10.00", "5", "9.52381"), ("9.99", "0", "9.99000")],
)
def test_a_consumer_price_is_taken_without_its_vat(price: str, rate: str, expected: str) -> None:
    assert str(price_without_vat(D(price), D(rate))) == expected


def test_the_percentage_is_shown_and_the_amount_is_what_counts() -> None:
    line = worked_out(EXAMPLES["a discount that no percentage with five decimals gives"]).lines[0]

    assert line.line_discount_percent == D("5.84685")
    assert discount_amount(line.gross, line.line_discount_percent, PENNY) == D("8511.38")
    assert worked_out(EXAMPLES["a discount by the piece and by hand"]).lines[0].line_discount_percent == D("9.60735")


def test_a_line_is_changed_from_two_to_three() -> None:
    desk, lamp = Line(D(2), D("100.00")), Line(D(1), D("50.00"))

    assert document_amounts([desk, lamp], PENNY).amount == D("250.00")
    assert document_amounts([Line(D(3), D("100.00")), lamp], PENNY).amount == D("350.00")


# --- prices including VAT ------------------------------------------------------------------------------------------


def test_prices_that_include_vat_have_it_taken_out() -> None:
    chair, lamp = Line(D(3), D("24.99"), D("7.50"), "VAT20", D(20)), Line(D(1), D("9.99"), D(0), "VAT20", D(20))

    document = document_amounts([chair, lamp], PENNY, D("2.00"), prices_include_vat=True)

    assert [columns(line) for line in document.lines] == [
        numbers("74.97 7.50 1.74 54.77 10.96"),
        numbers("9.99 0 0.26 8.11 1.62"),
    ]
    assert (document.amount, document.vat, document.including_vat) == numbers("62.88 12.58 75.46")
    assert [line.including_vat for line in document.lines] == [D("65.73"), D("9.73")]


def test_vat_included_in_three_prices_is_that_of_their_sum() -> None:
    document = document_amounts([Line(D(1), D("0.10"), D(0), "VAT20", D(20))] * 3, PENNY, D(0), prices_include_vat=True)

    assert [line.vat for line in document.lines] == [D("0.02"), D("0.01"), D("0.02")]


# --- groups --------------------------------------------------------------------------------------------------------


def test_the_invoice_discount_goes_through_the_groups_by_their_identifiers() -> None:
    lines = [Line(D(1), D("1.00"), D(0), identifier, D(20)) for identifier in "ACB"]

    assert [x.invoice_discount for x in document_amounts(lines, PENNY, D("0.02")).lines] == [*numbers("0.01 0.01 0.00")]


def test_the_invoice_discount_is_that_of_the_groups_before_it_is_that_of_their_lines() -> None:
    lines = [Line(D(1), D("1.00"), D(0), identifier, D(20)) for identifier in "ABAB"]

    found = [x.invoice_discount for x in document_amounts(lines, PENNY, D("0.05")).lines]
    assert found == [*numbers("0.02 0.01 0.01 0.01")]


def test_equal_rates_with_different_identifiers_are_groups_of_their_own() -> None:
    lines = [Line(D(1), D("0.33"), D(0), identifier, D(20)) for identifier in ("HOME", "EXPORT", "HOME")]

    assert [x.vat for x in document_amounts(lines, PENNY).lines] == [*numbers("0.07 0.07 0.06")]


def test_a_line_that_its_discount_makes_nothing_counts_as_positive() -> None:
    lines = [
        Line(D(1), D("0.33"), D(0), "VAT20", D(20)),
        Line(D(1), D("5.00"), D("5.00"), "VAT20", D(20)),
        Line(D(1), D("0.33"), D(0), "VAT20", D(20)),
    ]

    assert [x.vat for x in document_amounts(lines, PENNY).lines] == [*numbers("0.07 0.00 0.06")]


@pytest.mark.parametrize("discount", ["-0.01", "100.01", "112.50"])
def test_an_invoice_discount_is_positive_and_at_most_what_allows_it(discount: str) -> None:
    lines = [Line(D(1), D("100.00")), Line(D(1), D("12.50"), allow_invoice_discount=False)]

    with pytest.raises(DiscountOutOfRange, match=f"An invoice discount of {discount} is not between 0 and 100.00"):
        document_amounts(lines, PENNY, D(discount))


def test_an_invoice_discount_may_take_all_that_allows_it() -> None:
    lines = [Line(D(1), D("100.00")), Line(D(1), D("12.50"), allow_invoice_discount=False)]

    assert document_amounts(lines, PENNY, D("100.00")).amount == D("12.50")


def test_an_invoice_discount_on_nothing_is_refused() -> None:
    with pytest.raises(DiscountOutOfRange):
        document_amounts([Line(D(1), D("5.00")), Line(D(-1), D("5.00"))], PENNY, D("0.01"))


def test_a_document_of_returns_has_no_invoice_discount_but_is_worked_out() -> None:
    assert document_amounts([Line(D(-1), D("5.00"))], PENNY).amount == D("-5.00")
    with pytest.raises(DiscountOutOfRange):
        document_amounts([Line(D(-1), D("5.00"))], PENNY, D("-1.00"))


def shares(discount: str, *lines: tuple[str, str | None], group: str = "VAT20") -> list[D]:
    """The shares of lines (amount, fixed share) in an invoice discount; every other line is of another VAT group."""
    made = [
        Line(D(1), D(amount), D(0), f"{group}{at % 2}", D(20), fixed_discount=None if fixed is None else D(fixed))
        for at, (amount, fixed) in enumerate(lines)
    ]
    return [line.invoice_discount for line in document_amounts(made, PENNY, D(discount)).lines]


def test_shares_that_are_fixed_stay_and_the_rest_goes_over_the_other_lines() -> None:
    assert shares("20.00", ("40", "4.00"), ("100", None), ("300", None)) == [*numbers("4.00 4.00 12.00")]
    assert shares("20.00", ("100", None), ("40", "0"), ("300", None)) == [*numbers("5.00 0 15.00")]
    assert shares("4.00", ("40", "4.00")) == [D("4.00")]


@pytest.mark.parametrize("left", ["100.00", "-100.00"])
def test_what_fixed_shares_leave_of_a_discount_is_at_most_what_the_others_come_to(left: str) -> None:
    """A return that is left may take back as much as it comes to."""
    for rest in ("0.00", left):
        assert shares(str(D("150.00") + D(rest)), ("500", "150.00"), (left, None)) == [D("150.00"), D(rest)]

    for rest in (D(left) * D("1.0001"), D(left) * D("-0.0001")):
        with pytest.raises(
            DiscountOutOfRange, match=f"The {rest:.2f}.* left of an invoice discount are not between 0 a"
        ):
            shares(str(D("150.00") + rest), ("500", "150.00"), (left, None))


# --- limits --------------------------------------------------------------------------------------------------------


def test_the_largest_quantity_and_price_lose_no_digit() -> None:
    largest = D("9999999999.99999")

    assert gross_amount(largest, largest, D("1E-10")) == D("99999999999999800000.0000000001")
    assert line_amount(Line(largest, largest, D("1.00")), PENNY) == D("99999999999999799999.00")
    twice = document_amounts([Line(largest, largest, D(0), "VAT20", D(20))] * 2, PENNY)
    assert twice.including_vat == D("239999999999999520000.00")


def test_a_thousand_lines_share_a_discount_to_the_penny() -> None:
    document = document_amounts([Line(D(1), D("0.03"), D(0), "VAT20", D(20))] * 1000, PENNY, D("7.77"))

    assert document.invoice_discount == D("7.77")
    assert (document.amount, document.vat) == (D("22.23"), D("4.45"))
