"""Integration Synch. Job Log: every run, the latest first, with its counters that lead to their records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from integration.forms.run_filters import JobFilter
from integration.models import SyncJob
from integration.pages import states
from integration.pages.lists.cells import Cell, Column, Width
from integration.pages.lists.described import described
from integration.pages.runs.titles import titles
from integration.pages.states import Shown, Style
from integration.systems.formats import whole
from integration.templatetags.formats import brief, second
from integration.templatetags.frame import duration
from integration.templatetags.runs import OUTCOMES
from integration.views.stored_lists import Own, StoredList, stored_list

COUNTS = {name: name.capitalize() for name in OUTCOMES} | {"skipped": "Left out or skipped"}
TABLE = described(
    SyncJob,
    {
        "queued_at": "Start", "started_at": "Started", "finished_at": "Finished", "message": "Message", **COUNTS,
        "records_done": "Records", "requests": "Requests",
    },
    sortable=("queued_at",),
)  # fmt: skip


def _text(name: str, label: str, width: Width, said: Callable[[Any], object]) -> Own:
    """What is said of a run, in words."""

    def cell(job: Any) -> Cell:
        text = str(said(job))
        return Cell(text, title=text)

    return Own(Column(name, label, width), cell)


def _state(job: SyncJob) -> Cell:
    shown = states.of_job(job)
    return Cell(shown.label, state=shown, title=shown.label)


def _start(job: SyncJob) -> Cell:
    """When it started; of one that waits when it was asked for, and that it was that."""
    if job.started_at:
        return Cell(brief(job.started_at), title=second(job.started_at))
    return Cell(f"asked {brief(job.queued_at)}", title=_start_in_file(job))


def _start_in_file(job: SyncJob) -> str:
    return second(job.started_at) or f"asked for {second(job.queued_at)}"


def _count(name: str) -> Own:
    """How many records came to this, leading to them; a spreadsheet has 0, a page is blank there."""

    def cell(job: SyncJob) -> Cell:
        number = getattr(job, name)
        if not number:
            return Cell(number=True)
        url = f"{_page(job)}?show={name}"
        bad = Shown(whole(number), Style.UNFAVORABLE) if name == "failed" else None
        return Cell(whole(number), url, state=bad, number=True)

    fades = name != "failed"
    column = Column(name, COUNTS[name], Width.COUNT, number=True, fades=fades)
    return Own(column, cell, lambda job: str(getattr(job, name)))


def _page(job: SyncJob) -> str:
    return reverse("synch_job", args=[job.pk])


def _own() -> list[Own]:
    """A phone shows the first three: which run, when, and how it ended."""
    return [
        _text("about", "Run", Width.TEXT, lambda job: job.title.about),
        _text("kind", "Type", Width.CHOICE, lambda job: job.get_kind_display()),
        Own(Column("queued_at", "Start", Width.CHOICE, "queued_at"), _start, _start_in_file),
        Own(Column("status", "Status", Width.STATE), _state),
        Own(Column("direction", "Direction", Width.CHOICE), lambda job: Cell(job.title.short_way),
            lambda job: job.title.way),
        Own(Column("duration", "Duration", Width.CODE, number=True),
            lambda job: Cell(duration(job.duration), number=True)),
        *map(_count, OUTCOMES),
        _text("mapping", "Mapping", Width.STATE, lambda job: job.mapping.name),
        _text("started_by", "Started by", Width.STATE, lambda job: job.started_by or "Scheduler"),
    ]  # fmt: skip


def _prepared(jobs: Sequence[Any]) -> None:
    """Each run gets its ``title``."""
    named = titles(jobs)
    for job in jobs:
        job.title = named[job.pk]


LIST = StoredList(
    "synch/jobs", "Integration Synch. Job Log", ("run", "runs"), TABLE, _own, ("-queued_at",),
    ("queued_at", "message", *COUNTS),
    ("about", "queued_at", "status", "direction", *OUTCOMES),
    prepared=_prepared, url=_page, nothing="No run is here",
)  # fmt: skip


@require_safe
def synch_jobs(request: HttpRequest) -> HttpResponseBase:
    """``/synch/jobs/``: the log, narrowed, page by page; ``format=csv``: all of what is shown."""
    chosen = JobFilter(request.GET, SyncJob.objects.select_related("mapping", "started_by"))
    return stored_list(request, LIST, chosen)
