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
from integration.pages.lists.cells import Cell, Column, Width
from integration.pages.parts import first_url
from integration.views.access import poster
from integration.views.bookkeeping.acting import needs_bookkeeper, posted
from integration.views.bookkeeping.lists import STATE, amounts, customer, in_currency, local_amounts, plain, state
from integration.views.bookkeeping.related import applied_to, document_of, page_of
from integration.views.stored_lists import Own, StoredList, stored_list

LIST = StoredList(
    "ledger",
    "Customer Ledger Entries",
    ("entry", "entries"),
    "cust_ledger_entry",
    lambda: [
        plain("entry_no", "Entry No.", Width.CODE),
        plain("posting_date", "Posting Date", Width.DATE),
        Own(Column("document_type", "Type", Width.CHOICE, "document_type"),
            lambda row: Cell(row.get_document_type_display())),
        plain("document_no", "Document No.", Width.CODE),
        *customer("customer_no", lambda row: row.customer_no.name),
        plain("external_document_no", "External Document No."),
        *amounts((("amount", "Amount"), ("remaining_amount", "Remaining Amount"))),
        *local_amounts((("amount_lcy", "Amount (LCY)"), ("remaining_amount_lcy", "Remaining Amount (LCY)"))),
        plain("due_date", "Due Date", Width.DATE),
        state(states.of_entry),
    ],
    ("-entry_no",),
    ("document_no", "customer_no", "description", "external_document_no", "posting_date", "due_date", "amount",
     "remaining_amount"),
    ("document_no", "document_type", "posting_date", "customer", "currency_code", "amount", "remaining_amount",
     "due_date", STATE),
    template="integration/bookkeeping/ledger.html",
)  # fmt: skip


@require_GET
def ledger_entries(request: HttpRequest) -> HttpResponseBase:
    """``/ledger/``: all entries, or those of a customer, the latest first."""
    rows = CustLedgerEntry.objects.select_related("customer_no")
    chosen = LedgerFilter(request.GET, rows)
    number = chosen.chosen.get("customer", "")
    payer = Customer.objects.filter(no=number).first() if number else None
    return stored_list(request, LIST, chosen, customer=payer)


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
    payer = get_object_or_404(Customer, pk=id)
    form = OnAccountForm(payer, poster(request), request.POST or None)
    back = first_url("record", ("erp", "customer", id))
    return posted(request, form, "integration/bookkeeping/pay_on_account.html", back)
