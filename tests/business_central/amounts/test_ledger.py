"""The local currency, and payments applied in parts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integration.business_central.amounts import Application, OpenEntry, application, local_amount, local_part

D = Decimal

PENNY = D("0.01")
LARGE = D("12345678901234567890123456789012.34")
INVOICE = OpenEntry(D("100.02"), D("100.02"), D("85.97"), D("85.97"), D("1.1634"))
PAYMENT = OpenEntry(D("-100.02"), D("-100.02"), D("-88.00"), D("-88.00"), D("1.13657"))


def reduced(entry: OpenEntry, amount: D, local: D) -> OpenEntry:
    return replace(entry, remaining=entry.remaining - amount, remaining_local=entry.remaining_local - local)


@pytest.mark.parametrize(
    ("amount", "factor", "step", "expected"),
    [("1002.78", "1.1634", "0.01", "861.94"), ("4113", "188.35", "0.01", "21.84"),
     ("10.433", "0.3905", "0.01", "26.72"),
     ("-120.00", "1.1634", "0.01", "-103.15"), ("100", "3", "1", "33"), ("5.00", "1", "0.01", "5.00")],
)  # fmt: skip
def test_an_amount_in_the_local_currency_is_divided_by_the_factor(
    amount: str, factor: str, step: str, expected: str
) -> None:
    assert str(local_amount(D(amount), D(factor), D(step))) == expected


def test_three_payments_close_an_invoice_in_both_currencies() -> None:
    entry, parts = INVOICE, []
    for _ in range(3):
        parts.append(local_part(entry, D("33.34"), PENNY))
        entry = reduced(entry, D("33.34"), parts[-1])

    assert parts == [D("28.66"), D("28.65"), D("28.66")]
    assert (entry.remaining, entry.remaining_local) == (0, 0)


def test_the_last_part_takes_what_is_left_whatever_the_rate_says() -> None:
    entry = replace(INVOICE, remaining=D("33.34"), remaining_local=D("28.70"))

    assert local_part(entry, D("33.34"), PENNY) == D("28.70")


def test_what_was_booked_before_counts_for_the_next_part() -> None:
    entry = replace(INVOICE, remaining=D("90.02"), remaining_local=D("77.37"))

    assert local_part(entry, D("10.00"), PENNY) == D("17.19") - D("8.60")


def test_a_payment_at_a_better_rate_is_a_gain() -> None:
    applied = application(INVOICE, PAYMENT, D("100.02"), PENNY)

    assert applied == Application(D("100.02"), D("85.97"), D("88.00"))
    assert applied.gain == D("2.03")


def test_a_payment_at_a_worse_rate_is_a_loss() -> None:
    late = OpenEntry(D("-50.00"), D("-50.00"), D("-40.00"), D("-40.00"), D("1.25"))

    applied = application(INVOICE, late, D("50.00"), PENNY)

    assert (applied.invoice_local, applied.payment_local, applied.gain) == (D("42.98"), D("40.00"), D("-2.98"))


def test_a_part_of_a_payment_is_applied_by_its_own_rate() -> None:
    applied = application(INVOICE, PAYMENT, D("33.34"), PENNY)

    assert (applied.invoice_local, applied.payment_local) == (D("28.66"), D("29.33"))


@pytest.mark.parametrize("amount", ["0", "-0.01", "100.03"])
def test_no_more_is_applied_than_remains_of_either(amount: str) -> None:
    with pytest.raises(ValueError, match=f"{amount} is not between 0 and what remains of the two entries"):
        application(INVOICE, replace(PAYMENT, remaining=D("-200.00")), D(amount), PENNY)
    with pytest.raises(ValueError, match="what remains"):
        application(replace(INVOICE, remaining=D("200.00")), PAYMENT, D("100.03"), PENNY)


def test_the_smallest_unit_can_be_applied() -> None:
    assert application(INVOICE, PAYMENT, D("0.01"), PENNY).invoice_local == D("0.01")


def test_an_entry_that_was_booked_otherwise_is_closed_for_what_was_booked() -> None:
    entry = replace(INVOICE, local=D("85.96"), remaining_local=D("85.96"))

    assert local_part(entry, D("100.02"), PENNY) == D("85.96")


def test_the_largest_amounts_lose_no_digit() -> None:
    invoice = OpenEntry(LARGE, LARGE, LARGE, LARGE, D(1))
    payment = OpenEntry(-LARGE, -LARGE, -LARGE, -LARGE, D(1))

    assert local_amount(LARGE, D(1), PENNY) == LARGE
    part = replace(invoice, remaining=D("12345678901234567890123456789011.34"))
    assert local_part(part, D("12345678901234567890123456789011.33"), PENNY) == D("12345678901234567890123456789012.33")
    assert application(invoice, payment, LARGE, PENNY) == Application(LARGE, LARGE, LARGE)
