"""Lists of Business Central's documents: quotes, orders, invoices that are not posted, shipments, archived versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integration.business_central.models import SalesHeader, SalesShipmentHeader, SalesShipmentLine
from integration.business_central.models.documents import SalesHeaderArchive
from integration.forms.documents.filters import ArchiveFilter, DocumentFilter, ShipmentFilter, SortedFilter
from integration.pages.documents.cards import Currencies
from integration.pages.documents.kinds import BY_SLUG, ORDER, Kind, name_of, state_of
from integration.templatetags.formats import day, moment
from integration.views.spreadsheet import as_csv

AT_ONCE = 50
EXPORTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its caption, its value as text, whether it is a number, and what sorts by it (blank:
    nothing)."""

    label: str
    text: Callable[[Any], str]
    order: str = ""
    number: bool = False


def _customer(row: Any) -> str:
    return str(row.sell_to_customer_name)


def _day(name: str) -> Callable[[Any], str]:
    return lambda row: day(getattr(row, name))


def _common() -> tuple[Column, ...]:
    """The columns of every list of documents with amounts."""
    currencies = Currencies()
    return (
        Column("No.", lambda row: str(row.no), "no"),
        Column("Customer", _customer, "sell_to_customer_name"),
        Column("Date", _day("document_date"), "document_date"),
        Column("Currency", currencies.code),
        Column("Amount", lambda row: currencies.money(row, row.amount), "amount", number=True),
        Column("Incl. VAT", lambda row: currencies.money(row, row.amount_including_vat), "amount_including_vat",
               number=True),
    )  # fmt: skip


SHIPPED = (
    Column("Requested", _day("requested_delivery_date"), "requested_delivery_date"),
    Column("Shipped", lambda row: "Yes" if row.completely_shipped else "No"),
    Column("Invoiced", lambda row: "Yes" if row.completely_invoiced else "No"),
)


def _of_shipments() -> tuple[Column, ...]:
    return (
        Column("No.", lambda row: str(row.no), "no"),
        Column("Customer", _customer, "sell_to_customer_name"),
        Column("Posting Date", _day("posting_date"), "posting_date"),
        Column("Order No.", lambda row: str(row.order_no), "order_no"),
        Column("Currency", Currencies().code),
        Column("Invoiced", lambda row: "Undone" if row.is_undone else "Yes" if row.is_invoiced else "No"),
    )


def _of_versions() -> tuple[Column, ...]:
    first, *others = _common()
    return (
        first,
        Column("Type", lambda row: str(row.get_document_type_display())),
        Column("Version", lambda row: str(row.version_no), number=True),
        *others,
        Column("Archived At", lambda row: moment(row.archived_at), "archived_at"),
    )


@dataclass(frozen=True, slots=True)
class ListShown:
    """One page of a list with its heads."""

    title: str
    columns: Sequence[Column]
    filter: SortedFilter
    page: Page[Any]

    @property
    def heads(self) -> Iterator[tuple[str, str, str, bool]]:
        """(caption, the query that sorts by it, how it is sorted now, whether it is a number)."""
        for column in self.columns:
            query, now = self.filter.head(column.order) if column.order else ("", "")
            yield column.label, query, now, column.number

    @property
    def rows(self) -> Iterator[tuple[Any, list[tuple[str, bool]]]]:
        """(row, its cells with whether each is a number)."""
        for row in self.page.object_list:
            yield row, [(column.text(row), column.number) for column in self.columns]


def _exported(columns: Sequence[Column], found: QuerySet[Any]) -> Iterator[list[str]]:
    yield [column.label for column in columns]
    for row in found.iterator(chunk_size=EXPORTED_AT_ONCE):
        yield [column.text(row) for column in columns]


def _answer(
    request: HttpRequest, template: str, title: str, columns: Sequence[Column], chosen: SortedFilter, **more: Any
) -> HttpResponseBase:
    """The page of a list, or all of it for a spreadsheet."""
    if request.GET.get("format") == "csv":
        return as_csv(title.lower().replace(" ", "-"), _exported(columns, chosen.rows))
    page = Paginator(chosen.rows, AT_ONCE).get_page(request.GET.get("page"))
    shown = ListShown(title, columns, chosen, page)
    return render(request, f"integration/documents/{template}.html", {"list": shown, "filter": chosen, **more})


@require_safe
def documents(request: HttpRequest, kind: str) -> HttpResponseBase:
    """``/documents/orders/`` and its like: documents of a kind; what is invoiced in full only where it is asked for."""
    shown: Kind = BY_SLUG[kind]
    rows = SalesHeader.objects.filter(document_type=shown.type).select_related("currency_code")
    columns = (*_common(), *SHIPPED) if shown is ORDER else _common()
    chosen = DocumentFilter(request.GET, rows)
    return _answer(request, "list", shown.title, columns, chosen, kind=shown, state_of=state_of, name_of=name_of)


@require_safe
def shipments(request: HttpRequest) -> HttpResponseBase:
    """``/documents/shipments/``: posted shipments, for choosing those that come on one invoice."""
    rows = with_progress(SalesShipmentHeader.objects.select_related("currency_code"))
    return _answer(request, "shipments", "Posted Sales Shipments", _of_shipments(), ShipmentFilter(request.GET, rows))


def with_progress(rows: Any) -> QuerySet[SalesShipmentHeader]:
    """Shipments with what became of them: ``is_undone``, ``is_invoiced`` (nothing of them is left to invoice)."""
    lines = SalesShipmentLine.objects.filter(document_no=OuterRef("pk")).exclude(quantity=0)
    standing = lines.filter(undone=False)
    left = standing.exclude(quantity_invoiced=F("quantity"))
    return rows.annotate(is_undone=~Exists(standing), is_invoiced=Exists(standing) & ~Exists(left))


@require_safe
def archive(request: HttpRequest) -> HttpResponseBase:
    """``/documents/archive/``: archived versions of quotes and orders."""
    rows = SalesHeaderArchive.objects.select_related("currency_code")
    return _answer(request, "archive", "Sales Archive", _of_versions(), ArchiveFilter(request.GET, rows))
