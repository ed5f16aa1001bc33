"""Payments of customers: registered, applied to invoices, and unapplied again.

A payment of EUR 100.02 that came in at 1.13657 (88.00 pounds) for an invoice at 1.1634 (85.97 pounds):

    entry      detail           EUR        pounds
    invoice    Application      -100.02    -85.97      remaining 0.00 / 0.00
    payment    Application       100.02     85.97
    payment    Realized Gain       0.00      2.03      remaining 0.00 / 0.00
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from integration.business_central.amounts import application, local_amount, rounded
from integration.business_central.documents.masters import Masters
from integration.business_central.documents.numbers import PAYMENTS, draw
from integration.business_central.fields import today
from integration.business_central.models import CustLedgerEntry, Customer, DetailedCustLedgEntry, SalesInvoiceHeader
from integration.business_central.posting.context import check_posting_date
from integration.business_central.posting.entries import Booking, Kind, as_open
from integration.business_central.row_versions import lock_company
from integration.business_central.rows import Change
from integration.systems.errors import NotFound
from integration.systems.refusals import AmountRefused, Applied, ConfirmationMissing, NotLatest

ZERO = Decimal(0)
ENTRY = CustLedgerEntry.DocumentType
USUAL_DISCOUNT = Decimal("0.05")
"""A rest of more than this part of an invoice is closed only where somebody confirmed it."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in. ``invoice``: the id of a posted invoice, in whose currency it is; without one, the id of the
    ``customer`` and the ``currency`` (``None``: the local one). ``close_rest``: what is left of the invoice is closed
    as a payment discount; ``confirmed``: also where that is more than 5%."""

    amount: Decimal
    invoice: uuid.UUID | None = None
    customer: uuid.UUID | None = None
    currency: uuid.UUID | None = None
    posting_date: dt.date | None = None
    external_document_no: str = ""
    close_rest: bool = False
    confirmed: bool = False


def register_payment(payment: Payment, *, by: str = "") -> CustLedgerEntry:
    """Book a payment and apply it to its invoice; what is more than the invoice is open for stays on the account.
    Raises ``NotFound``, ``AmountRefused``, ``PostingDateRefused``, ``RateMissing``, ``ConfirmationMissing``."""
    with transaction.atomic():
        lock_company()
        masters = Masters()
        day = payment.posting_date or today()
        check_posting_date(day, masters)
        invoice = _invoice_entry(payment.invoice) if payment.invoice else None
        currency_id = invoice.currency_code_id if invoice is not None else payment.currency
        step = masters.step(currency_id)
        if payment.amount <= 0 or payment.amount != rounded(payment.amount, step):
            raise AmountRefused(
                f"{payment.amount} is no amount that can be paid in {masters.currency_code(currency_id)}. Enter an "
                f"amount above 0, in units of {step.normalize():f}."
            )
        booking = Booking(day, by, timezone.now())
        entry = _payment_entry(payment, invoice, currency_id, masters, booking)
        if invoice is not None:
            due = min(payment.amount, invoice.remaining_amount)
            if due:
                apply_amount(booking, entry, invoice, due, masters.local_step)
            if payment.close_rest and invoice.remaining_amount:
                _close_rest(booking, invoice, step, confirmed=payment.confirmed)
        booking.write()
        return entry


def pay_invoice(invoice_id: uuid.UUID, *, amount: Decimal, by: str = "", **more: Any) -> CustLedgerEntry:
    """Register the payment of a posted invoice. ``more``: as :class:`Payment` names it."""
    return register_payment(Payment(amount, invoice=invoice_id, **more), by=by)


def pay_on_account(customer_id: uuid.UUID, *, amount: Decimal, by: str = "", **more: Any) -> CustLedgerEntry:
    """Register a payment of a customer that is for no invoice yet. ``more``: as :class:`Payment` names it."""
    return register_payment(Payment(amount, customer=customer_id, **more), by=by)


def _invoice_entry(id: uuid.UUID) -> Any:
    invoice = SalesInvoiceHeader.objects.filter(pk=id).first()
    if invoice is None:
        raise NotFound(f"There is no Sales Invoice Header with the id {id}.")
    if invoice.cancelled:
        raise Applied(f"Invoice {invoice.no} is canceled by credit memo {invoice.corrected_by_no}.")
    return CustLedgerEntry.objects.select_for_update().get(document_type=ENTRY.INVOICE, document_no=invoice.no)


def _payment_entry(
    payment: Payment, invoice: Any, currency_id: uuid.UUID | None, masters: Masters, booking: Booking
) -> Any:
    customer_id: Any = invoice.customer_no_id if invoice is not None else payment.customer
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NotFound(f"There is no Customer with the id {customer_id}.")
    factor = masters.factor(currency_id, booking.day)
    number = draw(masters.sales_setup, PAYMENTS, CustLedgerEntry.objects.filter(document_type=ENTRY.PAYMENT))[0]
    entry = CustLedgerEntry(
        customer_no=customer, sell_to_customer_no=customer, posting_date=booking.day, due_date=booking.day,
        document_type=ENTRY.PAYMENT, document_no=number, external_document_no=payment.external_document_no,
        description=customer.name, currency_code_id=currency_id, currency_factor=factor,
    )  # fmt: skip
    booking.add(entry, -payment.amount, -local_amount(payment.amount, factor, masters.local_step))
    return entry


def apply_amount(booking: Booking, payment: Any, invoice: Any, amount: Decimal, local_step: Decimal) -> None:
    """Details of both entries under one application number; they come to 0 in both currencies but for the gain."""
    applied = application(as_open(invoice), as_open(payment), amount, local_step)
    booking.reduce(invoice, Kind.APPLICATION, -amount, -applied.invoice_local, payment.document_no)
    booking.reduce(payment, Kind.APPLICATION, amount, applied.invoice_local, payment.document_no)
    if applied.gain:
        kind = Kind.REALIZED_GAIN if applied.gain > 0 else Kind.REALIZED_LOSS
        booking.reduce(payment, kind, ZERO, applied.gain, payment.document_no)


def _close_rest(booking: Booking, invoice: Any, step: Decimal, *, confirmed: bool) -> None:
    rest, local = invoice.remaining_amount, invoice.remaining_amount_lcy
    if rest > invoice.amount * USUAL_DISCOUNT and not confirmed:
        given, whole = (rounded(amount, step.normalize()) for amount in (rest, invoice.amount))
        raise ConfirmationMissing(
            f"{given} of {whole} would be given away, which is more than 5%. Confirm it, or leave it open."
        )
    booking.reduce(invoice, Kind.PAYMENT_DISCOUNT, -rest, -local, invoice.document_no)


def proposes_discount(invoice: SalesInvoiceHeader, amount: Decimal, day: dt.date, step: Decimal) -> bool:
    """Whether the rest of an invoice after a payment is the discount for paying early: in time, and as the terms
    say."""
    if invoice.pmt_discount_date is None or day > invoice.pmt_discount_date:
        return False
    rest = invoice.remaining_amount - amount
    return rest > 0 and rest == discount_of(invoice, step)


def discount_of(invoice: SalesInvoiceHeader, step: Decimal) -> Decimal:
    """What the terms of an invoice take off where it is paid early."""
    return rounded(invoice.amount_including_vat * invoice.payment_discount_percent / 100, step)


# --- apply, unapply ------------------------------------------------------------------------------------------------


def apply(
    payment_id: uuid.UUID, invoice_id: uuid.UUID, amount: Decimal, *, posting_date: dt.date | None = None, by: str = ""
) -> int:
    """Apply so much of an open payment or credit memo to an open invoice, both by the ids of their entries, and return
    the number of the application. Raises ``NotFound``, ``AmountRefused``, ``PostingDateRefused``."""
    with transaction.atomic():
        lock_company()
        masters = Masters()
        day = posting_date or today()
        check_posting_date(day, masters)
        entries = CustLedgerEntry.objects.select_for_update().in_bulk([payment_id, invoice_id])
        for id in (payment_id, invoice_id):
            if id not in entries:
                raise NotFound(f"There is no Cust. Ledger Entry with the id {id}.")
        payment, invoice = entries[payment_id], entries[invoice_id]
        if payment.amount > 0 or invoice.amount < 0:
            raise AmountRefused("Only a payment or a credit memo is applied, and only to an invoice.")
        if payment.customer_no_id != invoice.customer_no_id:
            raise AmountRefused("The payment and the invoice are of different customers.")
        if payment.currency_code_id != invoice.currency_code_id:
            raise AmountRefused("The payment and the invoice are in different currencies.")
        check_amount(
            amount, min(invoice.remaining_amount, -payment.remaining_amount), masters.step(invoice.currency_code_id)
        )
        booking = Booking(day, by, timezone.now())
        apply_amount(booking, payment, invoice, amount, masters.local_step)
        booking.write()
        return booking.application_no


def check_amount(amount: Decimal, most: Decimal, step: Decimal) -> None:
    """Raise ``AmountRefused`` for an amount that is not above 0 and at most what remains, in units of ``step``."""
    if not ZERO < amount <= most or amount != rounded(amount, step):
        remains = rounded(most, step.normalize())
        raise AmountRefused(
            f"{amount} is not between 0 and what remains of the two entries ({remains}), in units of "
            f"{step.normalize():f}. Enter another amount."
        )


def unapply(application_no: int, *, posting_date: dt.date | None = None, by: str = "") -> None:
    """Take an application back: both entries are open again, and what was won, lost or given away goes too. Raises
    ``NotFound``, ``NotLatest`` where something was applied to one of the entries later, ``Applied`` where it belongs
    to a canceled invoice, ``PostingDateRefused``."""
    with transaction.atomic():
        lock_company()
        day = posting_date or today()
        check_posting_date(day, Masters())
        own = DetailedCustLedgEntry.objects.filter(application_no=application_no, unapplied=False)
        details = list(own.select_related("cust_ledger_entry_no").order_by("entry_no")) if application_no else []
        if not details:
            raise NotFound(f"There is no application {application_no}, or it is unapplied already.")
        entries = {detail.cust_ledger_entry_no_id: detail.cust_ledger_entry_no for detail in details}
        _check_unapply(application_no, list(entries.values()))
        booking = Booking(day, by, timezone.now())
        changes = [Change(detail, detail.columns()) for detail in details]
        for detail in details:
            detail.unapplied = True
            entry = entries[detail.cust_ledger_entry_no_id]
            counter = booking.reduce(
                entry, detail.entry_type, -detail.amount, -detail.amount_lcy, detail.document_no, application_no
            )
            counter.unapplied = True
        DetailedCustLedgEntry.objects.write_complete(changes)
        booking.write()


def unapply_of_entry(
    entry_id: uuid.UUID, *, application_no: int, posting_date: dt.date | None = None, by: str = ""
) -> None:
    """Take back an application that this entry has part in. Raises as :func:`unapply`."""
    own = DetailedCustLedgEntry.objects.filter(cust_ledger_entry_no=entry_id, application_no=application_no)
    if not application_no or not own.exists():
        raise NotFound(f"This entry has no application {application_no}.")
    unapply(application_no, posting_date=posting_date, by=by)


def _check_unapply(application_no: int, entries: list[Any]) -> None:
    ids = [entry.pk for entry in entries]
    later = DetailedCustLedgEntry.objects.filter(
        cust_ledger_entry_no__in=ids, unapplied=False, application_no__gt=application_no
    )
    if later.exists():
        raise NotLatest("Something was applied to these entries later. Unapply that first.")
    numbers = [entry.document_no for entry in entries if entry.document_type == ENTRY.INVOICE]
    canceled = SalesInvoiceHeader.objects.filter(no__in=numbers, cancelled=True).first()
    if canceled is not None:
        raise Applied(f"Invoice {canceled.no} is canceled; its credit memo stays applied.")
