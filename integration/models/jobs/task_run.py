"""Runs of tasks that belong to no mapping (preflight, retention): one row for each task, which is why a task never runs
twice at once. As with jobs the row is the truth, and the queue only carries the task's name.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class TaskRunManager(models.Manager["TaskRun"]):
    def ask(self, task: str, user: Any = None) -> tuple[TaskRun, bool]:
        """Have the task run; (its row, is it a new run). One that is under way already is answered as it is."""
        run, _ = self.get_or_create(task=task)
        now = timezone.now()
        asked = {"asked_at": now, "sent_at": now, "started_by": user, "started_at": None, "finished_at": None}
        idle = self.filter(pk=task).exclude(status__in=TaskRun.ACTIVE)
        new = idle.update(status=TaskRun.Status.QUEUED, message="", resumed=0, **asked)
        run.refresh_from_db()
        return run, bool(new)

    def claim(self, task: str) -> TaskRun | None:
        """Take a run that is asked for, or one whose worker died. ``None``: there is nothing to do, or somebody else
        was faster."""
        now = timezone.now()
        taken = {"status": TaskRun.Status.RUNNING, "claim": uuid.uuid4(), "heartbeat_at": now}
        claimed = self.filter(pk=task, status=TaskRun.Status.QUEUED).update(started_at=now, **taken)
        claimed = claimed or self.dead().filter(pk=task).update(resumed=F("resumed") + 1, **taken)
        return self.get(pk=task) if claimed else None

    def last_of(self, task: str) -> TaskRun:
        """The run that is under way or was the last; a blank one before the first."""
        return self.filter(pk=task).first() or TaskRun(task=task)

    def active(self) -> models.QuerySet[TaskRun]:
        return self.filter(status__in=TaskRun.ACTIVE)

    def dead(self) -> models.QuerySet[TaskRun]:
        """Running, but nobody has written a sign of life for ``JOB_DEAD_AFTER`` seconds."""
        return self.filter(status=TaskRun.Status.RUNNING, heartbeat_at__lt=_ago(settings.JOB_DEAD_AFTER))

    def unsent(self) -> models.QuerySet[TaskRun]:
        """Sent long ago, and nobody took it or its worker died: to be sent again."""
        dead = Q(pk__in=self.dead().values("pk"))
        waiting = Q(status=TaskRun.Status.QUEUED) | dead
        return self.filter(waiting, sent_at__lt=_ago(settings.JOB_RESEND_AFTER))

    def sent(self, task: str) -> None:
        """Its name was given to the queue just now."""
        self.filter(pk=task).update(sent_at=timezone.now())


class TaskRun(models.Model):
    """The run of a task that is under way, or else the last one."""

    class Status(models.TextChoices):
        NEVER = "", "Not run yet"
        QUEUED = "queued", "Ready"
        RUNNING = "running", "In Process"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Error"

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    task = models.CharField(max_length=40, primary_key=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.NEVER, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    claim = models.UUIDField(null=True)
    asked_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField("given to the queue", null=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField("last sign of life", null=True)
    finished_at = models.DateTimeField(null=True)
    resumed = models.PositiveSmallIntegerField("times resumed", default=0)
    message = models.TextField(blank=True)

    objects = TaskRunManager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.task

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def is_waiting(self) -> bool:
        """Asked for, and no worker has taken it yet."""
        return self.status == self.Status.QUEUED

    # --- what the run itself writes, under its claim: False where the claim is lost ---------------------------

    def beat(self, **changes: Any) -> bool:
        """Say that the run is alive."""
        return bool(self._mine().update(heartbeat_at=timezone.now(), **changes))

    def finish(self, message: str) -> bool:
        return self._end(self.Status.FINISHED, message)

    def fail(self, message: str) -> bool:
        return self._end(self.Status.FAILED, message)

    def _mine(self) -> models.QuerySet[TaskRun]:
        return TaskRun.objects.filter(pk=self.pk, claim=self.claim, status=self.Status.RUNNING)

    def _end(self, status: str, message: str) -> bool:
        ended = self._mine().update(status=status, message=message, claim=None, finished_at=timezone.now())
        self.refresh_from_db()
        return bool(ended)


def _ago(seconds: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(seconds=seconds)
