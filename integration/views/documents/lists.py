"""Lists of Business Central's documents: quotes, orders, invoices that are not posted, shipments, archived versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.views.decorators.http import require_safe

from integration.business_central.models import SalesHeader, SalesShipmentHeader, SalesShipmentLine
from integration.business_central.models.documents import SalesHeaderArchive
from integration.forms.documents.filters import ArchiveFilter, DocumentFilter, ShipmentFilter
from integration.pages.documents.cards import Currencies
from integration.pages.documents.kinds import BY_SLUG, KINDS, ORDER, Kind, state_of
from integration.pages.lists.cells import Cell, Column, Width, worded
from integration.pages.parts import first_url
from integration.pages.states import Shown, Style
from integration.views.stored_lists import EveryRow, Own, StoredList, every_row, stored_list

CUSTOMER, CURRENCY, AMOUNT, TOTAL = "sell_to_customer_name", "currency_code", "amount", "amount_including_vat"
STATE = "how_far"
FILTERS = ("no", "sell_to_customer_no", CUSTOMER, "external_document_no", "document_date", "requested_delivery_date",
           "salesperson_code", TOTAL)  # fmt: skip
COMMON = ("no", CUSTOMER, "document_date", CURRENCY, AMOUNT, TOTAL)


def _named(name: str, label: str, width: Width) -> Own:
    """A field of the document under a shorter name."""
    return Own(Column(name, label, width, name), lambda row: _text(getattr(row, name)))


def _text(value: Any) -> Cell:
    text = worded(value)
    return Cell(text, title=text)


def _common() -> list[Own]:
    """What every list of documents with amounts has."""
    return [
        _named("no", "No.", Width.CODE),
        _named(CUSTOMER, "Customer", Width.NAME),
        _named("document_date", "Date", Width.DATE),
        *_amounts(),
    ]


def _amounts() -> list[Own]:
    currencies = Currencies()

    def amount(name: str, label: str) -> Own:
        column = Column(name, label, Width.NUMBER, name, number=True)
        return Own(column, lambda row: Cell(currencies.money(row, getattr(row, name)), number=True))

    currency = Own(Column(CURRENCY, "Currency", Width.CODE), lambda row: Cell(currencies.code(row)))
    return [currency, amount(AMOUNT, "Amount"), amount(TOTAL, "Incl. VAT")]


def _yes(name: str, label: str) -> Own:
    return Own(Column(name, label, Width.CODE, name), lambda row: Cell("Yes" if getattr(row, name) else "No"))


def _state(shown: Callable[[Any], Shown], label: str) -> Own:
    """How far a document is, as a dot with its word."""

    def cell(row: Any) -> Cell:
        found = shown(row)
        return Cell(found.label, state=found, title=found.label)

    return Own(Column(STATE, label, Width.STATE), cell)


def _of_orders() -> list[Own]:
    shipped = [_yes("completely_shipped", "Shipped"), _yes("completely_invoiced", "Invoiced")]
    requested = _named("requested_delivery_date", "Requested", Width.DATE)
    return [*_common(), requested, *shipped, _state(state_of, "Status")]


def _of_others() -> list[Own]:
    return [*_common(), _state(state_of, "Status")]


def _of_shipments() -> list[Own]:
    order = Column("order_no", "Order No.", Width.CODE, "order_no")
    currency, *_ = _amounts()
    return [
        _named("no", "No.", Width.CODE),
        _named(CUSTOMER, "Customer", Width.NAME),
        _named("posting_date", "Posting Date", Width.DATE),
        Own(order, lambda row: Cell(row.order_no, _of_order(row), row.order_no)),
        currency,
        _state(_how_invoiced, "Invoiced"),
    ]


def _of_order(row: Any) -> str:
    return first_url("record", ("erp", "sales_header", row.order_id)) if row.order_id else ""


def _how_invoiced(row: Any) -> Shown:
    if row.is_undone:
        return Shown("Undone", Style.SUBDUED)
    return Shown("Yes", Style.FAVORABLE) if row.is_invoiced else Shown("No", Style.AMBIGUOUS)


def _of_versions() -> list[Own]:
    first, *others = _common()
    kind = Column("document_type", "Type", Width.CHOICE, "document_type")
    version = Column("version_no", "Version", Width.CODE, "version_no", number=True)
    return [
        first,
        Own(kind, lambda row: Cell(row.get_document_type_display())),
        Own(version, lambda row: Cell(str(row.version_no), number=True)),
        *others,
    ]


def _open_documents(kind: Kind) -> StoredList:
    title, own = kind.title, _of_orders if kind is ORDER else _of_others
    nouns = kind.noun.lower(), f"{kind.noun.lower()}s"
    order = ("-document_date", "-no")
    more = ("requested_delivery_date", "completely_shipped", STATE) if kind is ORDER else (STATE,)
    usual = (*COMMON, *more)
    return StoredList(
        f"documents/{kind.list}", title, nouns, "sales_header", own, order, FILTERS, usual,
        template="integration/documents/list.html",
    )  # fmt: skip


LISTS: Mapping[str, StoredList] = {kind.slug: _open_documents(kind) for kind in KINDS.values()}
SHIPMENTS = StoredList(
    "documents/shipments", "Posted Sales Shipments", ("posted shipment", "posted shipments"), "sales_shipment_header",
    _of_shipments, ("-posting_date", "-no"),
    ("no", "sell_to_customer_no", CUSTOMER, "order_no", "posting_date", "salesperson_code"),
    template="integration/documents/shipments.html",
    can_select=lambda row: not row.is_undone and not row.is_invoiced, takes_all=True,
)  # fmt: skip
ARCHIVE = StoredList(
    "documents/archive", "Sales Archive", ("archived version", "archived versions"), "sales_header_archive",
    _of_versions, ("-archived_at", "-no", "-version_no"), ("no", CUSTOMER, "document_date", "archived_at"),
    ("no", "document_type", "version_no", *COMMON[1:], "archived_at"),
)  # fmt: skip


@require_safe
def documents(request: HttpRequest, kind: str) -> HttpResponseBase:
    """``/documents/orders/`` and its like: documents of a kind; what is invoiced in full only where it is asked for."""
    shown: Kind = BY_SLUG[kind]
    rows = SalesHeader.objects.filter(document_type=shown.type).select_related("currency_code")
    return stored_list(request, LISTS[kind], DocumentFilter(request.GET, rows), kind=shown)


@require_safe
def shipments(request: HttpRequest) -> HttpResponseBase:
    """``/documents/shipments/``: posted shipments, for choosing those that come on one invoice."""
    may_invoice = request.user.has_perm("business_central.post_document")
    return stored_list(request, SHIPMENTS, _shipments(request.GET), selectable=may_invoice)


def every_shipment(asked: QueryDict, person: Any) -> EveryRow:
    """The shipments on all pages of the list that can be invoiced."""
    return every_row(SHIPMENTS, _shipments(asked), asked, person)


def _shipments(asked: QueryDict) -> ShipmentFilter:
    return ShipmentFilter(asked, with_progress(SalesShipmentHeader.objects.select_related("currency_code")))


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
    return stored_list(request, ARCHIVE, ArchiveFilter(request.GET, rows))
