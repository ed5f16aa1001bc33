"""Recurring jobs follow the connection: created and deleted with its features, held while it, or a part of it, is off,
released when it comes on."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from integration.defaults.tasks import HOUSE_TASKS, TASK_ENTRIES, TaskEntry
from integration.models.jobs.full_synch import FullSynchLine
from integration.models.jobs.queue_entry import JobQueueEntry
from integration.models.mapping.table_mapping import TableMapping


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
    held = held.exclude(mapping__full_synch_line__status__in=FullSynchLine.ACTIVE)
    for_approval = held.filter(held_status=JobQueueEntry.Status.APPROVAL)
    for_approval.update(status=JobQueueEntry.Status.APPROVAL, held_status="")
    held.update(status=JobQueueEntry.Status.READY, held_status="", next_start=None, attempts=0, message="")


def follow_features(features: Collection[str], *, enabled: bool) -> None:
    """Create the entries of the tasks that these features ask for, where they are missing; delete all others. What a
    person changed about one that stays is kept; a new one waits On Hold until the connection is enabled, unless it is
    the house's own."""
    wanted = [entry for entry in TASK_ENTRIES if not entry.feature or entry.feature in features]
    unwanted = {entry.task for entry in TASK_ENTRIES} - {entry.task for entry in wanted}
    JobQueueEntry.objects.filter(mapping=None, task__in=unwanted).delete()
    for entry in wanted:
        _create(entry, ready=enabled or entry.task in HOUSE_TASKS)


def create_missing_jobs(features: Collection[str]) -> None:
    """The entries that are not there yet, ready to run: those of the house itself, which need no connection, and those
    of these features. A release may have brought a task since they were switched on."""
    there = set(JobQueueEntry.objects.filter(mapping=None).values_list("task", flat=True))
    for entry in TASK_ENTRIES:
        if entry.task not in there and (not entry.feature or entry.feature in features):
            _create(entry, ready=True)


def _create(entry: TaskEntry, *, ready: bool) -> None:
    values = {
        "name": entry.name,
        "minutes": entry.minutes,
        "inactivity_minutes": entry.minutes,
        "max_attempts": entry.max_attempts,
        "status": JobQueueEntry.Status.READY if ready else JobQueueEntry.Status.ON_HOLD,
        "held_status": "" if ready else JobQueueEntry.Status.READY,
    }
    JobQueueEntry.objects.get_or_create(mapping=None, task=entry.task, defaults=values)
