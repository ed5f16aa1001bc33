"""Payments applied to other invoices, and applications that are taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from integration.business_central.models import (
    Currency,
    CustLedgerEntry,
    Customer,
    DetailedCustLedgEntry,
    GeneralLedgerSetup,
)
from integration.business_central.posting.crediting import cancel
from integration.business_central.posting.payments import Payment, apply, register_payment, unapply
from integration.systems.errors import NotFound
from integration.systems.refusals import AmountRefused, Applied, NotLatest, PostingDateRefused
from tests.business_central.posting.books import assert_books_balance, entry_of, invoiced, left, pay, worth

D = Decimal


def on_account(amount: Any, whose: str = "ADATUM", currency: str = "") -> CustLedgerEntry:
    euros = Currency.objects.get(code=currency).pk if currency else None
    return register_payment(Payment(D(amount), customer=Customer.objects.get(no=whose).pk, currency=euros))


def test_only_what_remains_is_applied() -> None:
    made, payment = invoiced(), on_account(60)

    for amount in ("0", "-1", "60.01"):
        with pytest.raises(AmountRefused, match="is not between 0 and what remains"):
            apply(payment.pk, entry_of(made).pk, D(amount))
    apply(payment.pk, entry_of(made).pk, D(60))
    with pytest.raises(AmountRefused):
        apply(on_account(60).pk, entry_of(made).pk, D("40.01"))


def test_a_payment_is_applied_to_an_invoice_of_the_same_customer_and_currency() -> None:
    made, entry = invoiced(), entry_of(invoiced())
    with pytest.raises(AmountRefused, match="different customers"):
        apply(on_account(1, "CONTOSO").pk, entry.pk, D(1))
    with pytest.raises(AmountRefused, match="different currencies"):
        apply(on_account(1, "ADATUM", "EUR").pk, entry.pk, D(1))
    with pytest.raises(AmountRefused, match="Only a payment or a credit memo"):
        apply(entry_of(made).pk, entry.pk, D(1))
    with pytest.raises(AmountRefused, match="Only a payment or a credit memo"):
        apply(on_account(1).pk, on_account(1).pk, D(1))
    with pytest.raises(NotFound):
        apply(uuid.uuid4(), entry.pk, D(1))


# --- unapply -------------------------------------------------------------------------------------------------------


def test_an_application_is_taken_back_with_what_was_won() -> None:
    made = invoiced("100.02", "CONTOSO")
    worth(dt.date(2027, 2, 1), "1.13657")
    payment = pay(made, "100.02", posting_date=dt.date(2027, 2, 10))

    unapply(1)

    assert left(entry_of(made)) == (D("100.02"), D("85.97"), True)
    assert left(payment) == (D("-100.02"), D("-88.00"), True)
    own = DetailedCustLedgEntry.objects.filter(application_no=1)
    assert (own.count(), own.filter(unapplied=True).count(), sum(x.amount_lcy for x in own)) == (6, 6, 0)
    assert_books_balance()
    apply(payment.pk, entry_of(made).pk, D("100.02"))
    assert left(payment) == (0, 0, False)


def test_only_the_latest_application_is_taken_back() -> None:
    made = invoiced()
    pay(made, 40)
    pay(made, 60)

    with pytest.raises(NotLatest, match="applied to these entries later"):
        unapply(1)
    unapply(2)
    unapply(1)
    assert left(entry_of(made)) == (100, 100, True)
    assert_books_balance()


@pytest.mark.parametrize("number", [0, 7])
def test_what_was_never_applied_is_not_taken_back(number: int) -> None:
    invoiced()

    with pytest.raises(NotFound, match=f"There is no application {number}"):
        unapply(number)


def test_an_application_is_taken_back_once_and_not_in_a_closed_period() -> None:
    pay(invoiced(), 40)
    setup = GeneralLedgerSetup.current()
    setup.allow_posting_from = dt.date(2027, 1, 16)
    setup.save()

    with pytest.raises(PostingDateRefused):
        unapply(1)
    unapply(1, posting_date=dt.date(2027, 1, 16))
    with pytest.raises(NotFound):
        unapply(1, posting_date=dt.date(2027, 1, 16))


def test_a_canceled_invoice_stays_closed() -> None:
    made = invoiced()
    cancel(made.pk)

    with pytest.raises(Applied, match="Invoice 103001 is canceled; its credit memo stays applied"):
        unapply(1)
