"""A row that one worker at a time works for: jobs, tasks, and the run of an administrator.

Whoever works holds a *claim*. Every change of a running row is one UPDATE that names the claim and counts rows, so of
two who want a row one gets it, and whoever has lost it finds out before anything is written:

    10:00:00  worker A claims the row: claim = a, and writes signs of life
    10:00:05  worker B is sent the same id: its UPDATE finds no row that is queued or dead, 0 rows: nothing to do
    10:00:10  A's machine is suspended; no sign of life any more
    10:00:45  the row counts as dead, the scheduler sends it again
    10:00:46  B claims it: claim = b, resumed = 1. B goes on from the last page that A has committed
    10:00:50  A wakes up and wants to commit its page: UPDATE ... WHERE claim = a, 0 rows. A stops (``Fenced``), and the
              transaction with its page is rolled back: nothing is written twice
    10:01:30  B ends: UPDATE ... WHERE claim = b, 1 row. The claim is given up

What A has sent to the other system and not committed here is found again by what was noted before it was sent
(``sync/given_ids/recovery.py``).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone


class RunStatus(models.TextChoices):
    """How a run stands."""

    QUEUED = "queued", "Ready"
    RUNNING = "running", "In Process"
    FINISHED = "finished", "Finished"
    FAILED = "failed", "Error"
    CANCELED = "canceled", "Canceled"
    REJECTED = "rejected", "Rejected"
    APPROVAL = "approval", "Waiting for Approval"


ACTIVE = (RunStatus.QUEUED, RunStatus.RUNNING)
WORKER_DIED = "worker-died"
"""The code of a run that was given up because no worker survived it."""


class ClaimableManager(models.Manager[Any]):
    """Which rows are ready, dead or to be sent again, and how one is claimed."""

    def active(self) -> models.QuerySet[Any]:
        """Queued or running."""
        return self.filter(status__in=ACTIVE)

    def ready(self) -> models.QuerySet[Any]:
        """Those a worker may take now."""
        return self.filter(status=RunStatus.QUEUED)

    def dead(self) -> models.QuerySet[Any]:
        """Running, but nobody has written a sign of life for ``JOB_DEAD_AFTER`` seconds."""
        return self.filter(status=RunStatus.RUNNING, heartbeat_at__lt=ago(settings.JOB_DEAD_AFTER))

    def unclaimed(self) -> models.QuerySet[Any]:
        """Ready, sent long ago, and not taken: send them again."""
        return self.ready().filter(sent_at__lt=ago(settings.JOB_RESEND_AFTER))

    def lost(self) -> models.QuerySet[Any]:
        """Dead, and not given to the queue just now."""
        return self.dead().filter(sent_at__lt=ago(settings.JOB_RESEND_AFTER))

    def hopeless(self) -> models.QuerySet[Any]:
        """Dead, and resumed so often that whatever killed its workers would kill the next one, too."""
        return self.dead().filter(resumed__gte=self.model.RESUMED_AT_MOST)

    def mark_sent(self, ids: Collection[Any]) -> None:
        """These were given to the queue just now."""
        self.filter(pk__in=ids).update(sent_at=timezone.now())

    def claim(self, id: Any) -> Any:
        """Take a ready row, or resume a dead one. ``None``: somebody else was faster, the table allows no other running
        row beside one there is, or there is nothing to do."""
        now = timezone.now()
        claimed: dict[str, Any] = {"status": RunStatus.RUNNING, "claim": uuid.uuid4(), "heartbeat_at": now}
        claimed |= self.claimed_values()
        started = Coalesce("started_at", models.Value(now, models.DateTimeField()))
        try:
            with transaction.atomic():
                rows = self.ready().order_by().filter(pk=id).update(started_at=started, **claimed)
                rows = rows or self.dead().filter(pk=id).update(resumed=F("resumed") + 1, **claimed)
        except IntegrityError:
            return None
        return self.get(pk=id) if rows else None

    def claimed_values(self) -> dict[str, Any]:
        """What else is written with a claim."""
        return {}

    def give_up(self, id: Any, message: str) -> bool:
        """Fail a dead row instead of resuming it."""
        ended = {"status": RunStatus.FAILED, "claim": None, "finished_at": timezone.now()}
        return bool(self.dead().filter(pk=id).update(message=message, code=WORKER_DIED, **ended))


class Claimable(models.Model):
    """How a run stands, who holds it, and when it was last heard of."""

    RESUMED_AT_MOST: ClassVar[int] = 0
    """So often a run is resumed whose worker died; then it is given up."""

    Status = RunStatus
    ACTIVE = ACTIVE

    status = models.CharField("status", max_length=10, choices=RunStatus, default=RunStatus.QUEUED, db_index=True)
    message = models.TextField("message", blank=True)
    code = models.CharField("code", max_length=60, blank=True)
    claim = models.UUIDField(null=True, editable=False)
    sent_at = models.DateTimeField("given to the queue", default=timezone.now, editable=False)
    heartbeat_at = models.DateTimeField("last sign of life", null=True, editable=False)
    resumed = models.PositiveSmallIntegerField("times resumed", default=0, editable=False)
    started_at = models.DateTimeField("start", null=True)
    finished_at = models.DateTimeField("finish", null=True)

    objects: ClassVar[ClaimableManager] = ClaimableManager()

    class Meta:
        abstract = True

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def is_dead(self) -> bool:
        """Running, and its worker has not been heard of."""
        lost = self.heartbeat_at is None or self.heartbeat_at < ago(settings.JOB_DEAD_AFTER)
        return self.status == RunStatus.RUNNING and lost

    # --- what the run itself writes, under its claim: False where the claim is lost ---------------------------

    def mine(self) -> models.QuerySet[Self]:
        """The row, as long as this run holds it."""
        rows: models.QuerySet[Self] = type(self)._default_manager.filter(pk=self.pk)
        return rows.filter(claim=self.claim, status=RunStatus.RUNNING)

    def beat(self, **changes: Any) -> bool:
        """Write a sign of life, and whatever else there is to write about the run."""
        return bool(self.mine().update(heartbeat_at=timezone.now(), **changes))

    def finish(self, message: str | None = None, **also: Any) -> bool:
        """The message stays as it is where there is no other."""
        if message is not None:
            also["message"] = message
        return self._end(RunStatus.FINISHED, **also)

    def fail(self, message: str, code: str = "", **also: Any) -> bool:
        return self._end(RunStatus.FAILED, message=message, code=code, **also)

    def stop(self, message: str) -> bool:
        """End a run on request."""
        return self._end(RunStatus.CANCELED, message=message)

    def _end(self, status: RunStatus, **values: Any) -> bool:
        return bool(self.mine().update(status=status, claim=None, finished_at=timezone.now(), **values))


def ago(seconds: float) -> dt.datetime:
    """The moment so many seconds before now."""
    return timezone.now() - dt.timedelta(seconds=seconds)
