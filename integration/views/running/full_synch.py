"""Dynamics 365 Sales Full Synch. Review."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from integration import jobs
from integration.connection.opening import open_for_page
from integration.models import ConnectionSetup, FullSynchLine
from integration.models.jobs.full_synch import FullSynchError
from integration.pages.runs.review import review
from integration.systems.errors import Problem
from integration.systems.values import Side
from integration.views.access import PageRequest

may_run = permission_required("integration.change_fullsynchline", raise_exception=True)


def full_synch(request: PageRequest) -> HttpResponse:
    """``/full-synch/``: the lines; the table alone for the live part."""
    setup = ConnectionSetup.current()
    if not request.htmx and setup.is_enabled and not FullSynchLine.objects.active().exists():
        _do_and_report(request, lambda: _refresh(setup))
    found = review()
    closed = not setup.is_enabled
    shown = {"setup": setup, "review": found, "active": found.is_active}
    shown["start_closed"] = closed or not found.can_start
    shown["plan_closed"] = closed or found.is_active or found.starts_over
    return render(request, "integration/_full_synch.html" if request.htmx else "integration/full_synch.html", shown)


@require_POST
@may_run
def full_synch_start(request: HttpRequest) -> HttpResponse:
    _do_and_report(request, lambda: jobs.full_synch.start(request.user), "The full synchronization has started.")
    return redirect("full_synch")


@may_run
@require_http_methods(["GET", "POST"])
def full_synch_reset(request: HttpRequest) -> HttpResponse:
    """Reset: asks first what it throws away."""
    if request.method != "POST":
        return render(request, "integration/full_synch_reset.html", {"review": review()})
    _do_and_report(request, FullSynchLine.objects.reset, "All lines start over.")
    return redirect("full_synch")


@require_POST
@may_run
def full_synch_line(request: HttpRequest, name: str, action: str) -> HttpResponse:
    """Restart, Recommend Full Synchronization, the switch for unmatched records, or who wins, on one line."""
    line = get_object_or_404(FullSynchLine, mapping__name=name)
    verbs: dict[str, Callable[[], object]] = {
        "restart": lambda: jobs.full_synch.restart(line, request.user),
        "recommend-full": line.recommend_full,
        "winner-nobody": lambda: line.choose_winner(None),
        "winner-erp": lambda: line.choose_winner(Side.ERP),
        "winner-crm": lambda: line.choose_winner(Side.CRM),
        "create-unmatched": lambda: line.choose_create_unmatched(not line.create_unmatched),
    }
    if action not in verbs:
        raise Http404
    _do_and_report(request, verbs[action])
    return redirect("full_synch")


def _refresh(setup: ConnectionSetup) -> None:
    with open_for_page(setup) as connected:
        jobs.full_synch.refresh(connected, setup.parts())


def _do_and_report(request: HttpRequest, verb: Callable[[], object], done: str = "") -> None:
    """Do it, and say what came of it."""
    try:
        verb()
    except (FullSynchError, Problem) as problem:
        messages.error(request, str(problem))
    else:
        if done:
            messages.success(request, done)
