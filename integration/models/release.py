"""Recurring jobs follow the connection: held while it is disabled, released when it, or a part of it, comes on."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from integration.models.mapping import TableMapping
from integration.models.queue import JobQueueEntry


def hold_jobs(*, except_parts: Collection[str] = ()) -> None:
    """Every recurring job goes On Hold, but those of these parts. While any part is on, the jobs of no mapping stay."""
    kept = Q(mapping__part__in=except_parts) | (Q(mapping=None) if except_parts else Q())
    JobQueueEntry.objects.exclude(kept).update(status=JobQueueEntry.Status.ON_HOLD, held_status="")


def release_jobs(parts: Collection[str], mappings: Collection[TableMapping] = ()) -> None:
    """The held jobs of these parts and mappings become Ready; their first run is planned by the scheduler."""
    ours = Q(mapping__part__in=parts) | Q(mapping__in=mappings) | (Q(mapping=None) if parts else Q())
    held = JobQueueEntry.objects.filter(ours, status=JobQueueEntry.Status.ON_HOLD)
    held.update(status=JobQueueEntry.Status.READY, next_start=None, attempts=0, message="")
