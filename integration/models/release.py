"""Recurring jobs follow the connection: held while it, or a part of it, is off; released when it comes on."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from integration.models.mapping.table_mapping import TableMapping
from integration.models.queue import JobQueueEntry
from integration.models.task_run import HOUSE_TASKS


def hold_jobs(*, except_parts: Collection[str] = ()) -> None:
    """Every recurring job goes On Hold and remembers what it was, but those of these parts and those of the house. What
    a person has put on hold, or has rejected, is that still when the others are released."""
    for entry in JobQueueEntry.objects.exclude(mapping__part__in=except_parts).exclude(task__in=HOUSE_TASKS):
        if entry.mapping_id is not None or not except_parts:
            entry.hold()


def release_jobs(parts: Collection[str], mappings: Collection[TableMapping] = ()) -> None:
    """The jobs of these parts and mappings that were held with the connection, or are new, become Ready; their first
    run is planned by the scheduler. What waits for an approval waits on, what a person holds is held, and what is
    being synchronized in full is released when that has ended."""
    ours = Q(mapping__part__in=parts) | Q(mapping__in=mappings) | (Q(mapping=None) if parts else Q())
    held = JobQueueEntry.objects.filter(ours, status=JobQueueEntry.Status.ON_HOLD).exclude(held_status="")
    held = held.exclude(mapping__full_synch_line__status__in=("ready", "in_process"))
    asking = held.filter(held_status=JobQueueEntry.Status.APPROVAL)
    asking.update(status=JobQueueEntry.Status.APPROVAL, held_status="")
    held.update(status=JobQueueEntry.Status.READY, held_status="", next_start=None, attempts=0, message="")
