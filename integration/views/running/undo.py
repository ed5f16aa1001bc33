"""Undoing a run: what it would put back and what stays, record by record, and the run that does it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from integration.jobs.undo.start import NotUndoable, preview, undo, undo_both
from integration.models import SyncJob
from integration.models.people.rights import APPROVE, UNDO
from integration.pages.runs.undoing import halves, undo_page
from integration.systems.errors import Problem


@require_http_methods(["GET", "POST"])
@permission_required(UNDO, raise_exception=True)
def synch_job_undo(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/synch/jobs/<id>/undo/?record=…``: what undoing this run (or what it did with one record) comes to now; POST
    starts it."""
    job = get_object_or_404(SyncJob.objects.select_related("mapping", "started_by"), pk=id)
    given = request.POST if request.method == "POST" else request.GET
    removes = _removes(request, given.get("removes", ""))
    try:
        records = _records(given.getlist("record"))
        if request.method == "POST":
            return redirect("synch_job", _started(request, job, records, removes=removes).pk)
        found = preview(job, records, removes=removes, first=_number(given.get("first", "")))
    except (NotUndoable, Problem) as problem:
        messages.error(request, str(problem))
        return redirect("synch_job", id)
    page = undo_page(job, records, found, removes=removes)
    shown = {"job": job, "page": page, "preview": found, "records": records, "removes": removes}
    return render(request, "integration/synch_job_undo.html", shown)


def _started(request: HttpRequest, job: SyncJob, records: list[uuid.UUID], *, removes: bool) -> SyncJob:
    """The run that undoes this one, or the first of those that undo all that was started with it."""
    if "both" not in request.POST:
        return undo(job, request.user, records, removes=removes)
    return undo_both(halves(job, records), job, request.user, records, removes=removes)


def _removes(request: HttpRequest, wanted: str) -> bool:
    """Records that the run made are deleted only by who may approve what changes much."""
    return bool(wanted) and request.user.has_perm(APPROVE)


def _records(given: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(id) for id in given]
    except ValueError as error:
        raise NotUndoable("This page is incomplete. Load it again.") from error


def _number(given: str) -> int:
    return int(given) if given.isdecimal() and len(given) < 10 else 1
