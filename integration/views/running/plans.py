"""Dry runs: the list, one with its planned changes, and carrying one out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from integration.forms.run_filters import ChangeFilter, PlanFilter
from integration.jobs.dry_run import plans
from integration.models import Plan, SyncJob, TableMapping
from integration.pages import states
from integration.pages.lists.cells import Cell, Column, Width
from integration.pages.lists.described import described
from integration.pages.runs.planned import exported, plan_titles, planned_rows
from integration.pages.states import Shown, Style
from integration.templatetags.formats import second
from integration.views.access import PageRequest
from integration.views.spreadsheet import as_csv
from integration.views.stored_lists import Own, StoredList, stored_list

AT_ONCE = 50
TOO_OLD = Shown("Too old to be applied", Style.SUBDUED)
may_run = permission_required("integration.change_syncjob", raise_exception=True)


TABLE = described(Plan, {"title": "Dry run of", "created_at": "Made", "applied_at": "Applied"})


def _own() -> list[Own]:
    return [
        Own(Column("named", "Dry run of", Width.NAME), lambda plan: Cell(plan.named, title=plan.named)),
        Own(Column("created_at", "Made", Width.MOMENT, "created_at"), lambda plan: Cell(second(plan.created_at))),
        Own(Column("created_by", "By", Width.STATE), lambda plan: Cell(str(plan.created_by or "–"))),
        Own(Column("status", "Status", Width.STATE), _state),
    ]


def _state(plan: Any) -> Cell:
    shown = states.of_plan(plan)
    old = plan.is_outdated and plan.status == Plan.Status.READY
    return Cell(f"{shown.label}, too old to be applied" if old else shown.label, state=TOO_OLD if old else shown)


def _prepared(plans_here: Sequence[Any]) -> None:
    """Each dry run gets its title in words."""
    named = plan_titles(plans_here)
    for one in plans_here:
        one.named = named[one.pk]


LIST = StoredList(
    "synch/plans", "Dry Runs", ("dry run", "dry runs"), TABLE, _own, ("-created_at",), ("title", "created_at"),
    prepared=_prepared, url=lambda plan: reverse("plan", args=[plan.pk]),
    nothing="No dry run: start one from a mapping, from a list of records or from the Full Synch. Review",
)  # fmt: skip


@require_GET
def plan_list(request: HttpRequest) -> HttpResponseBase:
    """``/synch/plans/``: what a synchronization would do, kept to be looked at and applied; the newest first."""
    return stored_list(request, LIST, PlanFilter(request.GET, Plan.objects.select_related("created_by")))


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
        "unshown": plans.unshown(made),
    }
