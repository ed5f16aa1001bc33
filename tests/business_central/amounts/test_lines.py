"""Rounding, and the discount of a line as an amount and as per cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.business_central.amounts import (
    DiscountOutOfRange,
    Line,
    Taxable,
    check_line_discount,
    discount_amount,
    discount_percent,
    document_amounts,
    gross_amount,
    line_amount,
    rounded,
    running_shares,
    share_of,
    total,
    vat_amounts,
)

D = Decimal

PENNY = D("0.01")


@pytest.mark.parametrize(
    ("amount", "step", "expected"),
    [("0.125", "0.01", "0.13"), ("-0.125", "0.01", "-0.13"), ("0.1249", "0.01", "0.12"), ("2.5", "1", "3"),
     ("3.5", "1", "4"), ("-2.5", "1", "-3"), ("0.0005", "0.001", "0.001"), ("0.0004", "0.001", "0.000"),
     ("1.12", "0.05", "1.10"), ("1.125", "0.05", "1.15"), ("-0.004", "0.01", "0.00"), ("7", "0.01", "7.00"),
     ("123456789012345678901234567890.125", "0.01", "123456789012345678901234567890.13")],
)  # fmt: skip
def test_an_amount_is_rounded_to_a_step_and_halves_away_from_zero(amount: str, step: str, expected: str) -> None:
    assert str(rounded(D(amount), D(step))) == expected


def test_a_sum_keeps_all_digits_and_nothing_comes_to_zero() -> None:
    assert total([D("123456789012345678901234567890"), D("0.01")]) == D("123456789012345678901234567890.01")
    assert str(total([D("0.00")])) == "0.00"
    assert isinstance(total([]), Decimal)


@pytest.mark.parametrize(
    ("quantity", "price", "expected"),
    [("3", "64.99", "194.97"), ("0.125", "12.34", "1.54"), ("-1", "0.125", "-0.13"), ("0", "10", "0.00")],
)
def test_the_gross_amount_is_quantity_times_price(quantity: str, price: str, expected: str) -> None:
    assert str(gross_amount(D(quantity), D(price), PENNY)) == expected


@pytest.mark.parametrize(
    ("gross", "discount", "percent"),
    [("100.00", "12.50", "12.50000"), ("100.00", "0", "0.00000"), ("100.00", "100.00", "100.00000"),
     ("239.40", "23.00", "9.60735"), ("-100.00", "-10.00", "10.00000"), ("-100.00", "-100.00", "100.00000"),
     ("0", "0", "0"), ("0.03", "0.01", "33.33333"), ("0.03", "0.02", "66.66667")],
)  # fmt: skip
def test_a_discount_is_shown_as_per_cent_of_the_gross_amount(gross: str, discount: str, percent: str) -> None:
    assert str(discount_percent(D(gross), D(discount))) == percent


@pytest.mark.parametrize(
    ("gross", "discount"),
    [("100.00", "-0.01"), ("100.00", "100.01"), ("-100.00", "0.01"), ("-100.00", "-100.01"), ("0", "0.01"),
     ("0", "-0.01")],
)  # fmt: skip
def test_a_discount_is_between_nothing_and_everything(gross: str, discount: str) -> None:
    for check in (check_line_discount, discount_percent):
        with pytest.raises(DiscountOutOfRange, match=f"A line discount of {discount} is not between 0 and 100% of"):
            check(D(gross), D(discount))


def test_a_line_with_a_discount_out_of_range_has_no_amount() -> None:
    with pytest.raises(DiscountOutOfRange):
        line_amount(Line(D(1), D("10.00"), D("10.01")), PENNY)
    assert line_amount(Line(D(2), D("10.00"), D("4.50")), PENNY) == D("15.50")


@pytest.mark.parametrize(
    ("gross", "percent", "expected"),
    [("5573.60", "4", "222.94"), ("100.00", "0", "0.00"), ("100.00", "100", "100.00"), ("-50.00", "10", "-5.00"),
     ("145572.00", "5.84685", "8511.38"), ("0.05", "50", "0.03")],
)  # fmt: skip
def test_a_percentage_makes_an_amount(gross: str, percent: str, expected: str) -> None:
    assert str(discount_amount(D(gross), D(percent), PENNY)) == expected


@pytest.mark.parametrize("percent", ["-0.00001", "100.00001", "101"])
def test_a_percentage_is_between_0_and_100(percent: str) -> None:
    with pytest.raises(DiscountOutOfRange, match=f"A line discount of {percent}% is not between 0 and 100%"):
        discount_amount(D("10.00"), D(percent), PENNY)


def test_a_line_allows_an_invoice_discount_and_has_no_vat_unless_it_says_so() -> None:
    plain = Line(D(1), D(2))

    assert (plain.line_discount, plain.vat_percent, plain.vat_identifier) == (0, 0, "")
    assert plain.allow_invoice_discount


@pytest.mark.parametrize(
    ("amount", "bases", "shares"),
    [("5.00", "10.01 10.01 10.01", "1.67 1.66 1.67"), ("1.00", "0 3 0", "0 1.00 0"), ("1.00", "2 -1", "2.00 -1.00"),
     ("1.00", "5 -5", "0 0"), ("0", "1 2", "0 0"), ("1.00", "", "")],
)  # fmt: skip
def test_an_amount_is_shared_in_the_ratio_of_the_bases(amount: str, bases: str, shares: str) -> None:
    assert running_shares(D(amount), [D(x) for x in bases.split()], PENNY) == [D(x) for x in shares.split()]


@pytest.mark.parametrize(
    ("whole", "part", "quantity", "expected"),
    [("100.00", "1", "3", "33.33"), ("100.00", "2", "3", "66.67"), ("100.00", "3", "3", "100.00"),
     ("-100.00", "-1", "-3", "-33.33"), ("100.00", "1", "0", "0"), ("100.00", "0", "3", "0.00")],
)  # fmt: skip
def test_what_is_outstanding_is_its_part_of_the_line(whole: str, part: str, quantity: str, expected: str) -> None:
    assert share_of(D(whole), D(part), D(quantity), PENNY) == D(expected)


def test_the_largest_amounts_lose_no_digit() -> None:
    large = D("12345678901234567890123456789012.34")
    line = Line(D(1), large, D("0.01"), "VAT20", D(20))
    less, vat = D("12345678901234567890123456789012.33"), D("2469135780246913578024691357802.47")

    assert line_amount(line, PENNY) == less
    assert discount_amount(large, D(100), PENNY) == large
    assert running_shares(large, [D(1), D(0)], PENNY) == [large, 0]
    assert running_shares(large, [large, D("0.01")], PENNY)[1] < 1
    assert vat_amounts([Taxable(less, less, "VAT20", D(20))], PENNY) == [vat]
    assert document_amounts([line], PENNY, D("0.01")).amount == D("12345678901234567890123456789012.32")
