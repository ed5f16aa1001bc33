"""The numbers of the home page."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Max, Sum
from django.urls import reverse
from django.utils import timezone

from integration.defaults.tasks import HOUSE_TASKS
from integration.models import (
    ConnectionSetup,
    FullSynchLine,
    JobQueueEntry,
    PendingPost,
    SyncError,
    SyncJob,
    TableMapping,
)
from integration.pages.parts import first_url
from integration.sync.problems import Conflict
from integration.sync.rules import Direction

DAY = 24
WAITING = "?code=reference-not-coupled"
OPEN = "?state=all&there=open"
DOCUMENTS = {"salesorder": "orders", "quote": "quotes"}
"""Tables of Sales whose documents are made here, and what their pages call them."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One tile: a number, what it counts, where its rows are, and how it is shown while it is not 0 (bad, busy or
    plain)."""

    number: int
    label: str
    url: str
    mood: str = ""

    @property
    def shown(self) -> str:
        """Blank for none."""
        return f"{self.number:,}" if self.number else ""

    @property
    def look(self) -> str:
        return self.mood if self.number else ""


@dataclass(frozen=True, slots=True)
class JobCounter:
    """How many recurring jobs of the connection are active, of how many there are; none while it is disabled."""

    active: int
    total: int

    @property
    def words(self) -> str:
        """What that means."""
        if not self.total:
            return "No recurring job is started."
        if self.active == self.total:
            return "All of them are ready or in process."
        resting = self.total - self.active
        return f"{resting} {'is' if resting == 1 else 'are'} on hold, or stopped by an error."


def job_counter(setup: ConnectionSetup) -> JobCounter:
    """The jobs of mappings and those of the features that are switched on. One that sleeps until something changes is
    active, too."""
    if not setup.is_enabled:
        return JobCounter(0, 0)
    entries = JobQueueEntry.objects.exclude(task__in=HOUSE_TASKS)
    status = JobQueueEntry.Status
    active = entries.filter(status__in=(status.READY, status.IN_PROCESS, status.INACTIVE, status.APPROVAL))
    return JobCounter(active.count(), entries.count())


def cues() -> list[Cue]:
    """What needs attention, most urgent first."""
    since = timezone.now() - dt.timedelta(hours=DAY)
    pairs = _pairs()
    failed = SyncJob.objects.filter(status=SyncJob.Status.FAILED, queued_at__gte=since).count()
    errors = _open_errors()
    conflicts = errors.pop(Conflict.code, 0)
    posts = PendingPost.objects.filter(skipped=True).count()
    running = SyncJob.objects.active().count()
    to_approve = SyncJob.objects.waiting().count()
    waiting = _documents_waiting()
    return [
        *(
            Cue(number, f"Sales {DOCUMENTS[table]} waiting", reverse(f"sales_{DOCUMENTS[table]}") + OPEN, "bad")
            for table, number in waiting.items()
            if number
        ),
        Cue(to_approve, "Runs to approve", reverse("synch_jobs") + "?status=approval", "bad"),
        Cue(failed, "Jobs failed in 24 hours", reverse("synch_jobs") + "?status=failed", "bad"),
        Cue(conflicts, "Conflicts", reverse("synch_errors") + f"?code={Conflict.code}", "bad"),
        Cue(errors.total(), "Records with errors", reverse("synch_errors"), "bad"),
        Cue(pairs["resting"] + posts, "Records skipped", first_url("skipped"), "busy"),
        Cue(pairs["waiting"], "Records waiting", reverse("synch_errors") + WAITING, "busy"),
        Cue(running, "Jobs in process", reverse("synch_jobs") + "?status=running", "busy"),
        Cue(pairs["coupled"], "Coupled records", reverse("mappings")),
    ]


def _pairs() -> dict[str, int]:
    """How many pairs are coupled, rest and wait, of all mappings; the database keeps these numbers."""
    kept = ("coupled", "resting", "waiting")
    found = TableMapping.objects.order_by().aggregate(**{name: Sum(f"tally__{name}") for name in kept})
    return {name: found[name] or 0 for name in kept}


def _open_errors() -> Counter[str]:
    """How many errors are open, by code."""
    return Counter(dict(SyncError.objects.open().order_by().values_list("code").annotate(number=Count("pk"))))


def _documents_waiting() -> dict[str, int]:
    """How many documents of Sales failed and are to be made still, by table."""
    documents = SyncError.objects.open().filter(mapping__crm_table__in=DOCUMENTS, direction=Direction.TO_ERP.value)
    counted = dict(documents.order_by().values_list("mapping__crm_table").annotate(number=Count("pk")))
    return {table: counted.get(table, 0) for table in DOCUMENTS}


def last_full() -> dt.datetime | None:
    """When the last full synchronization ended, as far as one did."""
    finished = FullSynchLine.objects.filter(status=FullSynchLine.Status.FINISHED)
    latest = finished.aggregate(crm=Max("to_crm_job__finished_at"), erp=Max("to_erp_job__finished_at"))
    return max((moment for moment in latest.values() if moment is not None), default=None)
