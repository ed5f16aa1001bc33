"""Whose turn it is: which jobs are ready, dead or to be sent again, and how one is claimed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from integration.models.jobs.approval import APPROVED, Approvable

Status = Approvable.Status
ACTIVE = (Status.QUEUED, Status.RUNNING)
TURN = (
    models.Case(models.When(Q(urgent=True) | Q(gave_way_at__isnull=False), then=0), default=1),
    Coalesce("gave_way_at", "queued_at"),
    "queued_at",
    "pk",
)
"""Whose turn it is among the ready jobs of a mapping: those somebody waits for, as they were asked for; then the
others, as they were asked for. One that gave way to an urgent one has its turn behind those that were there at that
time, and before those asked for later: however many come, it goes on.

    10:00 full run F starts    10:01 single run A    10:02 single run B    10:05 single run C
    F gives way to A at its next page (10:03), B follows, then F (10:03 comes before 10:05) makes one page, then C.
"""


WAITED = Q(next_try_at__isnull=False)
SAID: dict[str, models.Field[Any, Any]] = {"message": models.TextField(), "code": models.CharField()}
"""What a run says while it waits for the other side, and no more when it goes on."""


class SyncJobManager(models.Manager[Any]):
    def active(self) -> models.QuerySet[Any]:
        return self.filter(status__in=ACTIVE)

    def ready(self) -> models.QuerySet[Any]:
        """Queued, and whatever they were to wait for has finished. Without a join: an UPDATE of these rows must look
        at the row's own status again after waiting for another writer, which PostgreSQL does not do in a subquery."""
        finished = self.model.objects.filter(pk=models.OuterRef("after_id"), status=Status.FINISHED)
        waited_for = Q(after=None) | models.Exists(finished)
        its_time = Q(next_try_at=None) | Q(next_try_at__lte=timezone.now())
        return self.filter(waited_for, its_time, status=Status.QUEUED).order_by(*TURN)

    def turn(self, id: uuid.UUID) -> uuid.UUID | None:
        """The job to be made when a worker is given this id: the one of its mapping whose turn it is. A dead job is to
        be resumed first, since nothing else of its mapping can run meanwhile. ``None``: this job is not ready."""
        if self.dead().filter(pk=id).exists():
            return id
        mapping = self.ready().filter(pk=id).values("mapping")
        return self.ready().filter(mapping__in=mapping).values_list("pk", flat=True).first()

    def dead(self) -> models.QuerySet[Any]:
        """Running, but nobody has written a sign of life for ``JOB_DEAD_AFTER`` seconds."""
        return self.filter(status=Status.RUNNING, heartbeat_at__lt=ago(settings.JOB_DEAD_AFTER))

    def unclaimed(self) -> models.QuerySet[Any]:
        """Ready, sent long ago, and neither taken nor held up by another run of their mapping: send them again."""
        busy = self.filter(status=Status.RUNNING).values("mapping")
        return self.ready().filter(sent_at__lt=ago(settings.JOB_RESEND_AFTER)).exclude(mapping__in=busy)

    def waiting(self) -> models.QuerySet[Any]:
        """Those that wait for a person's approval."""
        return self.filter(status=Status.APPROVAL)

    def rejected(self, job: Any, question: str) -> Any:
        """The run of the same mapping and direction that asked the very same, if a person's last answer was no."""
        asked = self.filter(mapping=job.mapping_id, direction=job.direction).exclude(question="").exclude(pk=job.pk)
        last = asked.filter(Q(status=Status.REJECTED) | Q(code=APPROVED)).order_by("-queued_at").first()
        same = last is not None and last.question == question and last.status == Status.REJECTED
        return last if same else None

    def lost(self) -> models.QuerySet[Any]:
        """Dead, and not given to the queue just now."""
        return self.dead().filter(sent_at__lt=ago(settings.JOB_RESEND_AFTER))

    def give_up(self, id: uuid.UUID, message: str) -> bool:
        """Fail a dead job instead of resuming it."""
        ended = {"status": Status.FAILED, "claim": None, "finished_at": timezone.now()}
        return bool(self.dead().filter(pk=id).update(message=message, code="worker-died", **ended))

    def claim(self, id: uuid.UUID) -> Any:
        """Take a ready job, or resume a dead one. ``None``: somebody else was faster, another run of the mapping is
        going on (the database sees to that), or there is nothing to do."""
        now = timezone.now()
        taken = {"status": Status.RUNNING, "claim": uuid.uuid4(), "heartbeat_at": now, "throttled_until": None}
        taken |= {"gave_way_at": None, "next_try_at": None}
        taken |= {
            name: models.Case(models.When(WAITED, then=models.Value("", field)), default=F(name))
            for name, field in SAID.items()
        }
        started = Coalesce("started_at", models.Value(now, models.DateTimeField()))
        try:
            with transaction.atomic():
                claimed = self.ready().order_by().filter(pk=id).update(started_at=started, **taken)
                claimed = claimed or self.dead().filter(pk=id).update(resumed=F("resumed") + 1, **taken)
        except IntegrityError:
            return None
        return self._held(id) if claimed else None

    def _held(self, id: uuid.UUID) -> Any:
        """The job that was just claimed; those it passes remember since when they wait."""
        job = self.select_related("mapping", "after").get(pk=id)
        if job.urgent:
            passed = self.filter(mapping=job.mapping_id, status=Status.QUEUED, urgent=False, gave_way_at=None)
            passed.update(gave_way_at=timezone.now())
        return job

    def sent(self, ids: Iterable[uuid.UUID]) -> None:
        """These ids were given to the queue just now."""
        self.filter(pk__in=list(ids)).update(sent_at=timezone.now())


def ago(seconds: float) -> dt.datetime:
    """The moment so many seconds before now."""
    return timezone.now() - dt.timedelta(seconds=seconds)
