"""What the card of a document shows: its fields in FastTabs, its lines, its sums, what belongs to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from integration.business_central.amounts import local_amount
from integration.business_central.models import (
    Customer,
    GeneralLedgerSetup,
    LineType,
    Note,
    SalesCrMemoHeader,
    SalesHeader,
    SalesHeaderArchive,
    SalesInvoiceHeader,
    SalesInvoiceLine,
    SalesShipmentHeader,
)
from integration.models import SyncError, TableMapping
from integration.pages.amounts import money, plain, price
from integration.sync.memory.ledger import State
from integration.systems.values import Side

Tab = tuple[str, list[tuple[str, str]]]


def number(value: Decimal) -> str:
    """A quantity or a percentage; blank for 0."""
    return plain(value) if value else ""


class Currencies:
    """The currencies of documents, for which the local one is read once."""

    def __init__(self) -> None:
        self.local = GeneralLedgerSetup.current()

    def step(self, header: Any) -> Decimal:
        """The smallest unit of a document's currency."""
        currency = header.currency_code
        return Decimal((currency and currency.amount_rounding_precision) or self.local.amount_rounding_precision)

    def code(self, header: Any) -> str:
        """The currency of a document, also where it is the local one."""
        return str(header.currency_code.code if header.currency_code else self.local.lcy_code)

    def money(self, header: Any, amount: Decimal) -> str:
        """An amount of a document with the decimals of its currency."""
        return money(amount, self.step(header))

    def local_sums(self, header: Any) -> list[tuple[str, str]]:
        """(what, how much) of a document in a foreign currency, in the local one."""
        step = Decimal(self.local.amount_rounding_precision)
        sums = (("Excl. VAT", header.amount), ("Incl. VAT", header.amount_including_vat))
        return [
            (f"{label} {self.local.lcy_code}", money(local_amount(amount, header.currency_factor, step), step))
            for label, amount in sums
            if header.currency_code
        ]


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a document in its currency, and each rate of VAT with what it is charged on."""

    currency: str
    step: Decimal
    lines: Decimal
    discount: Decimal
    amount: Decimal
    including: Decimal
    local: Sequence[tuple[str, str]]
    rates: Sequence[tuple[str, Decimal, Decimal]]

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        """(what, how much), from the lines to the total."""
        if self.discount:
            yield "Lines", money(self.lines, self.step)
            yield "Invoice Discount", money(-self.discount, self.step)
        yield "Total Excl. VAT", money(self.amount, self.step)
        for name, _, vat in self.rates:
            yield name, money(vat, self.step)
        yield f"Total Incl. VAT {self.currency}", money(self.including, self.step)


def totals_of(header: Any, lines: Sequence[Any]) -> Totals:
    """The sums of a document; ``lines`` are its rows as they are stored or previewed."""
    rates: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if line.type != LineType.COMMENT:
            base, vat = rates.get(line.vat_percent, (Decimal(0), Decimal(0)))
            rates[line.vat_percent] = base + line.amount, vat + line.amount_including_vat - line.amount
    named = [(f"VAT {number(rate) or '0'}%", *sums) for rate, sums in sorted(rates.items(), reverse=True)]
    gross = sum((line.line_amount for line in lines), Decimal(0))
    currencies = Currencies()
    return Totals(
        currencies.code(header), currencies.step(header), gross, header.invoice_discount_amount, header.amount,
        header.amount_including_vat, currencies.local_sums(header), named,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line as a card shows it."""

    row: Any
    step: Decimal

    @property
    def type(self) -> str:
        return str(self.row.get_type_display()).strip()

    @property
    def unit(self) -> str:
        return self.row.unit_of_measure_code.code if self.row.unit_of_measure_code else ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Quantity, price, discount and amount as text; blank for a comment."""
        row = self.row
        if row.type == LineType.COMMENT:
            return ("", "", "", "")
        discount = number(row.line_discount_percent)
        return (
            plain(row.quantity),
            price(row.unit_price, self.step),
            discount and f"{discount}%",
            money(row.line_amount, self.step),
        )

    @property
    def progress(self) -> tuple[str, ...]:
        """To ship, shipped, to invoice, invoiced."""
        row = self.row
        return tuple(map(number, (row.qty_to_ship, row.quantity_shipped, row.qty_to_invoice, row.quantity_invoiced)))


def lines_shown(header: Any, lines: Sequence[Any]) -> list[LineShown]:
    """The lines as a card shows them."""
    step = Currencies().step(header)
    return [LineShown(line, step) for line in lines]


def tabs_of(header: Any, tabs: Sequence[tuple[str, Sequence[str]]]) -> list[Tab]:
    """(name, (caption, value) of each field that holds something) of each FastTab that holds anything."""
    shown = []
    for label, names in tabs:
        there = [name for name in names if hasattr(header, name)]
        fields = [(str(header._meta.get_field(name).verbose_name), _text(header, name)) for name in there]
        filled = [(caption, text) for caption, text in fields if text]
        if filled:
            shown.append((label, filled))
    return shown


def _text(header: Any, name: str) -> str:
    value = getattr(header, name)
    if isinstance(value, bool):
        return "Yes" if value else ""
    if isinstance(value, Customer):
        return value.no
    if isinstance(value, Decimal):
        return number(value)
    return "" if value is None else str(value)


# --- what belongs to a document --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Partner:
    """The record in Dynamics 365 Sales that a document is coupled with."""

    mapping: str
    table: str
    id: uuid.UUID

    @property
    def name(self) -> str:
        return f"{_IN_SALES.get(self.table, 'Record')} in Dynamics 365 Sales"


_IN_SALES = {"salesorder": "Sales order", "quote": "Quote", "invoice": "Invoice"}


def partner_of(id: uuid.UUID, table: str) -> Partner | None:
    """The coupled record of Sales, if there is one."""
    for mapping in TableMapping.objects.of_table(Side.ERP, table):
        pair = mapping.couplings.pairs(Side.ERP, [id]).get(id)
        if pair is not None and pair.state is not State.RESERVED and pair.crm_id is not None:
            return Partner(mapping.name, mapping.crm_table, pair.crm_id)
    return None


def errors_of(id: uuid.UUID, partner: Partner | None) -> list[SyncError]:
    """The open errors about a document and the record that it is coupled with, newest first."""
    about = Q(erp_id=id) | Q(crm_id=partner.id) if partner else Q(erp_id=id)
    return list(SyncError.objects.open().filter(about).select_related("mapping").order_by("-created_at"))


@dataclass(frozen=True, slots=True)
class Belonging:
    """What was made of an order or a quote, and notes on it."""

    shipments: Sequence[SalesShipmentHeader]
    invoices: Sequence[SalesInvoiceHeader]
    memos: Sequence[SalesCrMemoHeader]
    versions: Sequence[tuple[uuid.UUID, str]]
    quotes: Sequence[SalesHeaderArchive]
    notes: Sequence[Note]


def belonging_to(header: SalesHeader) -> Belonging:
    """What is posted and archived of a document, newest first."""
    versions = SalesHeaderArchive.objects.filter(source_id=header.pk).order_by("-version_no")
    invoices = list(_invoices_of(header))
    memos = SalesCrMemoHeader.objects.filter(corrects_invoice_no__in=[one.no for one in invoices])
    return Belonging(
        list(SalesShipmentHeader.objects.filter(order_id=header.pk).order_by("-no")),
        invoices,
        list(memos.order_by("-no")),
        [(one.pk, f"Version {one.version_no}") for one in versions],
        list(_quotes_of(header)),
        list(Note.objects.filter(record_id=header.pk).order_by("created_at")),
    )


def _invoices_of(header: SalesHeader) -> Any:
    """Those of the order alone, and those of shipments of several orders."""
    shared = SalesInvoiceLine.objects.filter(order_id=header.pk).values("document_no")
    return SalesInvoiceHeader.objects.filter(pk__in=shared).order_by("-no")


def _quotes_of(header: SalesHeader) -> Any:
    """The archived quote that an order came from: its last version."""
    found = SalesHeaderArchive.objects.filter(document_type=0, no=header.quote_no).order_by("-archived_at")
    return found[:1] if header.quote_no else ()
