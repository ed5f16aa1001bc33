"""Dry runs: the list, one with its planned changes, and carrying one out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from integration.forms.run_filters import ChangeFilter, PlanFilter
from integration.jobs.dry_run import plans
from integration.models import Plan, SyncJob, TableMapping
from integration.pages.runs.planned import exported, plan_titles, planned_rows
from integration.views.access import PageRequest
from integration.views.spreadsheet import as_csv

AT_ONCE = 50
may_run = permission_required("integration.change_syncjob", raise_exception=True)


@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    """``/synch/plans/``: the dry runs, newest first."""
    chosen = PlanFilter(request.GET, Plan.objects.select_related("created_by"))
    page = Paginator(chosen.rows, AT_ONCE).get_page(request.GET.get("page"))
    plans_here = list(page.object_list)
    named = plan_titles(plans_here)
    listed = [(one, named[one.pk]) for one in plans_here]
    return render(request, "integration/plans.html", {"page": page, "plans": listed, "filter": chosen})


@require_POST
@may_run
def plan_start(request: HttpRequest) -> HttpResponse:
    """Make a dry run of a mapping, or of the full synchronization."""
    name = request.POST.get("mapping", "")
    try:
        if name:
            made = plans.plan_mapping(get_object_or_404(TableMapping, name=name, internal=False), request.user)
        else:
            made = plans.plan_full(request.user)
    except plans.PlanError as problem:
        messages.error(request, str(problem))
        return redirect("mapping", name) if name else redirect("full_synch")
    return redirect("plan", made.pk)


@require_GET
def plan(request: PageRequest, id: uuid.UUID) -> HttpResponseBase:
    """``/synch/plans/<id>/``: what would be done, by action, mapping and text; a live fragment while it is made."""
    made = get_object_or_404(Plan.objects.select_related("created_by", "applied_by", "follows"), pk=id)
    chosen = ChangeFilter(request.GET, made.changes.select_related("mapping"), applied=made.applied_at is not None)
    if request.GET.get("format") == "csv":
        return as_csv("dry-run", exported(chosen.rows.iterator(chunk_size=500)))
    context = _shown(request, made, chosen)
    return render(request, "integration/_plan.html" if request.htmx else "integration/plan.html", context)


@require_POST
@may_run
def plan_apply(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Carry it out."""
    try:
        plans.apply(get_object_or_404(Plan, pk=id), request.user)
    except plans.PlanError as problem:
        messages.error(request, str(problem))
    return redirect("plan", id)


@dataclass(frozen=True, slots=True)
class Count:
    """How many planned changes do one thing."""

    label: str
    number: int
    query: str
    here: bool


def _shown(request: HttpRequest, made: Plan, chosen: ChangeFilter) -> dict[str, object]:
    here = chosen.chosen.get("action", "")
    page = Paginator(chosen.rows, AT_ONCE).get_page(request.GET.get("page"))
    jobs = made.jobs.select_related("mapping").order_by("queued_at")
    wanted = SyncJob.Kind.PLAN if made.status in (Plan.Status.PLANNING, Plan.Status.FAILED) else SyncJob.Kind.APPLY
    counts = [Count(label, number, chosen.query(action=value), value == here) for value, label, number in made.counts()]
    return {
        "plan": made,
        "page": page,
        "title": plan_titles([made])[made.pk],
        "rows": planned_rows(page.object_list),
        "filter": chosen,
        "counts": counts,
        "all_here": not here,
        "all_query": chosen.query(action=""),
        "jobs": jobs.filter(kind=wanted),
        "anew": made.followers.all(),
    }
