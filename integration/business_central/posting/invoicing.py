"""Invoice an order in whole or in parts, ship and invoice at once, and post an invoice made of shipments."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.business_central.amounts import DocumentAmounts, Taken, document_amounts, invoice_amounts, local_amount
from integration.business_central.date_formulas import calculated
from integration.business_central.documents.calculation import entered, put_amounts, put_sums
from integration.business_central.documents.numbers import INVOICES, draw
from integration.business_central.fields import today
from integration.business_central.models import (
    CustLedgerEntry,
    Customer,
    DocumentEvent,
    DocumentType,
    Note,
    SalesHeader,
    SalesInvoiceHeader,
    SalesInvoiceLine,
    SalesLine,
)
from integration.business_central.models.document_columns import Header, PricedLine, shared_values
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
from integration.business_central.posting.entries import Booking
from integration.business_central.posting.quantities import mark_invoiced, portion, taken_by
from integration.business_central.posting.shipping import check_part, ship_work, with_comments
from integration.business_central.posting.states import release_work
from integration.systems.refusals import AmountRefused, DocumentRefused, NothingToPost, NumberMissing

ZERO = Decimal(0)
MAY_BE_INVOICED = (Customer.Blocked.SHIP,)
"""A customer to whom nothing is shipped any more still gets the invoice of what was."""


@dataclass(frozen=True, slots=True)
class Part:
    """What an invoice takes of one line: the line, the quantity, and the order line that it comes from, if any."""

    line: Any
    quantity: Decimal
    order: Any = None
    ordered: Any = None


def invoice(
    id: uuid.UUID, *, posting_date: dt.date | None = None, by: str = "", version: str | None = None
) -> SalesInvoiceHeader:
    """Invoice what is shipped of an order, as far as it is to be invoiced, or an invoice document as a whole, which is
    gone afterwards. Raises what release, the posting date, blocked customers and items and quantities are refused
    for, ``AmountRefused`` for a total below 0, ``NumberMissing``."""
    with document(id, by=by, version=version) as work:
        if work.header.document_type == DocumentType.INVOICE:
            return _post_invoice_document(work, posting_date or today())
        made = invoice_work(work, posting_date or today())
        work.write()
        return made


def ship_and_invoice(
    id: uuid.UUID, *, posting_date: dt.date | None = None, by: str = "", version: str | None = None
) -> SalesInvoiceHeader:
    """Ship and invoice an order in one transaction."""
    with document(id, by=by, version=version) as work:
        day = posting_date or today()
        ship_work(work, day)
        made = invoice_work(work, day)
        work.write()
        return made


def invoice_work(work: Work, day: dt.date) -> SalesInvoiceHeader:
    """Invoice an order inside another verb."""
    header = work.header
    if header.document_type != DocumentType.ORDER:
        raise DocumentRefused(f"{name_of(header)} is a quote, so nothing of it can be invoiced. Make an order of it.")
    _check(work, day)
    parts = _parts_of_order(work)
    release_work(work)
    move_posting_date(work, day)
    taken = taken_by([header.pk]) if any(line.quantity_invoiced for line in work.lines) else {}
    portions = [portion(part.line, part.quantity, taken.get((header.pk, part.line.line_no), Taken())) for part in parts]
    amounts = invoice_amounts(portions, work.step, prices_include_vat=header.prices_including_vat)
    made = _post(work, parts, amounts, header.no, header.pk)
    _move_quantities(work, parts)
    work.renew()
    return made


def _check(work: Work, day: dt.date) -> None:
    check_posting_date(day, work.masters)
    check_hold(work.header)
    for customer_id in (work.header.sell_to_customer_no_id, work.header.bill_to_customer_no_id):
        work.masters.check_customer(work.masters.customer(customer_id), allowed=MAY_BE_INVOICED)
    if work.masters.sales_setup.ext_doc_no_mandatory and not work.header.external_document_no:
        raise NumberMissing(f"{name_of(work.header)} has no External Document No., which the setup asks for. Enter it.")


def _parts_of_order(work: Work) -> list[Part]:
    """What is to be invoiced of an order. A quantity that nobody changed is everything that is left, and means what is
    shipped of it. Raises ``NothingToPost``, ``QuantityRefused``, ``ItemBlocked``."""
    parts = []
    for line in work.lines:
        shipped = line.quantity_shipped - line.quantity_invoiced
        everything = line.qty_to_invoice == line.quantity - line.quantity_invoiced
        quantity = shipped if everything else line.qty_to_invoice
        if line.type and quantity:
            check_part(line, quantity, shipped, "invoice")
            work.masters.sold(line.type, line.no, f"Line {line.line_no}")
            parts.append(Part(line, quantity, work.header, line))
    if not parts:
        raise NothingToPost(f"There is nothing to invoice on {name_of(work.header)}. Ship something first.")
    return parts


def _move_quantities(work: Work, parts: Sequence[Part]) -> None:
    for part in parts:
        part.ordered.quantity_invoiced += part.quantity
    for line in (one for one in work.lines if one.type):  # What was held back this time is proposed for the next.
        line.qty_to_invoice = line.quantity - line.quantity_invoiced


# --- invoices made of shipments, or by hand --------------------------------------------------------------------------


def _post_invoice_document(work: Work, day: dt.date) -> SalesInvoiceHeader:
    header = work.header
    _check(work, day)
    if not work.sold:
        raise NothingToPost(f"There is nothing to invoice on {name_of(header)}. Add a line first.")
    release_work(work)
    move_posting_date(work, day)
    orders = orders_of(work.sold, work)
    parts = []
    for line in work.sold:
        work.masters.sold(line.type, line.no, f"Line {line.line_no}")
        order = orders.get(line.order_no)
        ordered = next((x for x in order.lines if x.line_no == line.order_line_no), None) if order else None
        if line.shipment_no and ordered is None:
            raise DocumentRefused(
                f"Line {line.line_no} is of shipment {line.shipment_no}, whose order {line.order_no} was deleted. "
                "Delete the line; if the goods are not invoiced yet, enter them as a line of its own."
            )
        parts.append(Part(line, line.quantity, order.header if order else None, ordered))
        if ordered is not None:
            check_part(line, line.quantity, ordered.quantity_shipped - ordered.quantity_invoiced, "invoice")
            ordered.quantity_invoiced += line.quantity
            ordered.qty_to_invoice = ordered.quantity - ordered.quantity_invoiced
    amounts = amounts_of(work, [(part.line, part.order, part.ordered) for part in parts])
    only = next(iter(orders.values())).header if len(orders) == 1 else None
    made = _post(work, parts, amounts, only.no if only else "", only.pk if only else None)
    for order in orders.values():
        order.renew()
        order.write()
    SalesLine.objects.filter(document_no=header.pk).delete_complete()
    Note.objects.filter(record_id=header.pk).delete()
    SalesHeader.objects.filter(pk=header.pk).delete_complete()
    return made


def orders_of(lines: Sequence[Any], work: Work) -> dict[str, Work]:
    """The orders, by number, that the lines of an invoice come from."""
    numbers = sorted({line.order_no for line in lines if line.order_no})
    found = SalesHeader.objects.filter(document_type=DocumentType.ORDER, no__in=numbers).values_list("no", "pk")
    return {no: load(id, work.masters, by=work.by) for no, id in sorted(found)}


def amounts_of(work: Work, lines: Sequence[tuple[Any, Any, Any]]) -> DocumentAmounts:
    """The amounts of an invoice document: (line, order, line of the order). Lines drawn from shipments take their
    discounts from the quantities of their orders; without any such line it is worked out as any document."""
    header = work.header
    if not any(ordered for _, _, ordered in lines):
        return document_amounts(
            [entered(line) for line, _, _ in lines], work.step, header.invoice_discount_value,
            prices_include_vat=header.prices_including_vat,
        )  # fmt: skip
    taken = taken_by({order.pk for _, order, _ in lines if order is not None})
    portions = []
    for line, order, ordered in lines:
        if ordered is None:
            portions.append(portion(line, line.quantity, Taken()))
            continue
        key = (order.pk, ordered.line_no)
        made = portion(ordered, line.quantity, taken.get(key, Taken()))
        own = invoice_amounts([made], work.step).lines[0]
        before = made.taken
        taken[key] = Taken(
            before.quantity + line.quantity, before.gross + own.gross, before.line_discount + own.line_discount,
            before.invoice_discount + own.invoice_discount,
        )  # fmt: skip
        portions.append(made)
    return invoice_amounts(portions, work.step, prices_include_vat=header.prices_including_vat)


# --- writing the invoice -------------------------------------------------------------------------------------------


def _post(
    work: Work, parts: Sequence[Part], amounts: DocumentAmounts, order_no: str, order_id: uuid.UUID | None
) -> SalesInvoiceHeader:
    """Write the posted invoice with its lines, its entry and its events. Raises ``AmountRefused``."""
    header = work.header
    if amounts.including_vat < 0:
        raise AmountRefused(
            f"The invoice of {name_of(header)} would come to {amounts.including_vat}, which is below 0. Leave the "
            f"returns for later, or credit them."
        )
    number = draw(work.masters.sales_setup, INVOICES, SalesInvoiceHeader.objects)[0]
    made = SalesInvoiceHeader(**shared_values(header, Header, "no"), no=number, order_no=order_no, order_id=order_id)
    made.posted_by, made.posted_at = work.by, work.now
    if header.document_type == DocumentType.INVOICE:
        made.pre_assigned_no = header.no
    terms = work.masters.terms(header.payment_terms_code_id)
    if terms is not None and terms.discount_percent:
        made.pmt_discount_date = calculated(terms.discount_date_calculation, header.document_date)
    put_sums(made, amounts)
    made.remaining_amount, made.closed = amounts.including_vat, not amounts.including_vat
    moved: dict[tuple[uuid.UUID, int], Decimal] = {}
    for part in parts:
        if part.ordered is not None:
            key = (part.order.pk, part.ordered.line_no)
            moved[key] = moved.get(key, ZERO) + part.quantity
    shipments = mark_invoiced(moved)
    SalesInvoiceHeader.objects.insert_complete([made])
    SalesInvoiceLine.objects.insert_complete(_lines(work, made, parts, amounts, shipments))
    _book(work, made)
    orders = {part.order.pk: part.order for part in parts if part.order is not None}
    post_events([(id, x.no, DocumentEvent.Kind.INVOICED, number) for id, x in orders.items()], work.now)
    return made


def _lines(
    work: Work,
    made: SalesInvoiceHeader,
    parts: Sequence[Part],
    amounts: DocumentAmounts,
    shipments: dict[tuple[uuid.UUID, int], str],
) -> list[SalesInvoiceLine]:
    by_number = {part.line.line_no: part for part in parts}
    rows, priced = [], []
    for line in with_comments(work.lines, [part.line for part in parts]):
        row = SalesInvoiceLine(**shared_values(line, PricedLine), document_no=made)
        part = by_number.get(line.line_no)
        if part is None:
            row.order_no, row.order_id, row.order_line_no = made.order_no, made.order_id, 0
        else:
            row.quantity = part.quantity
            if part.ordered is not None:
                row.order_no, row.order_id, row.order_line_no = part.order.no, part.order.pk, part.ordered.line_no
                row.shipment_no = line.shipment_no or shipments.get((part.order.pk, part.ordered.line_no), "")
                row.shipment_line_no = line.shipment_line_no or (part.ordered.line_no if row.shipment_no else 0)
            priced.append(row)
        rows.append(row)
    put_amounts(priced, amounts)
    return rows


def _book(work: Work, made: SalesInvoiceHeader) -> None:
    step = work.masters.local_step
    booking = Booking(made.posting_date, work.by, work.now)
    booking.open_entry(
        made,
        CustLedgerEntry.DocumentType.INVOICE,
        made.amount_including_vat,
        local_amount(made.amount_including_vat, made.currency_factor, step),
        local_amount(made.amount, made.currency_factor, step),
    )
    booking.write()
