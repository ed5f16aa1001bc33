"""Cancel an invoice as a whole, or credit a part of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from integration.business_central.amounts import local_amount, rounded, share_of, total
from integration.business_central.documents.masters import Masters
from integration.business_central.documents.numbers import CREDIT_MEMOS, draw
from integration.business_central.fields import today
from integration.business_central.models import (
    CustLedgerEntry,
    DocumentEvent,
    SalesCrMemoHeader,
    SalesCrMemoLine,
    SalesHeader,
    SalesInvoiceHeader,
    SalesInvoiceLine,
)
from integration.business_central.models.document_columns import Header, PricedLine, shared_values
from integration.business_central.posting.context import check_posting_date, load, post_events
from integration.business_central.posting.entries import Booking, Kind
from integration.business_central.posting.payments import ENTRY, apply_amount
from integration.business_central.posting.quantities import mark_invoiced
from integration.business_central.row_versions import lock_company
from integration.business_central.rows import Change
from integration.systems.errors import NotFound
from integration.systems.refusals import Applied, PostingDateRefused, QuantityRefused

ZERO = Decimal(0)
AMOUNTS = ("line_discount_amount", "line_amount", "inv_discount_amount", "amount", "amount_including_vat")


@dataclass(frozen=True, slots=True)
class Credit:
    """What is credited of one line of an invoice: so many pieces, or an amount without VAT (with VAT where the prices
    of the invoice include it). One of the two."""

    quantity: Decimal = ZERO
    amount: Decimal = ZERO


def cancel(invoice_id: uuid.UUID, *, posting_date: dt.date | None = None, by: str = "") -> SalesCrMemoHeader:
    """Cancel an invoice by a credit memo over all of it. The goods stay shipped, and can be invoiced again. Raises
    ``NotFound``, ``Applied`` where anything is applied to it or credited of it, ``PostingDateRefused``."""
    with transaction.atomic():
        lock_company()
        masters, day = Masters(), posting_date or today()
        invoice, entry, lines = _invoice(invoice_id, day, masters)
        if entry.remaining_amount != entry.amount:
            raise Applied(f"Something is applied to invoice {invoice.no}. Unapply it first.")
        if SalesCrMemoHeader.objects.filter(corrects_invoice_no=invoice.no).exists():
            raise Applied(f"A part of invoice {invoice.no} is credited already. Credit the rest of it.")
        memo = _memo(invoice, day, by, masters)
        rows = [SalesCrMemoLine(**shared_values(line, PricedLine), document_no=memo) for line in lines]
        for row, line in zip(rows, lines, strict=True):
            _refer(row, line)
        _store(memo, rows)
        booking = Booking(day, by, memo.posted_at)
        credit_entry = booking.open_entry(
            memo, ENTRY.CREDIT_MEMO, -entry.amount, -entry.amount_lcy, -Decimal(entry.sales_lcy)
        )
        change = Change(invoice, invoice.columns())
        if entry.amount:
            booking.reduce(entry, Kind.APPLICATION, -entry.amount, -entry.amount_lcy, memo.no)
            booking.reduce(credit_entry, Kind.APPLICATION, entry.amount, entry.amount_lcy, memo.no)
        invoice.cancelled, invoice.corrected_by_no = True, memo.no
        invoice.remaining_amount, invoice.closed = ZERO, True
        SalesInvoiceHeader.objects.write_complete([change])
        booking.write([invoice])
        _give_back(lines, masters, by)
        _note(lines, DocumentEvent.Kind.CANCELED, memo)
        return memo


def _invoice(id: uuid.UUID, day: dt.date, masters: Masters) -> tuple[Any, Any, list[Any]]:
    """A posted invoice that can be corrected on a day, its entry and its lines."""
    invoice = SalesInvoiceHeader.objects.select_for_update().filter(pk=id).first()
    if invoice is None:
        raise NotFound(f"There is no Sales Invoice Header with the id {id}.")
    check_posting_date(day, masters)
    if invoice.cancelled:
        raise Applied(f"Invoice {invoice.no} is canceled by credit memo {invoice.corrected_by_no} already.")
    if day < invoice.posting_date:
        raise PostingDateRefused(
            f"Posting Date {day} is before that of invoice {invoice.no} ({invoice.posting_date}). Choose a later day."
        )
    entry = CustLedgerEntry.objects.select_for_update().get(document_type=ENTRY.INVOICE, document_no=invoice.no)
    return invoice, entry, list(SalesInvoiceLine.objects.filter(document_no=id).order_by("line_no"))


def _memo(invoice: Any, day: dt.date, by: str, masters: Masters) -> SalesCrMemoHeader:
    number = draw(masters.sales_setup, CREDIT_MEMOS, SalesCrMemoHeader.objects)[0]
    memo = SalesCrMemoHeader(**shared_values(invoice, Header, "no"), no=number, corrects_invoice_no=invoice.no)
    memo.posting_date = memo.document_date = memo.due_date = day
    memo.order_no, memo.order_id = invoice.order_no, invoice.order_id
    memo.posted_by, memo.posted_at = by, timezone.now()
    return memo


def _refer(row: Any, line: Any) -> None:
    row.order_no, row.order_id, row.order_line_no = line.order_no, line.order_id, line.order_line_no
    row.invoice_line_no = line.line_no


def _store(memo: SalesCrMemoHeader, rows: Sequence[Any]) -> None:
    SalesCrMemoHeader.objects.insert_complete([memo])
    SalesCrMemoLine.objects.insert_complete(list(rows))


def _give_back(lines: Sequence[Any], masters: Masters, by: str) -> None:
    """Let the orders of a canceled invoice be invoiced again, as far as they are still there."""
    moved: dict[tuple[uuid.UUID, int], Decimal] = {}
    for line in lines:
        if line.order_id is not None and line.quantity:
            key = (line.order_id, line.order_line_no)
            moved[key] = moved.get(key, ZERO) - line.quantity
    mark_invoiced(moved)
    ids = {id for id, _ in moved}
    for id in SalesHeader.objects.filter(pk__in=ids).values_list("pk", flat=True):
        work = load(id, masters, by=by)
        for line in work.lines:
            back = moved.get((id, line.line_no))
            if back:
                line.quantity_invoiced += back
                line.qty_to_invoice = line.quantity - line.quantity_invoiced
        work.renew()
        work.write()


def _note(lines: Sequence[Any], kind: int, memo: SalesCrMemoHeader) -> None:
    orders = {line.order_id: line.order_no for line in lines if line.order_id is not None}
    post_events([(id, no, kind, memo.no) for id, no in orders.items()], memo.posted_at)


# --- a part --------------------------------------------------------------------------------------------------------


def credit(
    invoice_id: uuid.UUID, parts: Mapping[int, Credit], *, posting_date: dt.date | None = None, by: str = ""
) -> SalesCrMemoHeader:
    """Credit some of an invoice; ``parts`` by line number. It is applied to the invoice as far as that is open, the
    rest stays open on the account. What is credited of a line is worked out by running total, so that all of its
    parts come to the line to the cent. Raises ``QuantityRefused`` for more than was invoiced and not credited yet, and
    what ``cancel`` raises for a canceled invoice and the posting date."""
    with transaction.atomic():
        lock_company()
        masters, day = Masters(), posting_date or today()
        invoice, entry, lines = _invoice(invoice_id, day, masters)
        step = masters.step(invoice.currency_code_id)
        memo = _memo(invoice, day, by, masters)
        rows = _credited(invoice, lines, parts, step)
        for row in rows:
            row.document_no = memo
        memo.amount = total(row.amount for row in rows)
        memo.amount_including_vat = total(row.amount_including_vat for row in rows)
        memo.invoice_discount_amount = total(row.inv_discount_amount for row in rows)
        _store(memo, rows)
        booking = Booking(day, by, memo.posted_at)
        worth = [
            local_amount(amount, memo.currency_factor, masters.local_step)
            for amount in (memo.amount_including_vat, memo.amount)
        ]
        own = booking.open_entry(memo, ENTRY.CREDIT_MEMO, -memo.amount_including_vat, -worth[0], -worth[1])
        due = min(memo.amount_including_vat, entry.remaining_amount)
        if due > 0:
            apply_amount(booking, own, entry, due, masters.local_step)
        booking.write([invoice])
        touched = [line for line in lines if line.line_no in parts]
        _note(touched, DocumentEvent.Kind.CREDITED, memo)
        return memo


def _credited(invoice: Any, lines: Sequence[Any], parts: Mapping[int, Credit], step: Decimal) -> list[SalesCrMemoLine]:
    by_number = {line.line_no: line for line in lines if line.type}
    before: dict[int, list[Any]] = {}
    for row in SalesCrMemoLine.objects.filter(document_no__corrects_invoice_no=invoice.no):
        before.setdefault(row.invoice_line_no, []).append(row)
    unknown = sorted(parts.keys() - by_number.keys())
    if unknown or not parts:
        raise QuantityRefused(f"Invoice {invoice.no} has no line {unknown[0] if unknown else ''} to credit.")
    rows = []
    for number, part in sorted(parts.items()):
        earlier = before.get(number, [])
        rows.append(_credited_line(by_number[number], part, earlier, step, invoice.prices_including_vat))
    return rows


def _credited_line(line: Any, part: Credit, earlier: Sequence[Any], step: Decimal, inclusive: bool) -> SalesCrMemoLine:
    """A line of the credit memo: everything credited so far, this part included, less what was credited before."""
    base = line.amount_including_vat if inclusive else line.amount
    if bool(part.quantity) == bool(part.amount):
        raise QuantityRefused(f"Line {line.line_no}: enter either a quantity or an amount to credit.")
    if any(bool(row.quantity) != bool(part.quantity) for row in earlier):
        raise QuantityRefused(f"Line {line.line_no} was credited by quantities and amounts. Go on as it was begun.")
    if part.quantity:
        whole, reached = line.quantity, total(row.quantity for row in earlier) + part.quantity
    else:
        done = total(row.amount_including_vat if inclusive else row.amount for row in earlier)
        whole, reached = base, done + rounded(part.amount, step)
    if not min(whole, ZERO) <= reached <= max(whole, ZERO) or (part.quantity or part.amount) * whole < 0:
        raise QuantityRefused(f"Line {line.line_no}: that is more than was invoiced and not credited yet. Lower it.")
    row = SalesCrMemoLine(**shared_values(line, PricedLine))
    row.quantity = part.quantity
    for name in AMOUNTS:
        credited = total(getattr(each, name) for each in earlier)
        setattr(row, name, share_of(getattr(line, name), reached, whole, step) - credited)
    _refer(row, line)
    return row
