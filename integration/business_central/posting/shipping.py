"""Ship a document, and take a wrong shipment back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from integration.business_central.documents.masters import Masters
from integration.business_central.documents.numbers import SHIPMENTS, draw
from integration.business_central.fields import today
from integration.business_central.models import (
    DocumentEvent,
    DocumentType,
    Item,
    ItemLedgerEntry,
    LineType,
    SalesHeader,
    SalesLine,
    SalesShipmentHeader,
    SalesShipmentLine,
)
from integration.business_central.models.document_columns import Header, Line, shared_values
from integration.business_central.posting.context import (
    Work,
    check_hold,
    check_posting_date,
    document,
    load,
    move_posting_date,
    name_of,
    post_events,
)
from integration.business_central.posting.states import release_work
from integration.business_central.posting.stock import check_stock, entry, post_entries
from integration.business_central.row_versions import lock_company
from integration.business_central.rows import Change
from integration.systems.errors import NotFound
from integration.systems.refusals import DocumentRefused, Invoiced, NothingToPost, QuantityRefused

ZERO = Decimal(0)
SALE = ItemLedgerEntry.EntryType.SALE


def ship(
    id: uuid.UUID, *, posting_date: dt.date | None = None, by: str = "", version: str | None = None
) -> SalesShipmentHeader:
    """Ship what an order says is to be shipped. Raises what release, the posting date, blocked customers and items,
    quantities and the stock are refused for."""
    with document(id, by=by, version=version) as work:
        made = ship_work(work, posting_date or today())
        work.write()
        return made


def ship_work(work: Work, day: dt.date) -> SalesShipmentHeader:
    """Ship inside another verb."""
    header = work.header
    if header.document_type != DocumentType.ORDER:
        raise DocumentRefused(f"{name_of(header)} is no order, so nothing of it can be shipped.")
    check_posting_date(day, work.masters)
    check_hold(header)
    for customer_id in (header.sell_to_customer_no_id, header.bill_to_customer_no_id):
        work.masters.check_customer(work.masters.customer(customer_id))
    leaving = _leaving(work)
    release_work(work)
    move_posting_date(work, day)
    made = _shipment(work)
    _store(work, made, leaving)
    entries = _entries(work, made, leaving)
    post_entries(entries)
    for line in leaving:
        line.quantity_shipped += line.qty_to_ship
    for line in (one for one in work.lines if one.type):  # What was held back this time is proposed for the next.
        line.qty_to_ship = line.quantity - line.quantity_shipped
    header.last_shipment_date = max(filter(None, (header.last_shipment_date, day)))
    work.renew()
    post_events([(header.pk, header.no, DocumentEvent.Kind.SHIPPED, made.no)], work.now)
    return made


def _leaving(work: Work) -> list[Any]:
    """The lines to ship. Raises ``NothingToPost``, ``QuantityRefused``, ``ItemBlocked``."""
    leaving = [line for line in work.lines if line.type and line.qty_to_ship]
    if not leaving:
        raise NothingToPost(f"There is nothing to ship on {name_of(work.header)}. Enter a Qty. to Ship.")
    for line in leaving:
        check_part(line, line.qty_to_ship, line.quantity - line.quantity_shipped, "ship")
        work.masters.sold(line.type, line.no, f"Line {line.line_no}")
    return leaving


def check_part(line: Any, part: Decimal, left: Decimal, verb: str) -> None:
    """Raise ``QuantityRefused`` where a part is more than there is left, or has the other sign."""
    if not min(left, ZERO) <= part <= max(left, ZERO):
        raise QuantityRefused(
            f"Line {line.line_no}: {part.normalize():f} is more than there is left to {verb} "
            f"({left.normalize():f}). Lower it."
        )


def _shipment(work: Work) -> SalesShipmentHeader:
    header = work.header
    number = draw(work.masters.sales_setup, SHIPMENTS, SalesShipmentHeader.objects)[0]
    made = SalesShipmentHeader(**shared_values(header, Header, "no"), no=number, order_no=header.no)
    made.order_id, made.posted_by, made.posted_at = header.pk, work.by, work.now
    made.shipment_date = header.posting_date
    return made


def _store(work: Work, made: SalesShipmentHeader, leaving: Sequence[Any]) -> None:
    lines = []
    for line in with_comments(work.lines, leaving):
        row = SalesShipmentLine(**shared_values(line, Line), document_no=made, order_no=work.header.no)
        row.quantity = line.qty_to_ship if line.type else Decimal(0)
        row.order_id, row.order_line_no = work.header.pk, line.line_no
        lines.append(row)
    SalesShipmentHeader.objects.insert_complete([made])
    SalesShipmentLine.objects.insert_complete(lines)


def with_comments(lines: Sequence[Any], chosen: Sequence[Any]) -> list[Any]:
    """The chosen lines, with the comments that belong to them or to the whole document, in their order."""
    numbers = {line.line_no for line in chosen}
    return [
        line
        for line in lines
        if line.line_no in numbers
        or (line.type == LineType.COMMENT and (not line.attached_to_line_no or line.attached_to_line_no in numbers))
    ]


def _entries(work: Work, made: SalesShipmentHeader, leaving: Sequence[Any]) -> list[ItemLedgerEntry]:
    entries, items = [], {}
    for line in leaving:
        if line.type == LineType.ITEM:
            item = work.masters.sold(line.type, line.no, f"Line {line.line_no}")
            if item.type == Item.Type.INVENTORY:
                items[item.pk] = item
                entries.append(
                    entry(item.pk, SALE, -line.qty_to_ship, posting_date=made.posting_date, document_no=made.no,
                          line_no=line.line_no)
                )  # fmt: skip
    if work.masters.sales_setup.prevent_negative_inventory:
        check_stock(entries, list(items.values()))
    return entries


# --- undo ----------------------------------------------------------------------------------------------------------


def undo_shipment(id: uuid.UUID, *, by: str = "") -> SalesShipmentHeader:
    """Take a shipment back: the goods are on stock again and the order can be shipped anew. Raises ``Invoiced`` where
    anything of it is on an invoice, ``NothingToPost`` where it is undone already, ``PostingDateRefused``."""
    with transaction.atomic():
        lock_company()
        masters = Masters()
        shipment = SalesShipmentHeader.objects.filter(pk=id).first()
        if shipment is None:
            raise NotFound(f"There is no Sales Shipment Header with the id {id}.")
        lines = list(SalesShipmentLine.objects.filter(document_no=id).order_by("line_no"))
        _check_undo(shipment, lines, masters)
        order_id: Any = shipment.order_id
        if not SalesHeader.objects.filter(pk=order_id).exists():
            raise DocumentRefused(f"The order of shipment {shipment.no} was deleted, so it cannot be undone.")
        work = load(order_id, masters, by=by)
        _return_goods(shipment, lines)
        changes = [Change(line, line.columns()) for line in lines]
        for line in lines:
            line.undone = True
        SalesShipmentLine.objects.write_complete(changes)
        _reopen_quantities(work, lines)
        post_events([(work.header.pk, work.header.no, DocumentEvent.Kind.UNDONE, shipment.no)], work.now)
        work.write()
        return shipment


def _check_undo(shipment: SalesShipmentHeader, lines: Sequence[Any], masters: Masters) -> None:
    if all(line.undone for line in lines):
        raise NothingToPost(f"Shipment {shipment.no} is undone already.")
    if any(line.quantity_invoiced for line in lines):
        raise Invoiced(f"Something of shipment {shipment.no} is invoiced. Cancel the invoice first.")
    draft = SalesLine.objects.filter(shipment_no=shipment.no).select_related("document_no").first()
    if draft is not None:
        raise Invoiced(f"Shipment {shipment.no} is on {name_of(draft.document_no)}. Take it off that first.")
    check_posting_date(shipment.posting_date, masters)


def _return_goods(shipment: SalesShipmentHeader, lines: Sequence[Any]) -> None:
    went = ItemLedgerEntry.objects.filter(document_no=shipment.no, entry_type=SALE)
    numbers = {line.line_no for line in lines}
    post_entries(
        [
            entry(each.item_no_id, SALE, -each.quantity, posting_date=shipment.posting_date, document_no=shipment.no,
                  line_no=each.document_line_no)
            for each in went.order_by("entry_no")
            if each.document_line_no in numbers
        ]
    )  # fmt: skip


def _reopen_quantities(work: Work, lines: Sequence[Any]) -> None:
    """Give the order back what the shipment had taken."""
    by_number = {line.line_no: line for line in work.lines}
    for line in lines:
        ordered = by_number.get(line.order_line_no)
        if ordered is not None and line.type:
            ordered.quantity_shipped -= line.quantity
            ordered.qty_to_ship = ordered.quantity - ordered.quantity_shipped
    standing = SalesShipmentLine.objects.filter(order_id=work.header.pk, undone=False)
    last = standing.aggregate(day=Max("document_no__posting_date"))["day"]
    work.header.last_shipment_date = last
    work.renew()
