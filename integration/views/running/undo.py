"""Undoing a run: what it would put back and what stays, record by record, and the run that does it."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from integration.jobs.undo.start import (
    UNDONE,
    NotUndoable,
    UndoneAlready,
    latest_undoing,
    preview,
    undo,
    undo_both,
    undone_by,
)
from integration.models import SyncJob
from integration.models.people.rights import APPROVE, UNDO
from integration.pages.runs.undoing import halves, undo_page
from integration.systems.errors import Problem
from integration.templatetags.runs import began_by
from integration.views.access import given


@require_http_methods(["GET", "POST"])
@permission_required(UNDO, raise_exception=True)
def synch_job_undo(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/synch/jobs/<id>/undo/?record=…``: what undoing this run (or what it did with one record) comes to now; POST
    starts it."""
    job = get_object_or_404(SyncJob.objects.select_related("mapping", "started_by"), pk=id)
    asked = given(request)
    removes = _removes(request, asked.get("removes", ""))
    try:
        records = _records(asked.getlist("record"))
        if request.method == "POST":
            return _start(request, job, records, removes=removes)
        found = preview(job, records, removes=removes, first=_number(asked.get("first", "")))
    except (NotUndoable, Problem) as problem:
        return _refuse(request, job, problem)
    page = undo_page(job, records, found, removes=removes)
    shown = {"job": job, "page": page, "preview": found, "records": records, "removes": removes}
    shown |= {"undone_by": job.undone_by.select_related("started_by"), "latest": latest_undoing(job)}
    return render(request, "integration/synch_job_undo.html", shown)


def _start(request: HttpRequest, job: SyncJob, records: list[uuid.UUID], *, removes: bool) -> HttpResponse:
    """The run that does it; the page once more where the run was undone since it was shown, and something is left."""
    by, latest = undone_by(job, records), latest_undoing(job)
    if by is not None:
        raise UndoneAlready(by)
    if latest is not None and request.POST.get("latest", "") != str(latest.pk):
        messages.info(request, _undone(UNDONE, latest, " Below stands whether anything of it is left to be undone."))
        query = urlencode({"record": records} | ({"removes": "yes"} if removes else {}), doseq=True)
        return redirect(f"{reverse('synch_job_undo', args=[job.pk])}?{query}")
    return redirect("synch_job", _started(request, job, records, removes=removes).pk)


def _refuse(request: HttpRequest, job: SyncJob, problem: Exception) -> HttpResponse:
    """The page of the run, with why it is not undone."""
    if isinstance(problem, UndoneAlready):
        messages.info(request, _undone(str(problem), problem.by))
    else:
        messages.error(request, str(problem))
    return redirect("synch_job", job.pk)


def _undone(text: str, by: SyncJob, more: str = "") -> str:
    address = reverse("synch_job", args=[by.pk])
    return format_html('{}, by <a href="{}">the run {}</a>.{}', text, address, began_by(by), more)


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
