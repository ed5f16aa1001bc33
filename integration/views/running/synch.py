"""One job with its rows and its buttons, and the Synchronization Log of one record."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from integration import jobs
from integration.forms.run_filters import RowsFilter
from integration.jobs.undo.start import why_not
from integration.models import SyncError, SyncJob
from integration.models.jobs.full_synch import FullSynchError
from integration.models.people.rights import APPROVE, UNDO
from integration.pages.runs import record_log as logs
from integration.pages.runs.job import job_page
from integration.pages.runs.job_rows import exported, shown
from integration.pages.runs.tabs import Asked
from integration.systems.values import Side
from integration.views.access import PageRequest
from integration.views.spreadsheet import as_csv


@require_safe
def synch_job(request: PageRequest, id: uuid.UUID) -> HttpResponseBase:
    """``/synch/jobs/<id>/``: one job with its rows, by outcome; a fragment of it alone for the live part."""
    found = SyncJob.objects.select_related("mapping", "started_by", "after__mapping", "plan")
    page, asked = job_page(get_object_or_404(found, pk=id)), Asked.of(request.GET)
    if request.GET.get("format") == "csv":
        return as_csv("synch-job", exported(page.passes, asked))
    context = {"page": page, "job": page.job, "rows": shown(page.passes, asked), "asked": asked}
    context["filter"] = RowsFilter({"show": asked.show, "code": asked.code, "q": asked.q}, SyncError.objects.none())
    context |= {"can_be_undone": request.user.has_perm(UNDO) and not why_not(page.job)}
    context["undone_by"] = page.job.undone_by.all()
    context["followers"] = page.passes[-1].followers.select_related("mapping")
    return render(request, "integration/_synch_job.html" if request.htmx else "integration/synch_job.html", context)


@require_safe
def record_log(request: HttpRequest, side: str, table: str, id: uuid.UUID) -> HttpResponseBase:
    """``/synch/records/<side>/<table>/<id>/``: Synchronization Log of one record."""
    if side not in list(Side) or (log := logs.record_log(Side(side), table, id, request.GET)) is None:
        raise Http404("There is no such record that a mapping synchronizes, and no run remembers one.")
    if request.GET.get("format") == "csv":
        return as_csv("synchronization-log", logs.exported(log.side, table, id))
    return render(request, "integration/record_log.html", {"log": log})


@require_POST
@permission_required("integration.change_syncjob", raise_exception=True)
def synch_job_cancel(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    job = get_object_or_404(SyncJob, pk=id)
    jobs.cancel(job)
    messages.info(request, "The job stops after the page it is working on." if job.is_active else "The job has ended.")
    return redirect("synch_job", id)


@require_POST
@permission_required("integration.change_syncjob", raise_exception=True)
def synch_job_try_now(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Do not wait any longer for the other side to answer again."""
    job = get_object_or_404(SyncJob, pk=id)
    waited = jobs.try_now(job)
    messages.info(request, "The run tries again now." if waited else "This run does not wait for the other side.")
    return redirect("synch_job", id)


@require_POST
@permission_required(APPROVE, raise_exception=True)
def synch_job_approve(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Make the run that stopped because it would change much."""
    job = get_object_or_404(SyncJob, pk=id)
    try:
        started = jobs.approve(job, request.user)
    except (jobs.NotWaiting, FullSynchError) as problem:
        messages.error(request, str(problem))
        return redirect("synch_job", id)
    return redirect("synch_job", started.pk)


@require_POST
@permission_required(APPROVE, raise_exception=True)
def synch_job_reject(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Say no to the run that stopped because it would change much."""
    job = get_object_or_404(SyncJob, pk=id)
    try:
        jobs.reject(job, request.user, request.POST.get("reason", ""))
    except jobs.NotWaiting as problem:
        messages.error(request, str(problem))
    else:
        messages.info(request, f"Nothing was changed. The jobs of {job.mapping} are On Hold until you set them Ready.")
    return redirect("synch_job", id)
