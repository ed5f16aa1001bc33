"""Integration Synch. Job Log and one job."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from integration import jobs
from integration.forms.filters import JobFilter
from integration.jobs.undo.start import why_not
from integration.models import SyncJob
from integration.models.jobs.full_synch import FullSynchError
from integration.models.people.rights import APPROVE, UNDO
from integration.sync.run import LEFT_OUT
from integration.views.access import PageRequest

AT_ONCE = 50
ERRORS_SHOWN = 200


def synch_jobs(request: HttpRequest) -> HttpResponse:
    """``/synch/jobs/``: the log, filtered by mapping, status and type."""
    chosen = JobFilter(request.GET, SyncJob.objects.select_related("mapping", "started_by"))
    page = Paginator(chosen.rows, AT_ONCE).get_page(request.GET.get("page"))
    shown = {"page": page, "jobs": page.object_list, "filter": chosen}
    return render(request, "integration/synch_jobs.html", shown)


def synch_job(request: PageRequest, id: uuid.UUID) -> HttpResponse:
    """``/synch/jobs/<id>/``: one job; a fragment of it alone for the live part."""
    job = get_object_or_404(SyncJob.objects.select_related("mapping", "started_by", "after__mapping"), pk=id)
    noted = job.errors.select_related("mapping")
    errors, left_out = noted.exclude(code=LEFT_OUT), noted.filter(code=LEFT_OUT)
    shown = {"job": job, "errors": errors[:ERRORS_SHOWN], "error_count": errors.count()}
    shown["left_out"] = left_out[:ERRORS_SHOWN]
    shown["can_be_undone"] = request.user.has_perm(UNDO) and not why_not(job)
    shown["followers"] = job.followers.select_related("mapping")
    return render(request, "integration/_synch_job.html" if request.htmx else "integration/synch_job.html", shown)


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
