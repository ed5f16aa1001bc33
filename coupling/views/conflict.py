"""A conflict, looked at field by field and decided."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from coupling.commands import repair
from coupling.commands.decide_conflicts import PairGoneError
from coupling.models import CouplingError
from coupling.pages.compare import GONE
from coupling.pages.conflict import conflict_of
from coupling.views.access import back, may_couple, person, show_problem
from coupling.views.outcomes import show_outcome
from integration.models import SyncJob, TableMapping
from integration.systems.errors import Problem
from integration.systems.values import Side

FIELD = "field:"


@require_http_methods(["GET", "POST"])
@may_couple
def conflict(request: HttpRequest, mapping: str, erp_id: uuid.UUID) -> HttpResponse:
    """``/couplings/<mapping>/<erp_id>/conflict/``: both values of each field to carry; POST carries the chosen."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    try:
        if request.method == "POST":
            return _on_its_way(request, _decided(request, stored, erp_id))
        shown = conflict_of(stored, erp_id)
    except (CouplingError, Problem) as problem:
        return _refused(request, stored, erp_id, problem)
    if shown is None:
        raise Http404("There is no such pair.")
    return render(request, "coupling/conflict.html", {"conflict": shown})


def _refused(
    request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID, problem: CouplingError | Problem
) -> HttpResponse:
    """Where there is something to look at: a pair that is gone has no page any more, one of a deleted record its
    card."""
    show_problem(request, problem)
    if request.POST.get("back"):
        return back(request)
    if isinstance(problem, PairGoneError) and str(problem) != GONE:
        return redirect("synch_errors")
    if request.method == "POST" and str(problem) != GONE:
        return redirect("conflict", mapping.name, erp_id)
    return redirect("erp_card", mapping.erp_table, erp_id)


def _on_its_way(request: HttpRequest, job: SyncJob) -> HttpResponse:
    """Back where the person decided, with what came of it."""
    return show_outcome(request, [job]) if request.POST.get("back") else redirect("synch_job", job.pk)


def _decided(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID) -> SyncJob:
    sides = {side.value: side for side in Side}
    chosen = {
        name.removeprefix(FIELD): sides[value]
        for name, value in request.POST.items()
        if name.startswith(FIELD) and isinstance(value, str) and value in sides
    }
    if request.POST.get("all") in sides:
        chosen = dict.fromkeys(request.POST.getlist("conflicting"), sides[request.POST["all"]])
    if not chosen:
        raise CouplingError("Choose a value for at least one field.")
    seen = (request.POST.get("erp_version", ""), request.POST.get("crm_version", ""))
    return repair.decide(mapping, erp_id, chosen, seen, person(request), request.POST.get("decided", ""))
