"""Posted Sales Credit Memos: the list and the card."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from integration.business_central.models import SalesCrMemoHeader, SalesCrMemoLine, SalesInvoiceHeader
from integration.forms.bookkeeping.filters import CreditMemoFilter
from integration.pages import postings as states
from integration.pages.lists.cells import Width
from integration.views.bookkeeping.cards import posted_card
from integration.views.bookkeeping.lists import amounts, customer, in_currency, plain
from integration.views.bookkeeping.printed import printed
from integration.views.bookkeeping.related import entry_of, linked, of_invoice
from integration.views.stored_lists import StoredList, stored_list

CUSTOMERS = ("sell_to_customer_no", "bill_to_customer_no")
LIST = StoredList(
    "documents/posted-credit-memos",
    "Posted Sales Credit Memos",
    ("posted credit memo", "posted credit memos"),
    "sales_cr_memo_header",
    lambda: [
        plain("no", "No.", Width.CODE),
        *customer("bill_to_customer_no", lambda row: row.sell_to_customer_name),
        plain("posting_date", "Posting Date", Width.DATE),
        plain("corrects_invoice_no", "Corrects Invoice No."),
        *amounts((("amount", "Amount"), ("amount_including_vat", "Amount Including VAT"))),
    ],
    ("-posting_date", "-no"),
    ("no", "sell_to_customer_no", "sell_to_customer_name", "corrects_invoice_no", "posting_date",
     "amount_including_vat"),
    ("no", "customer", "posting_date", "corrects_invoice_no", "currency_code", "amount", "amount_including_vat"),
)  # fmt: skip


@require_GET
def posted_credit_memos(request: HttpRequest) -> HttpResponseBase:
    """``/documents/posted-credit-memos/``, the latest first."""
    rows = SalesCrMemoHeader.objects.select_related(*CUSTOMERS)
    return stored_list(request, LIST, CreditMemoFilter(request.GET, rows))


def _memo(id: uuid.UUID) -> tuple[SalesCrMemoHeader, list[SalesCrMemoLine]]:
    """A credit memo with its lines."""
    memo = get_object_or_404(SalesCrMemoHeader.objects.select_related(*CUSTOMERS), pk=id)
    in_currency([memo])
    rows = SalesCrMemoLine.objects.filter(document_no=memo.pk).select_related("unit_of_measure_code")
    return memo, list(rows.order_by("line_no"))


@require_GET
def posted_credit_memo_print(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The credit memo for paper."""
    shown = printed(*_memo(id)) | {"kind": "Credit memo"}
    return render(request, "integration/bookkeeping/printed_document.html", shown)


@require_GET
def posted_credit_memo(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/posted-credit-memos/<id>/``"""
    memo, lines = _memo(id)
    entry = entry_of(memo)
    invoice = SalesInvoiceHeader.objects.filter(no=memo.corrects_invoice_no).first()
    related = [linked(invoice), *of_invoice(invoice)] if invoice else []
    shown = {
        **posted_card(memo, lines, entry),
        "state": states.of_entry(entry) if entry else None,
        "related": [one for one in related if one.no != memo.no],
    }
    return render(request, "integration/bookkeeping/posted_credit_memo.html", shown)
