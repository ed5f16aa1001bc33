"""Payments: registered, in parts, above the invoice, short of it, and refused."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from itertools import pairwise

import pytest

from integration.business_central.models import (
    Currency,
    CustLedgerEntry,
    Customer,
    DetailedCustLedgEntry,
    GeneralLedgerSetup,
)
from integration.business_central.posting.crediting import cancel
from integration.business_central.posting.payments import Payment, apply, proposes_discount, register_payment, unapply
from integration.systems.errors import NotFound
from integration.systems.refusals import AmountRefused, Applied, ConfirmationMissing, PostingDateRefused, RateMissing
from tests.business_central.posting.books import assert_books_balance, entry_of, invoiced, left, pay, worth
from tests.business_central.trading import DAY

D = Decimal


def test_three_payments_close_an_invoice_in_both_currencies() -> None:
    made = invoiced("100.02", "CONTOSO")
    entry = entry_of(made)
    booked = [entry.amount_lcy]

    for amount in ("33.34", "33.34", "33.34"):
        pay(made, amount)
        booked.append(left(entry)[1])

    assert [before - after for before, after in pairwise(booked)] == [
        D("28.66"), D("28.65"), D("28.66"),
    ]  # fmt: skip
    assert left(entry) == (0, 0, False)
    made.refresh_from_db()
    assert (made.remaining_amount, made.closed, entry.closed_at_date) == (0, True, DAY)
    assert_books_balance()


def test_a_payment_has_a_number_and_an_entry_of_its_own() -> None:
    payment = pay(invoiced(), 40, external_document_no="bank 7")

    assert (payment.document_no, payment.external_document_no, payment.posted_by) == ("P000001", "BANK 7", "annette")
    assert (payment.amount, payment.amount_lcy, payment.sales_lcy) == (-40, -40, 0)
    assert left(payment) == (0, 0, False)
    kinds = DetailedCustLedgEntry.objects.order_by("entry_no")
    assert [(x.get_entry_type_display(), x.amount, x.application_no) for x in kinds] == [
        ("Initial Entry", 100, 0), ("Initial Entry", -40, 0), ("Application", -40, 1), ("Application", 40, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "gain", "kind"), [("1.13657", "2.03", "Realized Gain"), ("1.25", "-5.95", "Realized Loss")]
)
def test_another_rate_on_the_day_of_payment_is_a_gain_or_a_loss(rate: str, gain: str, kind: str) -> None:
    made = invoiced("100.02", "CONTOSO")
    worth(dt.date(2027, 2, 1), rate)

    payment = pay(made, "100.02", posting_date=dt.date(2027, 2, 10))

    detail = DetailedCustLedgEntry.objects.exclude(entry_type__in=(1, 2)).get()
    assert (detail.get_entry_type_display(), detail.amount, detail.amount_lcy) == (kind, 0, D(gain))
    assert left(payment) == left(entry_of(made)) == (0, 0, False)
    assert_books_balance()


def test_the_same_rate_is_neither_gain_nor_loss() -> None:
    pay(invoiced("100.02", "CONTOSO"), "100.02")

    assert not DetailedCustLedgEntry.objects.exclude(entry_type__in=(1, 2)).exists()


def test_what_is_more_than_the_invoice_stays_on_the_account_and_is_applied_later() -> None:
    made = invoiced()
    payment = pay(made, 130)
    assert left(payment) == (-30, -30, True)
    assert left(entry_of(made)) == (0, 0, False)
    second = invoiced(50)

    number = apply(payment.pk, entry_of(second).pk, D(30))

    assert number == 2
    assert (left(payment), left(entry_of(second))) == ((0, 0, False), (20, 20, True))
    assert_books_balance()


def test_a_payment_without_an_invoice_stays_open() -> None:
    contoso = Customer.objects.get(no="CONTOSO")
    euros = Currency.objects.get(code="EUR")

    payment = register_payment(Payment(D(50), customer=contoso.pk, currency=euros.pk))

    assert (payment.amount, payment.amount_lcy, payment.currency_code) == (-50, D("-42.98"), euros)
    assert left(payment) == (-50, D("-42.98"), True)
    assert payment.document_type == CustLedgerEntry.DocumentType.PAYMENT


def test_a_paid_invoice_takes_another_payment_on_account() -> None:
    made = invoiced()
    pay(made, 100)

    assert left(pay(made, 10)) == (-10, -10, True)
    assert_books_balance()


# --- payment discount ----------------------------------------------------------------------------------------------


def test_a_payment_short_of_the_invoice_closes_it_where_that_is_asked_for() -> None:
    made = invoiced()

    payment = pay(made, 98, close_rest=True)

    assert left(entry_of(made)) == left(payment) == (0, 0, False)
    discount = DetailedCustLedgEntry.objects.get(entry_type=3)
    assert (discount.amount, discount.amount_lcy, discount.application_no) == (-2, -2, 1)
    assert_books_balance()
    unapply(1)
    assert (left(entry_of(made)), left(payment)) == ((100, 100, True), (-98, -98, True))


def test_more_than_five_per_cent_is_given_away_only_on_purpose() -> None:
    made = invoiced()

    with pytest.raises(ConfirmationMissing, match="5.01\\d* of 100.00\\d* would be given away"):
        pay(made, "94.99", close_rest=True)
    assert CustLedgerEntry.objects.count() == 1
    pay(made, "94.99", close_rest=True, confirmed=True)
    assert left(entry_of(made))[2] is False
    pay(invoiced(), 95, close_rest=True)


@pytest.mark.parametrize(
    ("amount", "day", "proposed"),
    [
        ("98", "2027-01-23", True),
        ("98", "2027-01-24", False),
        ("97", "2027-01-20", False),
        ("100", "2027-01-20", False),
    ],
)
def test_the_rest_is_proposed_as_discount_in_time_and_by_the_terms(amount: str, day: str, proposed: bool) -> None:
    made = invoiced()

    assert proposes_discount(made, D(amount), dt.date.fromisoformat(day), D("0.01")) is proposed


def test_terms_without_a_discount_propose_none() -> None:
    assert not proposes_discount(invoiced(whose="CONTOSO"), D(98), DAY, D("0.01"))


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_an_amount_that_nobody_can_pay_is_refused(amount: str) -> None:
    with pytest.raises(AmountRefused, match="is no amount that can be paid in GBP"):
        pay(invoiced(), amount)


def test_payments_of_nobody_and_for_nothing_are_refused() -> None:
    with pytest.raises(NotFound, match="Sales Invoice Header"):
        register_payment(Payment(D(1), invoice=uuid.uuid4()))
    with pytest.raises(NotFound, match="Customer"):
        register_payment(Payment(D(1), customer=uuid.uuid4()))


def test_a_canceled_invoice_is_not_paid() -> None:
    made = invoiced()
    cancel(made.pk)

    with pytest.raises(Applied, match="Invoice 103001 is canceled by credit memo 104001"):
        pay(made, 100)


def test_a_closed_period_and_a_day_without_a_rate_take_no_payment() -> None:
    made = invoiced(whose="CONTOSO")
    with pytest.raises(RateMissing):
        pay(made, 1, posting_date=dt.date(2025, 1, 1))
    setup = GeneralLedgerSetup.current()
    setup.allow_posting_to = DAY
    setup.save()
    with pytest.raises(PostingDateRefused):
        pay(made, 1, posting_date=dt.date(2027, 1, 16))
