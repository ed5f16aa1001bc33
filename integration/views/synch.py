"""Integration Synch. Job Log, one job, Integration Synch. Errors, and the skipped records."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from integration import jobs
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.run import LEFT_OUT
from integration.views.skipped import retry, skipped_records

AT_ONCE = 50
ERRORS_SHOWN = 200


def synch_jobs(request: HttpRequest) -> HttpResponse:
    """``/synch/jobs/``: the log, filtered by mapping, status and type."""
    found: QuerySet[SyncJob] = SyncJob.objects.select_related("mapping", "started_by")
    chosen = {name: request.GET.get(name, "") for name in ("mapping", "status", "kind")}
    for name, value in chosen.items():
        if value:
            found = found.filter(**{"mapping__name" if name == "mapping" else name: value})
    page = Paginator(found, AT_ONCE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "jobs": page.object_list,
        "chosen": chosen,
        "kinds": SyncJob.Kind,
        "statuses": SyncJob.Status,
    }
    shown["mappings"] = TableMapping.objects.values_list("name", flat=True)
    return render(request, "integration/synch_jobs.html", shown)


def synch_job(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/synch/jobs/<id>/``: one job; a fragment of it alone for the live part."""
    job = get_object_or_404(SyncJob.objects.select_related("mapping", "started_by", "after__mapping"), pk=id)
    noted = job.errors.select_related("mapping")
    errors, left_out = noted.exclude(code=LEFT_OUT), noted.filter(code=LEFT_OUT)
    shown = {"job": job, "errors": errors[:ERRORS_SHOWN], "error_count": errors.count()}
    shown["left_out"] = left_out[:ERRORS_SHOWN]
    shown["followers"] = job.followers.select_related("mapping")
    live = request.headers.get("HX-Request") == "true"
    return render(request, "integration/_synch_job.html" if live else "integration/synch_job.html", shown)


@require_POST
@permission_required("integration.change_syncjob", raise_exception=True)
def synch_job_cancel(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    job = get_object_or_404(SyncJob, pk=id)
    jobs.cancel(job)
    messages.info(request, "The job stops after the page it is working on." if job.is_active else "The job has ended.")
    return redirect("synch_job", id)


def synch_errors(request: HttpRequest) -> HttpResponse:
    """``/synch/errors/``: open errors, grouped by code."""
    found = SyncError.objects.open().select_related("mapping", "job")
    groups = found.order_by("code").values("code").annotate(number=Count("pk"))
    code = request.GET.get("code", "")
    page = Paginator(found.filter(code=code) if code else found, AT_ONCE).get_page(request.GET.get("page"))
    shown = {"groups": groups, "code": code, "page": page, "errors": page.object_list}
    return render(request, "integration/synch_errors.html", shown)


def synch_skipped(request: HttpRequest) -> HttpResponse:
    """``/synch/skipped/``: records left out after failing twice the same way."""
    return render(request, "integration/synch_skipped.html", {"records": skipped_records()})


@require_POST
@permission_required("coupling.change_coupling", raise_exception=True)
def synch_retry(request: HttpRequest) -> HttpResponse:
    """Retry the chosen skipped records, or all of them."""
    chosen = None if "all" in request.POST else request.POST.getlist("selected")
    number = retry(chosen)
    messages.success(request, f"{number} record{'s' if number != 1 else ''} will be tried again by the next run.")
    return redirect("synch_skipped")
