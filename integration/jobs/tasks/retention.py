"""Old jobs, errors, history, dry runs and the remains of deleted rows are removed after the retention period."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from integration.business_central import tombstones
from integration.defaults.tasks import Task
from integration.models import FlowCursor, PendingPost, Plan, RecordChange, SyncError, SyncJob, TableMapping
from integration.sync.rules import Direction

AT_ONCE = 1000
STILL_WANTED = (Plan.Status.PLANNING, Plan.Status.READY, Plan.Status.APPLYING)
"""Dry runs that a person may still look at and apply, or that are being carried out."""
TASK = Task.RETENTION


def clean() -> dict[str, int]:
    """Remove what is older than ``RETENTION_DAYS``: jobs that have ended (with what they noted, unless an error of
    theirs is still open), closed errors, history, dry runs, posts that rest, and what is left of deleted rows once
    everybody has read their deletion. Answers how many of each."""
    before = timezone.now() - dt.timedelta(days=settings.RETENTION_DAYS)
    closed = SyncError.objects.filter(closed_at__lt=before)
    ended = SyncJob.objects.exclude(status__in=SyncJob.ACTIVE).filter(finished_at__lt=before)
    return {
        "errors": _remove(closed),
        "jobs": _remove(ended.exclude(errors__closed_at=None, errors__isnull=False)),
        "changes": _remove(RecordChange.objects.filter(created_at__lt=before)),
        "plans": _remove(Plan.objects.filter(created_at__lt=before).exclude(status__in=STILL_WANTED)),
        "posts": _remove(PendingPost.objects.filter(skipped=True, first_refused_at__lt=before)),
        "deletions": tombstones.prune(before, _followers()),
    }


def _followers() -> list[tuple[str, str]]:
    """(table, cursor) of all who follow Business Central: the mappings, the runs under way, and the flows."""
    running = (SyncJob.objects.active() | SyncJob.objects.waiting()).filter(direction=Direction.TO_CRM.value)
    return [
        *TableMapping.objects.values_list("erp_table", "erp_cursor"),
        *running.values_list("mapping__erp_table", "cursor"),
        *((name.rpartition("/")[2], cursor) for name, cursor in FlowCursor.objects.values_list("name", "cursor")),
    ]


def _remove(rows: QuerySet[Any]) -> int:
    """Some at a time, so that nobody waits long for the database."""
    number = 0
    while ids := list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        rows.model.objects.filter(pk__in=ids).delete()
        number += len(ids)
    return number
