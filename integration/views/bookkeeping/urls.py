"""Addresses of posted documents, the customer ledger and the setup of both."""

from django.urls import path

from integration.views.bookkeeping.credit_memos import posted_credit_memo, posted_credit_memo_print, posted_credit_memos
from integration.views.bookkeeping.invoices import (
    posted_invoice,
    posted_invoice_cancel,
    posted_invoice_credit,
    posted_invoice_pay,
    posted_invoice_print,
    posted_invoices,
)
from integration.views.bookkeeping.ledger import (
    ledger_apply,
    ledger_entries,
    ledger_entry,
    ledger_unapply,
    payment_on_account,
)
from integration.views.bookkeeping.setup import ledger_setup, sales_setup, vat_setup

INVOICE = "documents/posted-invoices/<uuid:id>/"
MEMOS = "documents/posted-credit-memos/"
ENTRY = "ledger/<uuid:id>/"

urlpatterns = [
    path("documents/posted-invoices/", posted_invoices, name="posted_invoices"),
    path(INVOICE, posted_invoice, name="posted_invoice"),
    path(f"{INVOICE}print/", posted_invoice_print, name="posted_invoice_print"),
    path(f"{INVOICE}payment/", posted_invoice_pay, name="posted_invoice_pay"),
    path(f"{INVOICE}cancel/", posted_invoice_cancel, name="posted_invoice_cancel"),
    path(f"{INVOICE}credit/", posted_invoice_credit, name="posted_invoice_credit"),
    path(MEMOS, posted_credit_memos, name="posted_credit_memos"),
    path(f"{MEMOS}<uuid:id>/", posted_credit_memo, name="posted_credit_memo"),
    path(f"{MEMOS}<uuid:id>/print/", posted_credit_memo_print, name="posted_credit_memo_print"),
    path("ledger/", ledger_entries, name="ledger_entries"),
    path(ENTRY, ledger_entry, name="ledger_entry"),
    path(f"{ENTRY}apply/", ledger_apply, name="ledger_apply"),
    path(f"{ENTRY}unapply/<int:application_no>/", ledger_unapply, name="ledger_unapply"),
    path("ledger/payment/<uuid:id>/", payment_on_account, name="payment_on_account"),
    path("setup/sales-receivables/", sales_setup, name="sales_setup"),
    path("setup/general-ledger/", ledger_setup, name="ledger_setup"),
    path("setup/vat-posting/", vat_setup, name="vat_setup"),
]
