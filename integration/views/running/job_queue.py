"""Job Queue Entries: what runs again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from integration import scheduler
from integration.forms.job_queue import TimesForm
from integration.forms.run_filters import JobQueueFilter
from integration.models import ConnectionSetup, JobQueueEntry

may_change = permission_required("integration.change_jobqueueentry", raise_exception=True)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An entry, and which of its buttons are closed: nothing of a mapping runs while the connection is off."""

    entry: JobQueueEntry
    is_enabled: bool

    @property
    def run_closed(self) -> bool:
        return self.entry.mapping is not None and not self.is_enabled

    @property
    def ready_closed(self) -> bool:
        return self.entry.status == JobQueueEntry.Status.READY or self.run_closed

    @property
    def hold_closed(self) -> bool:
        return self.entry.status == JobQueueEntry.Status.ON_HOLD


def job_queue(request: HttpRequest) -> HttpResponse:
    """``/job-queue/``, filtered by mapping and status."""
    setup = ConnectionSetup.current()
    entries = JobQueueEntry.objects.select_related("mapping", "last_job__mapping", "last_job__after")
    chosen = JobQueueFilter(request.GET, entries)
    shown = {"rows": [QueueRow(one, setup.is_enabled) for one in chosen.rows], "filter": chosen, "setup": setup}
    return render(request, "integration/job_queue.html", shown)


@require_POST
@may_change
def job_queue_entry(request: HttpRequest, id: int, action: str) -> HttpResponse:
    """Run Now (once, whatever its status), Set Ready (off hold, at its times from then on) or On Hold."""
    entry = get_object_or_404(JobQueueEntry, pk=id)
    verbs: dict[str, Callable[[], str]] = {
        "run-now": lambda: scheduler.run_now(entry, request.user),
        "ready": lambda: _set_ready(entry),
        "on-hold": lambda: _set_on_hold(entry),
    }
    if action not in verbs:
        raise Http404
    try:
        messages.success(request, verbs[action]())
    except scheduler.NotNow as problem:
        messages.error(request, str(problem))
    return redirect("job_queue")


def _set_ready(entry: JobQueueEntry) -> str:
    setup = ConnectionSetup.current()
    if not scheduler.may_start(setup, entry):
        raise scheduler.NotNow("The connection to Dynamics 365 Sales, or this part of it, is off; enable it first.")
    entry.set_ready()
    return f"{entry.name} is Ready: the scheduler starts it now, and at its times from then on."


def _set_on_hold(entry: JobQueueEntry) -> str:
    running = entry.status == JobQueueEntry.Status.IN_PROCESS
    entry.set_on_hold()
    addition = " Its run under way ends by itself." if running else ""
    return f"{entry.name} is On Hold until you set it Ready.{addition}"


@may_change
def job_queue_edit(request: HttpRequest, id: int) -> HttpResponse:
    """Minutes between runs and of inactivity."""
    entry = get_object_or_404(JobQueueEntry, pk=id)
    form = TimesForm(request.POST or None, instance=entry)
    if request.method == "POST" and form.saved():
        messages.success(request, f"{entry.name}: saved.")
        return redirect("job_queue")
    return render(request, "integration/job_queue_edit.html", {"form": form, "entry": entry})
