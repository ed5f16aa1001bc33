"""Whose turn it is: which jobs are ready, and what a claim of one changes for the others of its mapping."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from integration.models.jobs.approval import APPROVED
from integration.models.jobs.claimable import ClaimableManager
from integration.models.jobs.claimable import RunStatus as Status

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
WAITING_WORDS: dict[str, models.Field[Any, Any]] = {"message": models.TextField(), "code": models.CharField()}
"""What a run says while it waits for the other side, and no more when it goes on."""


class SyncJobManager(ClaimableManager):
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

    def unclaimed(self) -> models.QuerySet[Any]:
        """Not those that another run of their mapping holds up: its end sends them."""
        busy = self.filter(status=Status.RUNNING).values("mapping")
        return super().unclaimed().exclude(mapping__in=busy)

    def waiting(self) -> models.QuerySet[Any]:
        """Those that wait for a person's approval."""
        return self.filter(status=Status.APPROVAL)

    def rejected(self, job: Any, question: str) -> Any:
        """The run of the same mapping and direction that asked the very same, if a person's last answer was no."""
        asked = self.filter(mapping=job.mapping_id, direction=job.direction).exclude(question="").exclude(pk=job.pk)
        last = asked.filter(Q(status=Status.REJECTED) | Q(code=APPROVED)).order_by("-queued_at").first()
        same = last is not None and last.question == question and last.status == Status.REJECTED
        return last if same else None

    def claim(self, id: uuid.UUID) -> Any:
        """Take a ready job, or resume a dead one; the database sees to it that one run of a mapping goes on. The jobs
        that an urgent one passes remember since when they wait."""
        if super().claim(id) is None:
            return None
        job = self.select_related("mapping", "after").get(pk=id)
        if job.urgent:
            passed = self.filter(mapping=job.mapping_id, status=Status.QUEUED, urgent=False, gave_way_at=None)
            passed.update(gave_way_at=timezone.now())
        return job

    def claimed_values(self) -> dict[str, Any]:
        """It waits for nothing any more, and says no more why it did."""
        blank = {
            name: models.Case(models.When(WAITED, then=models.Value("", field)), default=F(name))
            for name, field in WAITING_WORDS.items()
        }
        return {"throttled_until": None, "gave_way_at": None, "next_try_at": None, **blank}
