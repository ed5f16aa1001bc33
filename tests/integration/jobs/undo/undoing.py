"""Runs over both real ends, and their undoing."""

from __future__ import annotations

from typing import Any

from integration import jobs
from integration.jobs.undo import start
from integration.models import SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options


def carry(name: str, direction: Direction = Direction.TO_CRM, **more: Any) -> SyncJob:
    job = jobs.start(TableMapping.objects.get(name=name), direction, options=Options(**more), inline=True)
    assert (job.status, job.failed) == (SyncJob.Status.FINISHED, 0), list(job.errors.all())
    return job


def undone(job: SyncJob, **more: Any) -> SyncJob:
    started = jobs.run_here(start.undo(job, None, **more))
    assert (started.status, started.failed) == (SyncJob.Status.FINISHED, 0), list(started.errors.all())
    return started
