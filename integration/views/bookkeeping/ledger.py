"""Customer Ledger Entries: the list, the card with its details, Apply, Unapply, and payments on account."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from integration.business_central.documents.masters import Masters
from integration.business_central.models import CustLedgerEntry, Customer, DetailedCustLedgEntry
from integration.forms.bookkeeping.applying import ApplyForm, UnapplyForm
from integration.forms.bookkeeping.filters import LedgerFilter
from integration.forms.bookkeeping.payments import OnAccountForm
from integration.pages import postings as states
from integration.pages.amounts import typed
from integration.pages.parts import first_url
from integration.views.access import poster
from integration.views.bookkeeping.acting import needs_bookkeeper, posted
from integration.views.bookkeeping.lists import Listed, in_currency, listed
from integration.views.bookkeeping.related import applied_to, document_of, page_of

LIST = Listed(
    "integration/bookkeeping/ledger.html",
    "customer-ledger-entries",
    ("Entry No.", "Posting Date", "Document Type", "Document No.", "Customer No.", "Description",
     "External Document No.", "Currency", "Amount", "Remaining Amount", "Amount (LCY)", "Remaining Amount (LCY)",
     "Due Date", "State"),
    lambda row: (
        row.entry_no, row.posting_date, row.get_document_type_display(), row.document_no, row.customer_no.no,
        row.description, row.external_document_no, row.currency, row.amount, row.remaining_amount,
        typed(row.amount_lcy, row.local_step), typed(row.remaining_amount_lcy, row.local_step),
        row.due_date, states.of_entry(row).label,
    ),
)  # fmt: skip


@require_GET
def ledger_entries(request: HttpRequest) -> HttpResponseBase:
    """``/ledger/``: all entries, or those of a customer, the latest first."""
    rows = CustLedgerEntry.objects.select_related("customer_no")
    chosen = LedgerFilter(request.GET, rows)
    number = chosen.chosen.get("customer", "")
    customer = Customer.objects.filter(no=number).first() if number else None
    return listed(request, LIST, chosen, customer=customer)


def _entry(id: uuid.UUID) -> Any:
    row = get_object_or_404(CustLedgerEntry.objects.select_related("customer_no", "sell_to_customer_no"), pk=id)
    in_currency([row])
    return row


@require_GET
def ledger_entry(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/ledger/<id>/``"""
    entry = _entry(id)
    document = document_of(entry)
    shown = {
        "entry": entry,
        "state": states.of_entry(entry),
        "details": DetailedCustLedgEntry.objects.filter(cust_ledger_entry_no=entry.pk).order_by("entry_no"),
        "applied": applied_to(entry),
        "document_url": page_of(document) if document else "",
        "local": Masters().local_step.normalize(),
        "local_currency": Masters().currency_code(None),
    }
    return render(request, "integration/bookkeeping/ledger_entry.html", shown)


@require_http_methods(["GET", "POST"])
@needs_bookkeeper
def ledger_apply(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Apply: so much of a payment or a credit memo to an invoice, from either of them."""
    entry = _entry(id)
    form = ApplyForm(entry, poster(request), request.POST or None)
    return posted(request, form, "integration/bookkeeping/apply.html", page_of(entry), others=form.others.exists())


@require_http_methods(["GET", "POST"])
@needs_bookkeeper
def ledger_unapply(request: HttpRequest, id: uuid.UUID, application_no: int) -> HttpResponse:
    """Unapply: both entries are open again."""
    entry = _entry(id)
    found = next((one for one in applied_to(entry) if one.number == application_no), None)
    form = UnapplyForm(entry, poster(request), application_no, request.POST or None)
    return posted(request, form, "integration/bookkeeping/unapply.html", page_of(entry), applied=found)


@require_http_methods(["GET", "POST"])
@needs_bookkeeper
def payment_on_account(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Register Payment of a customer, for no invoice yet."""
    customer = get_object_or_404(Customer, pk=id)
    form = OnAccountForm(customer, poster(request), request.POST or None)
    back = first_url("record", ("erp", "customer", id))
    return posted(request, form, "integration/bookkeeping/pay_on_account.html", back)
