"""Posted Sales Invoices: the list, the card, and what is done with one of them."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from integration.business_central.fields import today
from integration.business_central.models import SalesInvoiceHeader, SalesInvoiceLine
from integration.forms.bookkeeping.corrections import CancelForm, CreditForm
from integration.forms.bookkeeping.filters import PostedInvoiceFilter
from integration.forms.bookkeeping.payments import PaymentForm
from integration.mappings.flows import find_mapping
from integration.models import ConnectionSetup
from integration.pages import postings as states
from integration.pages.documents.cards import partner_of
from integration.pages.lists.cells import Width
from integration.views.access import poster
from integration.views.bookkeeping.acting import needs_bookkeeper, posted
from integration.views.bookkeeping.cards import posted_card
from integration.views.bookkeeping.lists import STATE, amounts, customer, in_currency, plain, state
from integration.views.bookkeeping.printed import printed
from integration.views.bookkeeping.related import entry_of, of_invoice, page_of
from integration.views.stored_lists import StoredList, stored_list

IN_SALES = ("sales_invoice_header", "invoice")
AMOUNTS = (
    ("amount", "Amount"),
    ("amount_including_vat", "Amount Including VAT"),
    ("remaining_amount", "Remaining Amount"),
)
CUSTOMERS = ("sell_to_customer_no", "bill_to_customer_no")
LIST = StoredList(
    "documents/posted-invoices",
    "Posted Sales Invoices",
    ("posted invoice", "posted invoices"),
    "sales_invoice_header",
    lambda: [
        plain("no", "No.", Width.CODE),
        *customer("bill_to_customer_no", lambda row: row.sell_to_customer_name),
        plain("posting_date", "Posting Date", Width.DATE),
        plain("due_date", "Due Date", Width.DATE),
        plain("external_document_no", "External Document No."),
        plain("order_no", "Order No.", Width.CODE),
        *amounts(AMOUNTS),
        state(states.of_invoice),
    ],
    ("-posting_date", "-no"),
    ("no", "sell_to_customer_no", "sell_to_customer_name", "external_document_no", "order_no", "posting_date",
     "due_date", "salesperson_code", "amount_including_vat", "remaining_amount"),
    ("no", "customer", "posting_date", "due_date", "external_document_no", "currency_code", "amount_including_vat",
     "remaining_amount", STATE),
)  # fmt: skip


@require_GET
def posted_invoices(request: HttpRequest) -> HttpResponseBase:
    """``/documents/posted-invoices/``: all, or by customer and state, the latest first."""
    rows = SalesInvoiceHeader.objects.select_related(*CUSTOMERS)
    return stored_list(request, LIST, PostedInvoiceFilter(request.GET, rows))


def _invoice(id: uuid.UUID) -> SalesInvoiceHeader:
    related = (*CUSTOMERS, "payment_terms_code", "salesperson_code", "shipment_method_code", "shipping_agent_code")
    row = get_object_or_404(SalesInvoiceHeader.objects.select_related(*related), pk=id)
    in_currency([row])
    return row


def _lines(invoice: SalesInvoiceHeader) -> list[SalesInvoiceLine]:
    rows = SalesInvoiceLine.objects.filter(document_no=invoice.pk).select_related("unit_of_measure_code")
    return list(rows.order_by("line_no"))


@require_GET
def posted_invoice(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/posted-invoices/<id>/``"""
    invoice = _invoice(id)
    partner = partner_of(invoice.pk, invoice.slug())
    shown = {
        **posted_card(invoice, _lines(invoice), entry_of(invoice)),
        "state": states.of_invoice(invoice),
        "related": of_invoice(invoice),
        "partner": partner,
        "creating": None if partner or not ConnectionSetup.current().is_enabled else find_mapping(IN_SALES),
        "today": today(),
    }
    return render(request, "integration/bookkeeping/posted_invoice.html", shown)


@require_GET
def posted_invoice_print(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The invoice for paper."""
    invoice = _invoice(id)
    return render(
        request,
        "integration/bookkeeping/printed_document.html",
        printed(invoice, _lines(invoice)) | {"kind": "Invoice"},
    )


@require_http_methods(["GET", "POST"])
@needs_bookkeeper
def posted_invoice_pay(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Register Payment."""
    invoice = _invoice(id)
    form = PaymentForm(invoice, poster(request), request.POST or None)
    return posted(request, form, "integration/bookkeeping/pay.html", page_of(invoice))


@require_http_methods(["GET", "POST"])
@needs_bookkeeper
def posted_invoice_cancel(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Cancel: by a credit memo over all of it."""
    invoice = _invoice(id)
    form = CancelForm(invoice, poster(request), request.POST or None)
    return posted(request, form, "integration/bookkeeping/cancel.html", page_of(invoice))


@require_http_methods(["GET", "POST"])
@needs_bookkeeper
def posted_invoice_credit(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Credit a Part: quantities or amounts of its lines."""
    invoice = _invoice(id)
    form = CreditForm(invoice, poster(request), request.POST or None)
    return posted(request, form, "integration/bookkeeping/credit.html", page_of(invoice))
