"""What the company knows of a customer: documents, ledger and what is owed, as boxes beside the customer's card."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from integration.business_central.documents.masters import Masters
from integration.business_central.models import (
    CustLedgerEntry,
    Customer,
    DocumentType,
    SalesCrMemoHeader,
    SalesHeader,
    SalesInvoiceHeader,
    SalesShipmentHeader,
)
from integration.business_central.reading import statistics
from integration.pages.amounts import money

OPEN_ENTRIES = "ledger_entries"
LEFT_OUT = ("invoiced_prepayment_lcy",)
OPEN_LISTS = {
    DocumentType.QUOTE: ("Quotes", "quotes"),
    DocumentType.ORDER: ("Orders", "orders"),
    DocumentType.INVOICE: ("Invoices", "invoices"),
}

POSTED: Mapping[str, tuple[str, Any]] = {
    "shipments": ("Posted Shipments", SalesShipmentHeader),
    "posted_invoices": ("Posted Invoices", SalesInvoiceHeader),
    "posted_credit_memos": ("Posted Credit Memos", SalesCrMemoHeader),
}
"""Lists of posted documents."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many documents of a kind there are, and the list of them."""

    label: str
    number: int
    url: str


@dataclass(frozen=True, slots=True)
class CustomerBoxes:
    """The boxes of one customer."""

    id: uuid.UUID
    no: str
    local_currency: str
    documents: Sequence[Counted]
    figures: Sequence[tuple[str, str]]
    overdue: bool


def customer_boxes(id: uuid.UUID) -> CustomerBoxes | None:
    """The boxes of a customer of the embedded company; ``None`` where there is no such customer in it."""
    customer = Customer.objects.filter(pk=id).annotate(**_numbers()).first()
    if customer is None:
        return None
    masters = Masters()
    record = statistics.get([id], list(statistics.AMOUNTS)).get(id)
    values = record.values if record else {}
    figures = [
        (label.removesuffix(" (LCY)"), money(values.get(name), masters.local_step))
        for name, label in statistics.AMOUNTS.items()
        if name not in LEFT_OUT
    ]
    overdue = bool(values.get("overdue_amounts_lcy"))
    return CustomerBoxes(id, customer.no, masters.currency_code(None), _documents(customer), figures, overdue)


def _documents(customer: Customer) -> list[Counted]:
    mine = {"bill_to_customer_no": customer.pk}
    open_documents = dict(
        SalesHeader.objects.filter(**mine, completely_invoiced=False)
        .values_list("document_type")
        .annotate(number=Count("pk"))
        .order_by()
    )
    found = [
        Counted(label, open_documents.get(kind, 0), _list(name, customer)) for kind, (label, name) in OPEN_LISTS.items()
    ]
    found += [Counted(label, getattr(customer, name), _list(name, customer)) for name, (label, _) in POSTED.items()]
    entries = _list(OPEN_ENTRIES, customer, state="open")
    return [*found, Counted("Open Ledger Entries", getattr(customer, OPEN_ENTRIES), entries)]


def _numbers() -> dict[str, Coalesce]:
    """How many posted documents and open entries a customer has, asked with the customer."""
    posted = {name: model.objects.filter(bill_to_customer_no=OuterRef("pk")) for name, (_, model) in POSTED.items()}
    rows = posted | {OPEN_ENTRIES: CustLedgerEntry.objects.filter(customer_no=OuterRef("pk"), open=True)}
    return {name: Coalesce(Subquery(_number_of(one)), 0) for name, one in rows.items()}


def _number_of(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    return rows.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")


def _list(name: str, customer: Customer, **more: str) -> str:
    return f"{reverse(name)}?{urlencode({'customer': customer.no, **more})}"
