"""Sales & Receivables Setup, General Ledger Setup and VAT Posting Setup."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from integration.business_central.models import GeneralLedgerSetup, SalesReceivablesSetup
from integration.forms.bookkeeping.setup import LedgerSetupForm, SalesSetupForm
from integration.forms.bookkeeping.vat import SetupFormSet, business_formset, product_formset, rate_formset
from integration.models.people.rights import CHANGE_LEDGER_SETUP, CHANGE_SALES_SETUP, CHANGE_VAT_SETUP
from integration.views.access import PageRequest, post_needs

FORMSETS = {"rate": rate_formset, "business": business_formset, "product": product_formset}


@post_needs(CHANGE_SALES_SETUP)
def sales_setup(request: PageRequest) -> HttpResponse:
    """``/setup/sales-receivables/``"""
    return _one(request, SalesSetupForm(request.POST or None, instance=SalesReceivablesSetup.current()), "sales_setup")


@post_needs(CHANGE_LEDGER_SETUP)
def ledger_setup(request: PageRequest) -> HttpResponse:
    """``/setup/general-ledger/``"""
    return _one(request, LedgerSetupForm(request.POST or None, instance=GeneralLedgerSetup.current()), "ledger_setup")


def _say_saved(request: PageRequest, number: int) -> None:
    """``number``: how many documents of Sales that failed before are tried again now."""
    failed = f"{number} document{'' if number == 1 else 's'} of Sales that failed for want of it"
    again = f" {failed} {'is' if number == 1 else 'are'} tried again with the next run." if number else ""
    messages.success(request, f"Saved.{again}")


def _one(request: PageRequest, form: Any, page: str) -> HttpResponse:
    """The form of a table with one row."""
    if request.method == "POST" and form.saved():
        _say_saved(request, form.tried_again)
        return redirect(page)
    right = {"sales_setup": CHANGE_SALES_SETUP, "ledger_setup": CHANGE_LEDGER_SETUP}[page]
    shown = {"form": form, "may_change": request.user.has_perm(right)}
    return render(request, f"integration/bookkeeping/{page}.html", shown)


@post_needs(CHANGE_VAT_SETUP)
def vat_setup(request: PageRequest) -> HttpResponse:
    """``/setup/vat-posting/``: the rates, and the groups they are of; each table is saved by itself."""
    sent = request.POST.get("table", "")
    formsets: dict[str, SetupFormSet] = {
        name: make(request.POST if name == sent else None) for name, make in FORMSETS.items()
    }
    if sent in formsets and formsets[sent].saved():
        _say_saved(request, formsets[sent].tried_again)
        return redirect("vat_setup")
    shown = {"formsets": formsets, "may_change": request.user.has_perm(CHANGE_VAT_SETUP)}
    return render(request, "integration/bookkeeping/vat_setup.html", shown)
