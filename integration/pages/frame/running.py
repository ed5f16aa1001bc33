"""The jobs that run now, for the top bar."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from integration.models import SyncJob

AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Running:
    """How many jobs run, how far they are together (``None``: nobody can say), and where they are listed."""

    number: int
    percent: int | None
    url: str

    @property
    def label(self) -> str:
        """``2 jobs run``"""
        return f"{self.number} job{'s run' if self.number > 1 else ' runs'}"


def running() -> Running:
    """One query."""
    jobs = SyncJob.objects.filter(status=SyncJob.Status.RUNNING).order_by()
    rows = list(jobs.values_list("pk", "records_done", "records_total")[:AT_MOST])
    url = reverse("synch_job", args=[rows[0][0]]) if len(rows) == 1 else reverse("synch_jobs") + "?status=running"
    total = sum(total or 0 for _, _, total in rows)
    done = sum(done for _, done, total in rows if total)
    return Running(len(rows), min(99, done * 100 // total) if total else None, url)
