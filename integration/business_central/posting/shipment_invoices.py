"""Invoices made of several shipments of one customer, as long as they are not posted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from integration.business_central.documents.calculation import put_amounts, put_outstanding, put_sums
from integration.business_central.documents.completion import LINE_STEP, complete_days
from integration.business_central.documents.masters import Masters
from integration.business_central.documents.numbers import SERIES, draw
from integration.business_central.fields import today
from integration.business_central.models import (
    DocumentType,
    SalesHeader,
    SalesLine,
    SalesShipmentHeader,
    SalesShipmentLine,
)
from integration.business_central.models.document_columns import Header, PricedLine, shared_values
from integration.business_central.posting.context import Work, load
from integration.business_central.posting.invoicing import amounts_of, orders_of
from integration.business_central.row_versions import lock_company
from integration.systems.errors import NotFound
from integration.systems.refusals import DocumentRefused, NothingToPost

ZERO = Decimal(0)


def invoice_shipments(ids: Sequence[uuid.UUID], *, by: str = "") -> SalesHeader:
    """Make an invoice document of what is not invoiced yet of some shipments, which have one payer and one currency.
    It can be edited, and is posted by ``invoice``. Raises ``NotFound``, ``DocumentRefused``, ``NothingToPost``."""
    with transaction.atomic():
        lock_company()
        masters = Masters()
        shipments = _shipments(ids)
        drawn = _to_draw(shipments, masters, by)
        header = _header(shipments[0], masters)
        lines = [_line(header, number, *each) for number, each in enumerate(drawn, 1)]
        SalesHeader.objects.insert_complete([header])
        work = Work(header, lines, masters, by)
        work_out(work)
        SalesLine.objects.insert_complete(lines)
        work.write_header()
        return header


def invoice_with_others(id: uuid.UUID, others: Sequence[uuid.UUID] = (), *, by: str = "") -> SalesHeader:
    """The same as an action of one shipment, together with ``others``."""
    return invoice_shipments([id, *others], by=by)


def work_out(work: Work) -> None:
    """Work out an invoice document that is made of shipments."""
    orders = orders_of(work.lines, work)
    triples = []
    for line in work.sold:
        order = orders.get(line.order_no)
        ordered = next((x for x in order.lines if x.line_no == line.order_line_no), None) if order else None
        triples.append((line, order.header if order else None, ordered))
    amounts = amounts_of(work, triples)
    put_amounts([line for line, _, _ in triples], amounts)
    put_sums(work.header, amounts)
    for line, _, _ in triples:
        put_outstanding(work.header, line, work.step, work.masters.local_step)


def left_of(line: Any) -> Decimal:
    """What of the shipment that a line of an invoice document comes from is not invoiced yet; 0 where it was undone."""
    shipped = SalesShipmentLine.objects.filter(
        document_no__no=line.shipment_no, line_no=line.shipment_line_no, undone=False
    ).first()
    return shipped.quantity - shipped.quantity_invoiced if shipped is not None else ZERO


def _shipments(ids: Sequence[uuid.UUID]) -> list[SalesShipmentHeader]:
    found = SalesShipmentHeader.objects.in_bulk(list(ids))
    missing = [id for id in ids if id not in found]
    if missing or not ids:
        raise NotFound(f"There is no Sales Shipment Header with the id {missing[0] if missing else '(none)'}.")
    shipments = [found[id] for id in dict.fromkeys(ids)]
    first = shipments[0]
    for other in shipments[1:]:
        if other.bill_to_customer_no_id != first.bill_to_customer_no_id:
            raise DocumentRefused(f"Shipments {first.no} and {other.no} are paid by different customers.")
        if other.currency_code_id != first.currency_code_id:
            raise DocumentRefused(f"Shipments {first.no} and {other.no} are in different currencies.")
        if other.prices_including_vat != first.prices_including_vat:
            raise DocumentRefused(f"Only one of the shipments {first.no} and {other.no} has prices including VAT.")
    return shipments


def _to_draw(shipments: Sequence[SalesShipmentHeader], masters: Masters, by: str) -> list[tuple[Any, Any, Any]]:
    """(shipment line, its shipment, the line of the order) of what is shipped and not invoiced."""
    by_id = {shipment.pk: shipment for shipment in shipments}
    lines = SalesShipmentLine.objects.filter(document_no__in=list(by_id), undone=False).exclude(quantity=0)
    drafts = set(SalesLine.objects.exclude(shipment_no="").values_list("shipment_no", "shipment_line_no"))
    orders: dict[Any, Work] = {}
    drawn = []
    for line in lines.order_by("document_no__no", "line_no"):
        shipment = by_id[line.document_no_id]
        if line.quantity == line.quantity_invoiced or (shipment.no, line.line_no) in drafts:
            continue
        order_id: Any = line.order_id
        if order_id not in orders:
            if not SalesHeader.objects.filter(pk=order_id).exists():
                raise DocumentRefused(
                    f"The order of shipment {shipment.no} was deleted, so it cannot be invoiced. Make an invoice with "
                    "lines of its own for the goods."
                )
            orders[order_id] = load(order_id, masters, by=by)
        ordered = next((x for x in orders[order_id].lines if x.line_no == line.order_line_no), None)
        if ordered is not None:
            drawn.append((line, shipment, ordered))
    if not drawn:
        raise NothingToPost("Everything of these shipments is invoiced already, or on an invoice.")
    return drawn


def _header(shipment: SalesShipmentHeader, masters: Masters) -> SalesHeader:
    header = SalesHeader(**shared_values(shipment, Header, "no"), document_type=DocumentType.INVOICE)
    stored = SalesHeader.objects.filter(document_type=DocumentType.INVOICE)
    header.no = draw(masters.sales_setup, SERIES[DocumentType.INVOICE], stored)[0]
    header.posting_date = header.document_date = header.order_date = today()
    header.external_document_no = header.your_reference = ""
    complete_days(header, (), masters)
    return header


def _line(header: SalesHeader, number: int, shipped: Any, shipment: Any, ordered: Any) -> SalesLine:
    line = SalesLine(**shared_values(ordered, PricedLine), document_no=header, document_type=DocumentType.INVOICE)
    line.line_no = number * LINE_STEP
    line.quantity = line.qty_to_invoice = shipped.quantity - shipped.quantity_invoiced
    line.attached_to_line_no = 0
    line.shipment_no, line.shipment_line_no = shipment.no, shipped.line_no
    line.order_no, line.order_line_no = shipped.order_no, shipped.order_line_no
    return line
