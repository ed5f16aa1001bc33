"""Job Queue Entries: what runs again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from integration import scheduler
from integration.forms.job_queue import TimesForm
from integration.forms.run_filters import JobQueueFilter
from integration.models import ConnectionSetup, JobQueueEntry
from integration.pages import states
from integration.pages.lists.cells import Cell, Column, Press, Width
from integration.pages.lists.described import described
from integration.templatetags.formats import second
from integration.views.stored_lists import Own, StoredList, stored_list

CHANGE = "integration.change_jobqueueentry"
may_change = permission_required(CHANGE, raise_exception=True)


TABLE = described(
    JobQueueEntry,
    {
        "name": "Description", "next_start": "Next start", "minutes": "Minutes", "inactivity_minutes": "Inactivity",
        "attempts": "Attempts", "message": "Message",
    },
)  # fmt: skip
LIST = StoredList(
    "job-queue", "Job Queue Entries", ("entry", "entries"), TABLE, lambda: (), ("name",),
    ("name", "next_start", "minutes", "attempts", "message"),
    ("name", "status", "next_start", "minutes", "last_run", "message", "actions"),
    template="integration/job_queue.html",
    nothing="No entries: they are created when the connection is enabled",
)  # fmt: skip


def job_queue(request: HttpRequest) -> HttpResponseBase:
    """``/job-queue/``: what runs again and again, narrowed by mapping and status."""
    setup = ConnectionSetup.current()
    entries = JobQueueEntry.objects.select_related("mapping", "last_job__mapping", "last_job__after")
    may_press = request.user.has_perm(CHANGE)
    columns = partial(_own, is_enabled=setup.is_enabled, may_press=may_press)
    kind = replace(LIST, own=columns, url=_edited if may_press else lambda _: "")
    return stored_list(request, kind, JobQueueFilter(request.GET, entries), setup=setup)


def _own(*, is_enabled: bool, may_press: bool) -> list[Own]:
    columns = [
        Own(Column("name", "Description", Width.TEXT, "name"), lambda entry: Cell(entry.name, title=entry.name)),
        Own(Column("status", "Status", Width.STATE), _state),
        Own(Column("next_start", "Next start", Width.MOMENT, "next_start"),
            lambda entry: Cell(second(entry.next_start))),
        Own(Column("minutes", "Minutes", Width.COUNT, "minutes", number=True),
            lambda entry: Cell(str(entry.minutes), number=True)),
        Own(Column("inactivity_minutes", "Inactivity", Width.COUNT, "inactivity_minutes", number=True),
            lambda entry: Cell(str(entry.inactivity_minutes), number=True)),
        Own(Column("attempts", "Attempts", Width.COUNT, "attempts", number=True),
            lambda entry: Cell(f"{entry.attempts} of {entry.max_attempts}", number=True)),
        Own(Column("last_run", "Last run", Width.MOMENT), _last),
        Own(Column("message", "Message", Width.TEXT), _said),
    ]  # fmt: skip
    presses = Own(Column("actions", "Actions", Width.MOMENT), partial(_presses, is_enabled=is_enabled), lambda _: "")
    return [*columns, presses] if may_press else columns


def _edited(entry: Any) -> str:
    return reverse("job_queue_edit", args=[entry.pk])


def _state(entry: Any) -> Cell:
    shown, run = states.of_row(entry), entry.run_to_approve
    return Cell(shown.label, reverse("synch_job", args=[run.pk]) if run else "", shown.label, shown)


def _last(entry: Any) -> Cell:
    """When the last run started, as it is named everywhere."""
    job = entry.last_job
    return Cell(second(job.started_at) or "not started", reverse("synch_job", args=[job.pk])) if job else Cell()


def _said(entry: Any) -> Cell:
    text = str(entry.waits or entry.message)
    return Cell(text, title=text)


def _presses(entry: Any, *, is_enabled: bool) -> Cell:
    """What can be done with it; nothing of a mapping runs while the connection is off."""
    off, status = entry.mapping is not None and not is_enabled, entry.status
    offered = (
        ("Run Now", "run-now", off),
        ("Set Ready", "ready", off or status == JobQueueEntry.Status.READY),
        ("On Hold", "on-hold", status == JobQueueEntry.Status.ON_HOLD),
    )
    pages = [(label, reverse("job_queue_entry", args=[entry.pk, action]), closed) for label, action, closed in offered]
    return Cell(presses=[Press(*one) for one in pages])


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
