"""Posted Sales Credit Memos: the list and the card."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from integration.business_central.models import SalesCrMemoHeader, SalesCrMemoLine, SalesInvoiceHeader
from integration.forms.bookkeeping.filters import CreditMemoFilter
from integration.pages import postings as states
from integration.views.bookkeeping.lists import Listed, in_currency, listed
from integration.views.bookkeeping.printed import printed, vat_groups
from integration.views.bookkeeping.related import applied_to, entry_of, linked, of_invoice, page_of

CUSTOMERS = ("sell_to_customer_no", "bill_to_customer_no")
LIST = Listed(
    "integration/bookkeeping/credit_memos.html",
    "posted-sales-credit-memos",
    ("No.", "Customer No.", "Customer", "Posting Date", "Corrects Invoice No.", "Currency", "Amount",
     "Amount Including VAT"),
    lambda row: (
        row.no, row.bill_to_customer_no.no, row.sell_to_customer_name, row.posting_date, row.corrects_invoice_no,
        row.currency, row.amount, row.amount_including_vat,
    ),
)  # fmt: skip


@require_GET
def posted_credit_memos(request: HttpRequest) -> HttpResponseBase:
    """``/documents/posted-credit-memos/``, the latest first."""
    rows = SalesCrMemoHeader.objects.select_related(*CUSTOMERS)
    return listed(request, LIST, CreditMemoFilter(request.GET, rows))


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
        "document": memo,
        "lines": lines,
        "taxed": vat_groups(lines),
        "entry": entry,
        "entry_url": page_of(entry) if entry else "",
        "state": states.of_entry(entry) if entry else None,
        "applied": applied_to(entry) if entry else [],
        "related": [one for one in related if one.no != memo.no],
        "vat": memo.amount_including_vat - memo.amount,
    }
    return render(request, "integration/bookkeeping/posted_credit_memo.html", shown)
