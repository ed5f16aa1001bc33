"""The filters of the lists of documents."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from integration.business_central.models import Currency, DocumentType, SalesHeader, SalesShipmentHeader
from integration.business_central.models.documents import SalesHeaderArchive
from integration.forms.filters import ALL, ListFilter, text_filter

INVOICED, HELD, UNSHIPPED, UNINVOICED, UNDONE = "invoiced", "held", "unshipped", "uninvoiced", "undone"
LOCAL = "local"


def currency_filter() -> django_filters.ChoiceFilter:
    """One currency by its code, or the local one, which documents leave blank."""
    return django_filters.ChoiceFilter(label="Currency", choices=_currencies, empty_label="All", method="in_currency")


def _currencies() -> list[tuple[str, str]]:
    codes = Currency.objects.order_by("code").values_list("code", flat=True)
    return [(LOCAL, "Local currency"), *((code, code) for code in codes)]


def customer_filter() -> django_filters.CharFilter:
    """Those of one customer, who pays for them; how the card of a customer leads here."""
    hidden = forms.HiddenInput
    return django_filters.CharFilter(label="Customer No.", field_name="bill_to_customer_no__no", widget=hidden)


def in_currency(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Those in this currency."""
    return rows.filter(currency_code=None) if value == LOCAL else rows.filter(currency_code__code=value)


def of_customer(rows: QuerySet[Any], text: str, *numbers: str) -> QuerySet[Any]:
    """Those whose number, customer or reference contains this text."""
    places = ("no", "sell_to_customer_name", "sell_to_customer_no__no", "external_document_no", *numbers)
    found = Q()
    for place in places:
        found |= Q(**{f"{place}__icontains": text})
    return rows.filter(found)


class DocumentFilter(ListFilter):
    """Open documents of one kind. What is invoiced in full is shown only where ``state`` asks for it."""

    q = text_filter("Number, customer or reference", "containing")
    status = django_filters.ChoiceFilter(label="Status", choices=SalesHeader.Status.choices, empty_label="All")
    state = django_filters.ChoiceFilter(
        label="Show",
        choices=[(UNSHIPPED, "To ship"), (UNINVOICED, "To invoice"), (HELD, "On hold"), (INVOICED, "Invoiced"),
                 (ALL, "All")],
        empty_label="Not invoiced", method="by_nothing",
    )  # fmt: skip
    currency = currency_filter()
    customer = customer_filter()

    class Meta:
        model = SalesHeader
        fields: list[str] = []

    def by_nothing(self, rows: QuerySet[SalesHeader], name: str, value: str) -> QuerySet[SalesHeader]:
        """``filter_queryset`` looks at the state, since blank narrows, too."""
        return rows

    def filter_queryset(self, queryset: QuerySet[SalesHeader]) -> QuerySet[SalesHeader]:
        return _STATES[self.form.cleaned_data.get("state") or ""](super().filter_queryset(queryset))

    def containing(self, rows: QuerySet[SalesHeader], name: str, value: str) -> QuerySet[SalesHeader]:
        return of_customer(rows, value, "your_reference", "quote_no")

    def in_currency(self, rows: QuerySet[SalesHeader], name: str, value: str) -> QuerySet[SalesHeader]:
        return in_currency(rows, value)


_STATES: dict[str, Any] = {
    "": lambda rows: rows.filter(completely_invoiced=False),
    UNSHIPPED: lambda rows: rows.filter(completely_shipped=False, on_hold=""),
    UNINVOICED: lambda rows: rows.filter(last_shipment_date__isnull=False, completely_invoiced=False),
    HELD: lambda rows: rows.exclude(on_hold=""),
    INVOICED: lambda rows: rows.filter(completely_invoiced=True),
    ALL: lambda rows: rows,
}


class ShipmentFilter(ListFilter):
    """Posted shipments. ``order_no`` and ``state`` are how a card leads here."""

    q = text_filter("Number, customer or order", "containing")
    order_no = django_filters.CharFilter(label="Order No.", field_name="order_no")
    state = django_filters.ChoiceFilter(
        label="Show", choices=[(UNINVOICED, "Not invoiced"), (UNDONE, "Undone")], empty_label="All", method="by_state"
    )
    currency = currency_filter()
    customer = customer_filter()

    class Meta:
        model = SalesShipmentHeader
        fields: list[str] = []

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(is_undone=True) if value == UNDONE else rows.filter(is_undone=False, is_invoiced=False)

    def containing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return of_customer(rows, value, "order_no")

    def in_currency(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return in_currency(rows, value)


class ArchiveFilter(ListFilter):
    """Archived versions of quotes and orders."""

    q = text_filter("Number, customer or reference", "containing")
    type = django_filters.ChoiceFilter(
        label="Type", field_name="document_type", choices=DocumentType.choices, empty_label="All"
    )

    class Meta:
        model = SalesHeaderArchive
        fields: list[str] = []

    def containing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return of_customer(rows, value, "your_reference", "quote_no")
