"""Several people post at the same moment: one of them does, the others are shown what it did."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, connections
from django.http import QueryDict

from integration.business_central.models import CustLedgerEntry, SalesCrMemoHeader, SalesInvoiceHeader
from integration.forms.bookkeeping.corrections import CancelForm
from integration.forms.bookkeeping.payments import PaymentForm
from tests.business_central.posting.books import assert_books_balance, invoiced

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time anyway"),
]


def filled(form: Any, made: SalesInvoiceHeader, who: str, **typed: str) -> Any:
    """A form as it was shown before any of them pressed, and is valid by then."""
    sent = QueryDict(mutable=True)
    sent.update({"seen": form(made, who)["seen"].value(), "posting_date": "2027-01-15", **typed})
    ready = form(SalesInvoiceHeader.objects.get(pk=made.pk), who, sent)
    assert ready.is_valid()
    return ready


def all_at_once(saves: Sequence[Callable[[], bool]]) -> list[bool]:
    together, answers = threading.Barrier(len(saves)), []

    def press(save: Callable[[], bool]) -> None:
        together.wait(20)
        try:
            answers.append(save())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=[save]) for save in saves]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return sorted(answers)


def test_of_four_who_register_the_same_payment_one_does() -> None:
    made = invoiced()
    forms = [filled(PaymentForm, made, f"bookkeeper {n}", amount="60") for n in range(4)]

    assert all_at_once([form.saved for form in forms]) == [False, False, False, True]

    assert CustLedgerEntry.objects.filter(document_type=1).count() == 1
    assert sum("“100.00” → “40.00”" in str(form.non_field_errors()) for form in forms) == 3
    assert_books_balance()


def test_an_invoice_is_either_paid_or_canceled() -> None:
    made = invoiced()
    forms = [filled(PaymentForm, made, "annette", amount="60"), filled(CancelForm, made, "esther")]

    assert all_at_once([form.saved for form in forms]) == [False, True]

    paid = CustLedgerEntry.objects.filter(document_type=1).count()
    assert paid + SalesCrMemoHeader.objects.count() == 1
    assert_books_balance()
