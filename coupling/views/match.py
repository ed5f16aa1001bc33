"""Select Coupling Criteria: match-based coupling, looked at before anything is coupled."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from coupling import matching
from coupling.models import CouplingError
from coupling.views.access import may_couple, person, tell
from integration.models import TableMapping
from integration.sync.rules import Direction
from integration.systems.errors import Problem


@may_couple
def match(request: HttpRequest, mapping: str) -> HttpResponse:
    """``/couplings/<mapping>/match/``: the criteria; with ``preview`` what they would couple."""
    stored = get_object_or_404(TableMapping, name=mapping)
    shown = {"mapping": stored, "criteria": stored.criteria()}
    shown["can_create"] = Direction(stored.direction).includes(Direction.TO_CRM)
    if "preview" in request.GET:
        try:
            shown["preview"] = matching.previewed(stored)
        except Problem as problem:
            tell(request, problem)
    return render(request, "coupling/match.html", shown)


@require_POST
@may_couple
def match_start(request: HttpRequest, mapping: str) -> HttpResponse:
    """Couple what matches; the job is shown live."""
    stored = get_object_or_404(TableMapping, name=mapping)
    wanted = {name: name in request.POST for name in ("synchronize", "create")}
    try:
        job = matching.start(stored, person(request), **wanted)
    except (CouplingError, Problem) as problem:
        tell(request, problem)
        return redirect("match", mapping)
    return redirect("synch_job", job.pk)
