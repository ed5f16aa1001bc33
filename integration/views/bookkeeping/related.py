"""What belongs together: an order, its shipments, its invoices, their credit memos, and the entries of the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from integration.business_central.models import (
    CustLedgerEntry,
    DetailedCustLedgEntry,
    SalesCrMemoHeader,
    SalesHeader,
    SalesInvoiceHeader,
    SalesInvoiceLine,
    SalesShipmentHeader,
)
from integration.pages.parts import first_url

ENTRY = CustLedgerEntry.DocumentType
KINDS = DetailedCustLedgEntry.EntryType
DOCUMENTS = {ENTRY.INVOICE: SalesInvoiceHeader, ENTRY.CREDIT_MEMO: SalesCrMemoHeader}


@dataclass(frozen=True, slots=True)
class Linked:
    """A document that is led to: its kind, its number, its page."""

    kind: str
    no: str
    url: str


def page_of(row: Any) -> str:
    """The address of a row's page: its own, else its card among the records."""
    return first_url("record", ("erp", row.slug(), row.pk))


def linked(row: Any) -> Linked:
    """A row as a link."""
    kind = row.get_document_type_display() if hasattr(row, "document_type") else str(row._meta.verbose_name)
    number = str(getattr(row, row.number_field))
    words = {SalesInvoiceHeader: "Invoice", SalesCrMemoHeader: "Credit Memo", SalesShipmentHeader: "Shipment"}
    return Linked(words.get(type(row), kind), number, page_of(row))


def of_orders(order_ids: Collection[uuid.UUID], but: uuid.UUID | None = None) -> list[Linked]:
    """The orders with these ids and everything that was posted of them, without the row with the id ``but``."""
    if not order_ids:
        return []
    invoices = SalesInvoiceHeader.objects.filter(
        Q(pk__in=SalesInvoiceLine.objects.filter(order_id__in=order_ids).values("document_no"))
        | Q(order_id__in=order_ids)
    )
    memos = SalesCrMemoHeader.objects.filter(corrects_invoice_no__in=invoices.values("no"))
    orders = SalesHeader.objects.filter(pk__in=order_ids)
    shipments = SalesShipmentHeader.objects.filter(order_id__in=order_ids)
    found = [row for rows in (orders, shipments, invoices, memos) for row in rows.order_by("no")]
    return [linked(row) for row in found if row.pk != but]


def orders_of_invoice(invoice: SalesInvoiceHeader) -> set[uuid.UUID]:
    """The ids of the orders that a posted invoice is of."""
    lines = SalesInvoiceLine.objects.filter(document_no=invoice.pk, order_id__isnull=False)
    return {id for id in (*lines.values_list("order_id", flat=True), invoice.order_id) if id is not None}


def of_invoice(invoice: SalesInvoiceHeader) -> list[Linked]:
    """What belongs to a posted invoice: its orders with all of theirs, and its credit memos."""
    found = of_orders(orders_of_invoice(invoice), but=invoice.pk)
    memos = [linked(row) for row in SalesCrMemoHeader.objects.filter(corrects_invoice_no=invoice.no)]
    return list(dict.fromkeys([*found, *memos]))


# --- what is applied to an entry --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Applied:
    """One application of an entry that stands: with which entry, how much of its own amount; ``discount`` was given
    away with it, ``gain`` was won by the rates of the two days (negative: lost), in the local currency."""

    number: int
    other: CustLedgerEntry | None
    url: str
    day: Any
    amount: Any
    discount: Any
    gain: Any


def applied_to(entry: CustLedgerEntry) -> list[Applied]:
    """The applications of an entry that stand, the oldest first."""
    own = DetailedCustLedgEntry.objects.filter(cust_ledger_entry_no=entry.pk, unapplied=False).exclude(application_no=0)
    numbers = sorted({*own.values_list("application_no", flat=True)})
    rows = DetailedCustLedgEntry.objects.filter(application_no__in=numbers, unapplied=False)
    details = list(rows.select_related("cust_ledger_entry_no").order_by("entry_no"))
    return [_applied(entry, number, [row for row in details if row.application_no == number]) for number in numbers]


def _applied(entry: CustLedgerEntry, number: int, details: Sequence[Any]) -> Applied:
    others = [row.cust_ledger_entry_no for row in details if row.cust_ledger_entry_no_id != entry.pk]
    mine = [row for row in details if row.cust_ledger_entry_no_id == entry.pk]
    gains = (KINDS.REALIZED_GAIN, KINDS.REALIZED_LOSS)
    return Applied(
        number,
        others[0] if others else None,
        page_of(others[0]) if others else "",
        details[0].posting_date,
        sum(row.amount for row in mine if row.entry_type == KINDS.APPLICATION),
        sum(row.amount for row in details if row.entry_type == KINDS.PAYMENT_DISCOUNT),
        sum(row.amount_lcy for row in details if row.entry_type in gains),
    )


def entry_of(document: SalesInvoiceHeader | SalesCrMemoHeader) -> CustLedgerEntry | None:
    """The entry of a posted document."""
    kind = ENTRY.INVOICE if isinstance(document, SalesInvoiceHeader) else ENTRY.CREDIT_MEMO
    return CustLedgerEntry.objects.filter(document_type=kind, document_no=document.no).first()


def document_of(entry: CustLedgerEntry) -> Any:
    """The posted document of an entry, ``None`` for a payment."""
    model: Any = DOCUMENTS.get(ENTRY(entry.document_type))
    return model.objects.filter(no=entry.document_no).first() if model else None
