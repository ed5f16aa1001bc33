"""The filter forms of posted documents and of the customer ledger."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from integration.business_central.fields import today
from integration.business_central.models import (
    CustLedgerEntry,
    SalesCrMemoHeader,
    SalesInvoiceHeader,
)
from integration.forms.filters import ListFilter, text_filter

OPEN, CLOSED, OVERDUE, CANCELED = "open", "closed", "overdue", "canceled"
CUSTOMER = "Customer No."


def no_filter(label: str, name: str) -> django_filters.CharFilter:
    """A number, exactly; codes are stored in capitals."""
    return django_filters.CharFilter(label=label, field_name=name, lookup_expr="exact")


class PostedInvoiceFilter(ListFilter):
    """Posted Sales Invoices."""

    q = text_filter("Number, name or reference contains", "containing")
    customer = no_filter(CUSTOMER, "bill_to_customer_no__no")
    state = django_filters.ChoiceFilter(
        label="Show",
        choices=[(OPEN, "Open"), (OVERDUE, "Overdue"), (CLOSED, "Closed"), (CANCELED, "Canceled")],
        empty_label="All",
        method="by_state",
    )

    class Meta:
        model = SalesInvoiceHeader
        fields: list[str] = []

    def containing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(_document_contains(value))

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == CANCELED:
            return rows.filter(cancelled=True)
        rows = rows.filter(cancelled=False, closed=value == CLOSED)
        return rows.filter(due_date__lt=today()) if value == OVERDUE else rows


class CreditMemoFilter(ListFilter):
    """Posted Sales Credit Memos."""

    q = text_filter("Number, name or reference contains", "containing")
    customer = no_filter(CUSTOMER, "bill_to_customer_no__no")
    invoice = no_filter("Corrects Invoice No.", "corrects_invoice_no")

    class Meta:
        model = SalesCrMemoHeader
        fields: list[str] = []

    def containing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(_document_contains(value))


class LedgerFilter(ListFilter):
    """Customer Ledger Entries."""

    q = text_filter("Document or description contains", "containing")
    customer = no_filter(CUSTOMER, "customer_no__no")
    state = django_filters.ChoiceFilter(
        label="Show",
        choices=[(OPEN, "Open"), (OVERDUE, "Overdue"), (CLOSED, "Closed")],
        empty_label="All",
        method="by_state",
    )
    document_type = django_filters.ChoiceFilter(
        label="Document Type", choices=CustLedgerEntry.DocumentType.choices[1:], empty_label="All"
    )

    class Meta:
        model = CustLedgerEntry
        fields: list[str] = []

    def containing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found = Q(document_no__folded__contains=value.casefold()) | Q(description__folded__contains=value.casefold())
        return rows.filter(found | Q(external_document_no__folded__contains=value.casefold()))

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        rows = rows.filter(open=value != CLOSED)
        return rows.filter(due_date__lt=today(), amount__gt=0) if value == OVERDUE else rows


def _document_contains(value: str) -> Q:
    """The number, the names or the references of a document."""
    names = ("no", "sell_to_customer_name", "bill_to_name", "your_reference", "external_document_no")
    found = Q()
    for name in names:
        found |= Q(**{f"{name}__folded__contains": value.casefold()})
    return found
