"""Lists and cards of the records of either side."""

from __future__ import annotations

import uuid
from itertools import chain

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from coupling.pages.asking.standing import standing_of
from coupling.pages.cards import Card, card
from coupling.pages.in_sales import ACCOUNT, CUSTOMER, account_of, counts, named
from coupling.pages.lists import Listing, exported, listing
from coupling.views.access import may_edit, show_problem
from coupling.views.editing.saved import recall
from integration.pages.lists.trail import lead_back
from integration.sync.memory.ledger import State
from integration.systems.errors import Problem, TableMissing
from integration.systems.values import Side
from integration.views.bookkeeping.customers import customer_boxes
from integration.views.spreadsheet import as_csv

WAIT = "wait"
"""In the address of a card of Sales: the page is shown when Sales has answered, however long that takes."""
NOBODY = uuid.UUID(int=0)
"""Stands in addresses for the one record that a person selects (``static/lists.js``)."""


def erp_list(request: HttpRequest, table: str) -> HttpResponseBase:
    """``/records/erp/<table>/``"""
    return _list(request, Side.ERP, table)


def crm_list(request: HttpRequest, entity: str) -> HttpResponseBase:
    """``/records/crm/<entity>/``"""
    return _list(request, Side.CRM, entity)


def erp_card(request: HttpRequest, table: str, id: uuid.UUID) -> HttpResponse:
    """``/records/erp/<table>/<system_id>/``"""
    return _card(request, Side.ERP, table, id)


def crm_card(request: HttpRequest, entity: str, id: uuid.UUID) -> HttpResponse:
    """``/records/crm/<entity>/<id>/``: what our side knows, where Sales does not answer at once; with ``?wait=`` the
    page waits for it."""
    return _card(request, Side.CRM, entity, id)


@require_safe
def customer_in_sales(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/records/erp/customer/<system_id>/sales/``: what is open for a coupled customer in Sales, asked now. The panel
    of the card loads it when the card itself is shown."""
    account = account_of(id)
    if account is None:
        raise Http404("This customer is not coupled, or the connection is disabled.")
    template = "coupling/_in_sales.html" if request.headers.get("HX-Request") else "coupling/in_sales.html"
    return render(request, template, {"sales": counts(account), "customer": id})


@require_safe
def customers_in_sales(request: HttpRequest) -> HttpResponse:
    """``/records/erp/customer/sales/?selected=…``: the same for the one customer that is ticked in the list."""
    ticked = [id for typed in request.GET.getlist("selected") if (id := named(typed)) is not None]
    account = account_of(ticked[0]) if len(ticked) == 1 else None
    if account is None:
        return render(request, "coupling/_in_sales_of_one.html")
    return render(request, "coupling/_in_sales.html", {"sales": counts(account), "customer": ticked[0], "inline": True})


def _list(request: HttpRequest, side: Side, table: str) -> HttpResponseBase:
    try:
        if request.GET.get("format") == "csv":
            return _csv(request, side, table)
        shown = listing(side, table, request.GET, request.user)
    except TableMissing as missing:
        raise Http404(str(missing)) from missing
    if shown.shown.address.moved:
        return redirect(f"{request.path}?{shown.shown.address.moved}")
    lead_back(request.session, shown.shown)
    more = {"made": shown, "offers_sales": _offers_sales(shown), "may_edit": may_edit(request.user, side, table)}
    more |= {"nobody": NOBODY, "setup": shown.setup}
    return render(request, "coupling/record_list.html", {"list": shown.shown, **more})


def _offers_sales(shown: Listing) -> bool:
    """Is there a coupled customer in the list, while the connection is enabled?"""
    return shown.side is Side.ERP and shown.name == CUSTOMER and shown.is_enabled and shown.coupled


def _csv(request: HttpRequest, side: Side, table: str) -> HttpResponseBase:
    """All rows of the list. What keeps the first ones from coming is told on the list itself."""
    rows = exported(side, table, request.GET, request.user)
    try:
        head = next(rows)
    except TableMissing:
        raise
    except Problem as problem:
        show_problem(request, problem)
        return redirect(f"{side.value}_list", table)
    return as_csv(table, chain([head], rows))


def _card(request: HttpRequest, side: Side, table: str, id: uuid.UUID) -> HttpResponse:
    try:
        shown = card(side, table, id, patient=WAIT in request.GET)
    except TableMissing as missing:
        raise Http404(str(missing)) from missing
    if shown is None:
        raise Http404("There is no such record.")
    boxes = customer_boxes(id) if shown.is_erp and table == CUSTOMER else None
    edited = {"may_edit": may_edit(request.user, side, table), "just_saved": recall(request, id)}
    more = {"in_sales": _is_in_sales(shown), "boxes": boxes, "standing": standing_of(shown), **edited}
    return render(request, "coupling/record_card.html", {"card": shown, "setup": shown.setup, **more})


def _is_in_sales(shown: Card) -> bool:
    """Is it a coupled customer, while the connection is enabled?"""
    if not (shown.is_enabled and shown.is_erp and shown.name == CUSTOMER and shown.mapping and shown.pair):
        return False
    return shown.mapping.crm_table == ACCOUNT and shown.pair.state is State.COUPLED
