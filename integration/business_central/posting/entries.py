"""Entries of the customer ledger: what a document or a payment begins with, and what is applied to it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Max

from integration.business_central.amounts import OpenEntry
from integration.business_central.models import CustLedgerEntry, DetailedCustLedgEntry, SalesInvoiceHeader
from integration.business_central.rows import Change

Kind = DetailedCustLedgEntry.EntryType


@dataclass(slots=True)
class Booking:
    """Entries and details of one verb, which are numbered and written at the end."""

    day: dt.date
    by: str
    now: dt.datetime
    fresh: list[Any] = field(default_factory=list)
    details: list[Any] = field(default_factory=list)
    _old: dict[uuid.UUID, Change] = field(default_factory=dict)
    _application: int = 0

    def open_entry(self, header: Any, document_type: int, amount: Decimal, local: Decimal, sales: Decimal) -> Any:
        """The entry of a document: ``amount`` in its currency, positive where the customer owes it."""
        entry = CustLedgerEntry(
            customer_no_id=header.bill_to_customer_no_id, sell_to_customer_no_id=header.sell_to_customer_no_id,
            posting_date=self.day, due_date=header.due_date, document_type=document_type, document_no=header.no,
            external_document_no=header.external_document_no, your_reference=header.your_reference,
            description=header.sell_to_customer_name, currency_code_id=header.currency_code_id,
            currency_factor=header.currency_factor, sales_lcy=sales,
        )  # fmt: skip
        self.add(entry, amount, local)
        return entry

    def add(self, entry: Any, amount: Decimal, local: Decimal) -> None:
        """A new entry with its initial detail. One of nothing is closed from the start."""
        entry.posted_by, entry.posted_at = self.by, self.now
        entry.amount = entry.remaining_amount = amount
        entry.amount_lcy = entry.remaining_amount_lcy = local
        entry.open = bool(amount)
        entry.closed_at_date = None if amount else self.day
        self.fresh.append(entry)
        self._detail(entry, Kind.INITIAL, amount, local, 0, entry.document_no)

    @property
    def application_no(self) -> int:
        """The number of what this verb applies."""
        if not self._application:
            last = DetailedCustLedgEntry.objects.aggregate(last=Max("application_no"))["last"] or 0
            self._application = last + 1
        return self._application

    def reduce(self, entry: Any, kind: int, amount: Decimal, local: Decimal, document_no: str, number: int = 0) -> Any:
        """Add a detail that moves an entry's remaining amount by ``amount``."""
        if entry not in self.fresh and entry.pk not in self._old:
            self._old[entry.pk] = Change(entry, entry.columns())
        entry.remaining_amount += amount
        entry.remaining_amount_lcy += local
        entry.open = bool(entry.remaining_amount)
        entry.closed_at_date = None if entry.open else self.day
        return self._detail(entry, kind, amount, local, number or self.application_no, document_no)

    def _detail(self, entry: Any, kind: int, amount: Decimal, local: Decimal, number: int, document_no: str) -> Any:
        detail = DetailedCustLedgEntry(
            cust_ledger_entry_no=entry, entry_type=kind, document_no=document_no, posting_date=self.day,
            amount=amount, amount_lcy=local, application_no=number,
        )  # fmt: skip
        self.details.append(detail)
        return detail

    def _number(self) -> None:
        last_entry, last_detail = _last_numbers()
        for number, entry in enumerate(self.fresh, last_entry + 1):
            entry.entry_no = number
        for number, detail in enumerate(self.details, last_detail + 1):
            detail.entry_no = number

    def write(self, invoices: Sequence[Any] = ()) -> None:
        """Number and write everything; posted invoices show what remains of their entries. ``invoices`` are rows that
        the verb holds already."""
        self._number()
        CustLedgerEntry.objects.insert_complete(self.fresh)
        DetailedCustLedgEntry.objects.insert_complete(self.details)
        CustLedgerEntry.objects.write_complete(list(self._old.values()))
        touched = {
            entry.document_no: entry
            for entry in (change.row for change in self._old.values())
            if entry.document_type == CustLedgerEntry.DocumentType.INVOICE
        }
        held = {invoice.no: invoice for invoice in invoices}
        missing = touched.keys() - held.keys()
        if missing:
            held |= {invoice.no: invoice for invoice in SalesInvoiceHeader.objects.filter(no__in=missing)}
        changes = []
        for no, entry in touched.items():
            invoice = held[no]
            changes.append(Change(invoice, invoice.columns()))
            invoice.remaining_amount, invoice.closed = entry.remaining_amount, not entry.open
        SalesInvoiceHeader.objects.write_complete(changes)


def _last_numbers() -> tuple[int, int]:
    """The last numbers of entries and of details. Every entry has a detail, so one question is enough."""
    last = DetailedCustLedgEntry.objects.aggregate(entry=Max("cust_ledger_entry_no__entry_no"), detail=Max("entry_no"))
    return last["entry"] or 0, last["detail"] or 0


def as_open(entry: Any) -> OpenEntry:
    """An entry as the arithmetic sees it."""
    return OpenEntry(
        entry.amount, entry.remaining_amount, entry.amount_lcy, entry.remaining_amount_lcy, entry.currency_factor
    )
