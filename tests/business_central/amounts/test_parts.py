"""Partial invoices: what each takes, also after one of them was canceled."""

from __future__ import annotations

from decimal import Decimal

from integration.business_central.amounts import LineAmounts, Portion, Taken, invoice_amounts, share_of

D = Decimal

PENNY = D("0.01")
LARGE = D("12345678901234567890123456789012.34")
LARGE_LESS_A_PENNY, LARGE_LESS_TWO = D("12345678901234567890123456789012.33"), D("12345678901234567890123456789012.32")


def standing(*lines: tuple[D, LineAmounts]) -> Taken:
    """What invoices of one order line took, with the quantities they had."""
    return Taken(
        sum((quantity for quantity, _ in lines), D(0)),
        sum((line.gross for _, line in lines), D(0)),
        sum((line.line_discount for _, line in lines), D(0)),
        sum((line.invoice_discount for _, line in lines), D(0)),
    )


def invoiced(whole: Portion, quantity: str, *before: tuple[D, LineAmounts]) -> tuple[D, LineAmounts]:
    part = Portion(
        whole.ordered, whole.unit_price, whole.line_discount, whole.invoice_discount, D(quantity), standing(*before),
        whole.vat_identifier, whole.vat_percent,
    )  # fmt: skip
    return D(quantity), invoice_amounts([part], PENNY).lines[0]


def columns(part: tuple[D, LineAmounts]) -> list[str]:
    line = part[1]
    amounts = (line.gross, line.line_discount, line.invoice_discount, line.amount, line.vat, line.including_vat)
    return [str(each) for each in amounts]


SEVEN = Portion(D(7), D("9.99"), D("3.50"), D("4.00"), D(7), vat_identifier="VAT20", vat_percent=D(20))
THREE = Portion(D(3), D("10.00"), D(0), D("0.05"), D(3))


def test_an_order_of_seven_is_invoiced_as_three_and_four() -> None:
    first = invoiced(SEVEN, "3")
    second = invoiced(SEVEN, "4", first)

    assert columns(first) == ["29.97", "1.50", "1.71", "26.76", "5.35", "32.11"]
    assert columns(second) == ["39.96", "2.00", "2.29", "35.67", "7.13", "42.80"]
    assert first[1].amount + second[1].amount == D("62.43")
    assert [str(x[1].line_discount_percent) for x in (first, second)] == ["5.00501", "5.00501"]
    assert [x[1].line_amount for x in (first, second)] == [D("28.47"), D("37.96")]


def test_the_whole_order_on_one_invoice_is_the_order() -> None:
    assert columns(invoiced(SEVEN, "7")) == ["69.93", "3.50", "4.00", "62.43", "12.49", "74.92"]


def test_a_canceled_part_is_invoiced_again_for_what_is_missing() -> None:
    first = invoiced(THREE, "1")
    second = invoiced(THREE, "1", first)
    third = invoiced(THREE, "1", first, second)
    again = invoiced(THREE, "1", first, third)

    assert [str(x[1].invoice_discount) for x in (first, second, third, again)] == ["0.02", "0.01", "0.02", "0.01"]
    assert first[1].amount + third[1].amount + again[1].amount == D("29.95")


def test_the_gross_amount_of_the_parts_comes_to_that_of_the_line() -> None:
    whole = Portion(D(3), D("0.335"), D(0), D(0), D(3))
    first = invoiced(whole, "1")
    second = invoiced(whole, "1", first)
    third = invoiced(whole, "1", first, second)

    assert [x[1].gross for x in (first, second, third)] == [D("0.34"), D("0.33"), D("0.34")]


def test_vat_is_that_of_the_invoice() -> None:
    cents = Portion(D(1), D("0.33"), D(0), D(0), D(1), Taken(), "VAT20", D(20))

    invoice = invoice_amounts([cents] * 3, PENNY)

    assert [line.vat for line in invoice.lines] == [D("0.07"), D("0.06"), D("0.07")]


def test_equal_rates_with_different_identifiers_are_groups_on_an_invoice_too() -> None:
    parts = [Portion(D(1), D("0.33"), D(0), D(0), D(1), Taken(), name, D(20)) for name in ("HOME", "EXPORT", "HOME")]

    assert [line.vat for line in invoice_amounts(parts, PENNY).lines] == [D("0.07"), D("0.07"), D("0.06")]


def test_a_return_on_an_invoice_has_vat_of_its_own() -> None:
    sold = Portion(D(1), D("0.33"), D(0), D(0), D(1), Taken(), "VAT20", D(20))
    back = Portion(D(-1), D("0.33"), D(0), D(0), D(-1), Taken(), "VAT20", D(20))

    assert [line.vat for line in invoice_amounts([sold, back, sold], PENNY).lines] == [D("0.07"), D("-0.07"), D("0.06")]


def test_the_sign_of_a_part_is_that_of_its_line_amount() -> None:
    """The invoice discount may take more than a part has left; its VAT stays in the group of what was sold."""
    eaten = Portion(D(1), D("0.10"), D(0), D("0.13"), D(1), Taken(), "VAT20", D(20))
    sold = Portion(D(1), D("0.33"), D(0), D(0), D(1), Taken(), "VAT20", D(20))

    assert [line.vat for line in invoice_amounts([eaten, sold], PENNY).lines] == [D("-0.01"), D("0.07")]


def test_parts_of_prices_that_include_vat_have_it_taken_out() -> None:
    whole = Portion(D(3), D("24.99"), D("7.50"), D(0), D(1), Taken(), "VAT20", D(20))

    line = invoice_amounts([whole], PENNY, prices_include_vat=True).lines[0]

    assert (line.gross, line.line_discount, line.including_vat, line.vat) == (
        D("24.99"),
        D("2.50"),
        D("22.49"),
        D("3.75"),
    )
    assert line.amount == D("18.74")


def test_a_line_of_nothing_takes_nothing() -> None:
    line = invoice_amounts([Portion(D(0), D("10.00"), D(0), D(0), D(0))], PENNY).lines[0]

    assert (line.gross, line.line_discount, line.invoice_discount, line.line_discount_percent) == (0, 0, 0, 0)


def test_a_part_may_have_more_discount_than_it_has_left() -> None:
    """Three thirds of a penny each, given away whole: the parts of the discount are rounded on their own."""
    taken = Taken(D(1), D("0.00"), D("0.00"), D(0))
    whole = Portion(D(3), D("0.003"), D("0.01"), D(0), D(1), taken)

    line = invoice_amounts([whole], PENNY).lines[0]

    assert (line.gross, line.line_discount, line.line_discount_percent) == (D("0.01"), D("0.01"), D("100.00000"))
    nothing = invoice_amounts([Portion(D(3), D("0.001"), D("0.01"), D(0), D(2))], PENNY).lines[0]
    assert (nothing.gross, nothing.line_discount, nothing.line_discount_percent) == (0, D("0.01"), 0)
    assert nothing.line_amount == D("-0.01")


def test_quantities_of_fifteen_digits_add_up() -> None:
    taken = Taken(D("9999999999.99998"))
    whole = Portion(D("9999999999.99999"), D("9999999999.99999"), D(0), D(0), D("0.00001"), taken)

    assert invoice_amounts([whole], PENNY).lines[0].gross == D("99999999999999800000.00")


def test_a_part_that_its_line_discount_makes_nothing_counts_as_positive() -> None:
    given = Portion(D(1), D("0.10"), D("0.10"), D("0.02"), D(1), Taken(), "VAT20", D(20))
    sold = Portion(D(1), D("0.33"), D(0), D(0), D(1), Taken(), "VAT20", D(20))

    assert [line.vat for line in invoice_amounts([given, sold], PENNY).lines] == [D("0.00"), D("0.06")]


def test_a_portion_has_no_vat_unless_it_says_so() -> None:
    assert invoice_amounts([Portion(D(1), D("9.99"), D(0), D(0), D(1))], PENNY).vat == 0


def test_the_largest_amounts_lose_no_digit() -> None:
    assert share_of(LARGE, D(1), D(1), PENNY) == LARGE
    part = invoice_amounts([Portion(D(1), LARGE, D("0.01"), D("0.01"), D(1), vat_percent=D(0))], PENNY).lines[0]
    assert (part.line_amount, part.amount) == (LARGE_LESS_A_PENNY, LARGE_LESS_TWO)
