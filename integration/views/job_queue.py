"""Job Queue Entries: what runs again and again."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from integration.forms.job_queue import TimesForm
from integration.models import ConnectionSetup, JobQueueEntry

may_change = permission_required("integration.change_jobqueueentry", raise_exception=True)


def job_queue(request: HttpRequest) -> HttpResponse:
    """``/job-queue/``"""
    entries = JobQueueEntry.objects.select_related("mapping", "last_job__mapping", "last_job__after")
    shown = {"entries": entries, "setup": ConnectionSetup.current()}
    return render(request, "integration/job_queue.html", shown)


@require_POST
@may_change
def job_queue_entry(request: HttpRequest, id: int, action: str) -> HttpResponse:
    """Run now (Set Ready: the scheduler takes it at once) or On Hold."""
    entry = get_object_or_404(JobQueueEntry, pk=id)
    if action != "on-hold" and not ConnectionSetup.current().is_enabled:
        messages.error(request, "The connection to Dynamics 365 Sales is disabled; enable it first.")
        return redirect("job_queue")
    verbs: dict[str, tuple[Callable[[], None], str]] = {
        "ready": (entry.set_ready, f"{entry.name}: the scheduler starts it now."),
        "on-hold": (entry.set_on_hold, f"{entry.name}: on hold."),
    }
    if action not in verbs:
        raise Http404
    verb, said = verbs[action]
    verb()
    messages.success(request, said)
    return redirect("job_queue")


@may_change
def job_queue_edit(request: HttpRequest, id: int) -> HttpResponse:
    """Minutes between runs and of inactivity."""
    entry = get_object_or_404(JobQueueEntry, pk=id)
    form = TimesForm(request.POST or None, instance=entry)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"{entry.name}: saved.")
        return redirect("job_queue")
    return render(request, "integration/job_queue_edit.html", {"form": form, "entry": entry})
