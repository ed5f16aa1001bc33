"""The search of the top bar, as one types and as a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integration.pages.frame.search import SHORTEST, records_of_sales, search, typed


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """``/search/?q=…``: all but the records of Sales, which the page asks for when it is shown; without scripts a link
    does (``sales=yes``)."""
    text = typed(request.GET.get("q", ""))
    asks_sales = len(text) >= SHORTEST
    shown = {"text": text, "kinds": search(text, request.user), "asks_sales": asks_sales}
    if asks_sales and request.GET.get("sales"):
        shown["sales"] = records_of_sales(text)
    return render(request, f"integration/frame/{_kind(request)}.html", shown)


@require_safe
def search_sales(request: HttpRequest) -> HttpResponse:
    """``/search/sales/?q=…``: the records of Dynamics 365 Sales alone, with seconds of patience."""
    text = typed(request.GET.get("q", ""))
    found = records_of_sales(text) if len(text) >= SHORTEST else None
    return render(request, "integration/frame/_sales_results.html", {"text": text, "sales": found})


def _kind(request: HttpRequest) -> str:
    return "_results" if request.headers.get("HX-Request") else "search"
