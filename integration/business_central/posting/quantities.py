"""How much of an order line is invoiced: what the invoices that stand took, and which shipments it came from."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.business_central.amounts import Portion, Taken, total
from integration.business_central.models import DocumentType, ItemLedgerEntry, SalesInvoiceLine, SalesShipmentLine
from integration.business_central.rows import Change

ZERO = Decimal(0)
OrderLine = tuple[uuid.UUID, int]
"""Order id and line number."""


def taken_by(order_ids: Iterable[uuid.UUID]) -> dict[OrderLine, Taken]:
    """What the invoices that are not canceled took of the lines of orders."""
    lines: dict[OrderLine, list[Any]] = {}
    standing = SalesInvoiceLine.objects.filter(order_id__in=list(order_ids), document_no__cancelled=False)
    columns = ("order_id", "order_line_no", "quantity", "line_amount", "line_discount_amount", "inv_discount_amount")
    for row in standing.exclude(quantity=0).values(*columns):
        lines.setdefault((row["order_id"], row["order_line_no"]), []).append(row)
    return {
        key: Taken(
            total(row["quantity"] for row in rows),
            total(row["line_amount"] + row["line_discount_amount"] for row in rows),
            total(row["line_discount_amount"] for row in rows),
            total(row["inv_discount_amount"] for row in rows),
        )
        for key, rows in lines.items()
    }


def invoiced_in_full(header: Any, lines: Sequence[Any]) -> dict[int, Taken]:
    """What the invoices took of the lines of an order of which nothing is left to invoice, by their numbers. Whatever
    becomes of the other lines, no invoice comes any more that could take more, or give back."""
    full = [x.line_no for x in lines if x.type and x.quantity and x.quantity == x.quantity_invoiced]
    if not full or header.document_type != DocumentType.ORDER:
        return {}
    taken = taken_by({header.pk})
    return {no: taken[header.pk, no] for no in full if (header.pk, no) in taken}


def portion(line: Any, quantity: Decimal, taken: Taken) -> Portion:
    """A part of an order line that is to be invoiced."""
    return Portion(
        line.quantity, line.unit_price, line.line_discount_amount, line.inv_discount_amount, quantity, taken,
        line.vat_identifier, line.vat_percent,
    )  # fmt: skip


def mark_invoiced(parts: Mapping[OrderLine, Decimal]) -> dict[OrderLine, str]:
    """Note on shipments and item entries that so much of order lines is invoiced, oldest shipment first; where
    negative of what was shipped, it is taken back, latest shipment first. Returns the first shipment of each line."""
    shipped = SalesShipmentLine.objects.filter(order_id__in={id for id, _ in parts}, undone=False).exclude(quantity=0)
    rows = list(
        shipped.select_related("document_no").order_by("document_no__posting_date", "document_no__no", "line_no")
    )
    changes: list[Change] = []
    first: dict[OrderLine, str] = {}
    for key, part in parts.items():
        own = [row for row in rows if (row.order_id, row.order_line_no) == key]
        for row, moved in _spread(own, part):
            changes.append(Change(row, row.columns()))
            row.quantity_invoiced += moved
            first.setdefault(key, row.document_no.no)
    SalesShipmentLine.objects.write_complete(changes)
    _mark_entries([change.row for change in changes])
    return first


def _spread(rows: Sequence[Any], part: Decimal) -> list[tuple[Any, Decimal]]:
    """Which shipment lines a part goes to: (line, quantity). The part adds up where the shipments have so much."""
    spread = []
    whole = total(row.quantity for row in rows)
    adding = (part > 0) == (whole > 0)
    for row in rows if adding else reversed(rows):
        room = row.quantity - row.quantity_invoiced if adding else -row.quantity_invoiced
        moved = min(part, room, key=abs)
        if moved:
            spread.append((row, moved))
            part -= moved
    return spread


def _mark_entries(rows: Sequence[Any]) -> None:
    """Let the entries of items follow the lines of shipments."""
    invoiced = {(row.document_no.no, row.line_no): -row.quantity_invoiced for row in rows}
    numbers = {no for no, _ in invoiced}
    changes = []
    for entry in ItemLedgerEntry.objects.filter(document_no__in=numbers, entry_type=ItemLedgerEntry.EntryType.SALE):
        key = (entry.document_no, entry.document_line_no)
        if key in invoiced:
            changes.append(Change(entry, entry.columns()))
            entry.invoiced_quantity = invoiced[key]
    ItemLedgerEntry.objects.write_complete(changes)
