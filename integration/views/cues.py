"""The numbers of the home page."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from integration.defaults.tasks import HOUSE_TASKS
from integration.models import (
    ConnectionSetup,
    JobQueueEntry,
    SyncJob,
)
from integration.pages.home.desk import DOCUMENTS_OF_SALES, Desk
from integration.pages.parts import first_url
from integration.sync.problems import Conflict
from integration.systems.formats import whole

DAY = 24
WAITING = "?code=reference-not-coupled"
OPEN = "?state=all&there=open"


@dataclass(frozen=True, slots=True)
class Cue:
    """One tile: a number, what it counts, where its rows are, and how it is shown while it is not 0 (bad, busy or
    plain); 0 is quiet."""

    number: int
    label: str
    url: str
    mood: str = ""

    @property
    def shown(self) -> str:
        return whole(self.number)

    @property
    def look(self) -> str:
        return self.mood if self.number else "none"


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


def cues(desk: Desk) -> list[Cue]:
    """What needs attention, most urgent first."""
    status, jobs = SyncJob.Status, desk.jobs
    failed, to_approve = jobs.get(status.FAILED, 0), jobs.get(status.APPROVAL, 0)
    running = jobs.get(status.QUEUED, 0) + jobs.get(status.RUNNING, 0)
    return [
        *(
            Cue(number, f"{noun}s waiting", reverse(page) + OPEN, "bad")
            for table, (noun, page) in DOCUMENTS_OF_SALES.items()
            if (number := desk.documents(table))
        ),
        Cue(to_approve, "Runs to approve", reverse("synch_jobs") + "?status=approval", "bad"),
        Cue(failed, "Jobs failed in 24 hours", reverse("synch_jobs") + "?status=failed", "bad"),
        Cue(desk.conflicts, "Conflicts", reverse("synch_errors") + f"?code={Conflict.code}", "bad"),
        Cue(desk.errors, "Records with errors", reverse("synch_errors"), "bad"),
        Cue(desk.pairs["resting"] + desk.posts, "Records skipped", first_url("skipped"), "busy"),
        Cue(desk.pairs["waiting"], "Records waiting", reverse("synch_errors") + WAITING, "busy"),
        Cue(running, "Jobs in process", reverse("synch_jobs") + "?status=running", "busy"),
        *(Cue(one.coupled, f"{one.name}: coupled", first_url("coupled.of_mapping", one)) for one in desk.most_coupled),
    ]
