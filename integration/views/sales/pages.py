"""Sales Orders and Sales Quotes – Dynamics 365 Sales: lists, cards, and their buttons."""

from __future__ import annotations

import uuid
from functools import partial
from itertools import chain
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from integration.models import SyncJob
from integration.pages.lists.every import EVERY, FIRST_ONLY, NotThisListError, query_of
from integration.pages.lists.trail import lead_back
from integration.systems.errors import Problem
from integration.views.access import given, safe_back
from integration.views.questions import asks, is_answered
from integration.views.sales import verbs
from integration.views.sales.card import card
from integration.views.sales.kinds import ORDERS, QUOTES, Kind
from integration.views.sales.listing import exported, ids_of, listing
from integration.views.spreadsheet import as_csv

COUPLE = "coupling.change_coupling"
NAMED = 5
"""So many documents that are there already are named."""
INCOMPLETE = "This page is incomplete. Load it again."
may_create = permission_required(COUPLE, raise_exception=True)


@require_safe
def sales_orders(request: HttpRequest) -> HttpResponseBase:
    """``/sales/orders/``"""
    return _list(request, ORDERS)


@require_safe
def sales_quotes(request: HttpRequest) -> HttpResponseBase:
    """``/sales/quotes/``"""
    return _list(request, QUOTES)


@require_safe
def sales_order(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/sales/orders/<id>/``"""
    return _card(request, ORDERS, id)


@require_safe
def sales_quote(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/sales/quotes/<id>/``"""
    return _card(request, QUOTES, id)


@may_create
@asks({"delete": "confirmed"})
def sales_orders_action(request: HttpRequest, action: str) -> HttpResponse:
    """Create, create another, retry, keep, take over or delete the chosen orders."""
    return _act(request, ORDERS, action)


@require_POST
@may_create
def sales_quotes_action(request: HttpRequest, action: str) -> HttpResponse:
    """Process the chosen quotes, or try them again."""
    return _act(request, QUOTES, action)


# --- looking -------------------------------------------------------------------------------------------------------


def _list(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    if request.GET.get("format") == "csv":
        return _csv(request, kind)
    made = listing(kind, request.GET, request.user)
    if made.shown.address.moved:
        return redirect(f"{request.path}?{made.shown.address.moved}")
    lead_back(request.session, made.shown)
    return render(request, "integration/sales_list.html", {"list": made.shown, "made": made, "kind": kind})


def _csv(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    """All rows of the list. What keeps the first ones from coming is said on the list itself."""
    rows = exported(kind, request.GET, request.user)
    try:
        head = next(rows)
    except Problem as problem:
        messages.error(request, str(problem))
        return redirect(kind.page)
    return as_csv(kind.page.replace("_", "-"), chain([head], rows))


def _card(request: HttpRequest, kind: Kind, id: uuid.UUID) -> HttpResponse:
    shown = card(kind, id)
    if shown is None:
        raise Http404(f"There is no such {kind.noun}.")
    return render(request, "integration/sales_card.html", {"card": shown, "kind": kind})


# --- doing ---------------------------------------------------------------------------------------------------------


def _act(request: HttpRequest, kind: Kind, action: str) -> HttpResponse:
    acts = {"create": _create, "retry": _retry}
    if kind is ORDERS:
        acts |= {"another": _create_another, "delete": _delete}
        acts |= {decision: partial(_decide, decision=decision) for decision in verbs.WINNERS}
    if action not in acts:
        raise Http404
    try:
        ids = _chosen(request, kind)
    except (ValueError, NotThisListError, Problem) as problem:
        messages.error(request, INCOMPLETE if isinstance(problem, ValueError) else str(problem))
        return _back(request, kind)
    if not ids:
        messages.error(request, f"Choose at least one {kind.noun}.")
        return _back(request, kind)
    try:
        return acts[action](request, kind, ids)
    except Problem as problem:
        messages.error(request, str(problem))
        return _back(request, kind)


def _chosen(request: HttpRequest, kind: Kind) -> list[uuid.UUID]:
    """The documents that were ticked, each once, or those on all pages of the list as it is now. Raises ``ValueError``
    for nonsense, ``NotThisListError`` for the form of another list, and what Sales raises."""
    if EVERY not in given(request):
        return list(dict.fromkeys(uuid.UUID(id) for id in given(request).getlist("selected")))
    ids, are_all = ids_of(kind, query_of(given(request), reverse(kind.page)), request.user)
    if not are_all:
        messages.warning(request, FIRST_ONLY)
    return ids


def _create(request: HttpRequest, kind: Kind, ids: list[uuid.UUID]) -> HttpResponse:
    job, there = verbs.create(kind, ids, request.user)
    for sentence in there[:NAMED]:
        messages.info(request, sentence)
    if len(there) > NAMED:
        messages.info(request, f"{len(there) - NAMED} more are in Business Central already.")
    return _shown(request, kind, job)


def _create_another(request: HttpRequest, kind: Kind, ids: list[uuid.UUID]) -> HttpResponse:
    return _shown(request, kind, verbs.create_another(kind, ids, request.user))


def _retry(request: HttpRequest, kind: Kind, ids: list[uuid.UUID]) -> HttpResponse:
    return _shown(request, kind, verbs.retry(kind, ids, request.user))


def _decide(request: HttpRequest, kind: Kind, ids: list[uuid.UUID], *, decision: str) -> HttpResponse:
    return _shown(request, kind, verbs.decide(kind, ids, decision, request.user))


def _delete(request: HttpRequest, kind: Kind, ids: list[uuid.UUID]) -> HttpResponse:
    """Asks first."""
    if not is_answered(request):
        context: dict[str, Any] = {"ids": ids, "kind": kind, "number": len(ids), "back": safe_back(given(request))}
        return render(request, "integration/sales_delete.html", context)
    job, refused = verbs.delete(kind, ids, request.user)
    for sentence in refused:
        messages.error(request, sentence)
    return _shown(request, kind, job)


def _shown(request: HttpRequest, kind: Kind, job: SyncJob | None) -> HttpResponse:
    """The live page of the job, or where the person came from."""
    return redirect("synch_job", job.pk) if job is not None else _back(request, kind)


def _back(request: HttpRequest, kind: Kind) -> HttpResponse:
    return redirect(safe_back(given(request)) or kind.page)
