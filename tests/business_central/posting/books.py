"""Invoices and their payments, what remains of an entry, and that the books balance."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from integration.business_central.models import (
    Currency,
    CurrencyExchangeRate,
    CustLedgerEntry,
    DetailedCustLedgEntry,
    SalesInvoiceHeader,
)
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.business_central.posting.payments import Payment, register_payment
from tests.business_central.trading import item, order

D = Decimal


def invoiced(amount: Any = 100, whose: str = "ADATUM") -> SalesInvoiceHeader:
    """A posted invoice of so much, without VAT."""
    return ship_and_invoice(order(item("STAMP", 1, price=amount), whose=whose).pk)


def pay(invoice: SalesInvoiceHeader, amount: Any, **more: Any) -> CustLedgerEntry:
    return register_payment(Payment(D(amount), invoice=invoice.pk, **more), by="annette")


def entry_of(invoice: SalesInvoiceHeader) -> CustLedgerEntry:
    return CustLedgerEntry.objects.get(document_type=2, document_no=invoice.no)


def left(entry: CustLedgerEntry) -> tuple[D, D, bool]:
    entry.refresh_from_db()
    return entry.remaining_amount, entry.remaining_amount_lcy, entry.open


def assert_books_balance() -> None:
    """What remains of every entry is the sum of its details, in both currencies; posted invoices show it."""
    for entry in CustLedgerEntry.objects.all():
        details = list(DetailedCustLedgEntry.objects.filter(cust_ledger_entry_no=entry))
        assert entry.remaining_amount == sum(x.amount for x in details)
        assert entry.remaining_amount_lcy == sum(x.amount_lcy for x in details)
        assert entry.open == bool(entry.remaining_amount)
        assert entry.open or not entry.remaining_amount_lcy
        assert (entry.closed_at_date is None) == entry.open
        if entry.document_type == 2:
            invoice = SalesInvoiceHeader.objects.get(no=entry.document_no)
            assert (invoice.remaining_amount, invoice.closed) == (entry.remaining_amount, not entry.open)
    numbers = DetailedCustLedgEntry.objects.exclude(application_no=0).values_list("application_no", flat=True)
    for number in set(numbers):
        own = DetailedCustLedgEntry.objects.filter(application_no=number, entry_type=2)
        assert sum(x.amount for x in own) == sum(x.amount_lcy for x in own) == 0


def worth(day: dt.date, rate: str) -> None:
    CurrencyExchangeRate.objects.create(
        currency_code=Currency.objects.get(code="EUR"), starting_date=day, exchange_rate_amount=D(rate),
        relational_exch_rate_amount=1,
    )  # fmt: skip
