"""Runs of tasks that belong to no mapping (preflight, retention): one row for each task, which is why a task never runs
twice at once. As with jobs the row is the truth, and the queue only carries the task's name.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from integration.models.jobs.claimable import Claimable, ClaimableManager, RunStatus


class TaskRunManager(ClaimableManager):
    def ask(self, task: str, user: Any = None) -> tuple[TaskRun, bool]:
        """Have the task run; (its row, is it a new run). One that is under way already is answered as it is."""
        run, _ = self.get_or_create(task=task)
        now = timezone.now()
        asked = {"asked_at": now, "sent_at": now, "started_by": user, "started_at": None, "finished_at": None}
        idle = self.filter(pk=task).exclude(status__in=TaskRun.ACTIVE)
        new = idle.update(status=RunStatus.QUEUED, message="", code="", resumed=0, **asked)
        run.refresh_from_db()
        return run, bool(new)

    def last_of(self, task: str) -> TaskRun:
        """The run that is under way or was the last; a blank one before the first."""
        return self.filter(pk=task).first() or TaskRun(task=task)


class TaskRun(Claimable):
    """The run of a task that is under way, or else the last one."""

    RESUMED_AT_MOST = 3
    NEVER = ""
    """The status of a task that has not run yet."""

    task = models.CharField(max_length=40, primary_key=True)
    status = models.CharField(
        "status", max_length=10, choices=[(NEVER, "Not run yet"), *RunStatus.choices], default=NEVER, blank=True
    )
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)

    objects: ClassVar[TaskRunManager] = TaskRunManager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.task

    @property
    def is_waiting(self) -> bool:
        """Asked for, and no worker has taken it yet."""
        return self.status == RunStatus.QUEUED
