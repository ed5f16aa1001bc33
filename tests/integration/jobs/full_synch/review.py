"""The review lines as tests look at them, and a worker that takes what is ready."""

from __future__ import annotations

from integration import jobs
from integration.models import FullSynchLine, SyncJob
from tests.integration.jobs_world import world
from tests.opened import opened

__all__ = ["world"]

Line, Recommendation = FullSynchLine.Status, FullSynchLine.Recommendation


def refresh() -> dict[str, FullSynchLine]:
    with opened() as connected:
        jobs.full_synch.refresh(connected)
    return lines()


def lines() -> dict[str, FullSynchLine]:
    return {line.mapping.name: line for line in FullSynchLine.objects.select_related("mapping", *FullSynchLine.JOBS)}


def statuses() -> dict[str, str]:
    return {name: line.status for name, line in lines().items()}


def work() -> list[str]:
    """A worker that takes every job that is ready, until none is left; answers what it ran."""
    done = []
    while (job := SyncJob.objects.ready().first()) is not None:
        assert jobs.run(job.pk)
        done.append(f"{job.mapping.name} {job.direction if job.kind == SyncJob.Kind.SYNCHRONIZE else job.kind}")
    return done


def recommendations() -> dict[str, str]:
    return {name: line.recommendation for name, line in refresh().items()}
