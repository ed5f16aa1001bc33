"""A run that stopped because it would change unusually much: it waits for a person's yes or no, and goes on with it.

Waiting is a state of the run and no error: what follows it still follows it, and its recurring job waits along.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from integration.models.jobs.progress import Progress
from integration.sync.guard import NeedsApproval
from integration.sync.reader import SourceEmpty

APPROVABLE = (NeedsApproval.code, SourceEmpty.code)
"""Why a run waits."""
APPROVED = "approved"
"""The code of a run that was approved."""


class Approvable(Progress):
    """How a job stands and why; one that asks first is approved or rejected by a person."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Ready"
        RUNNING = "running", "In Process"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Error"
        CANCELED = "canceled", "Canceled"
        REJECTED = "rejected", "Rejected"
        APPROVAL = "approval", "Waiting for Approval"

    status = models.CharField("status", max_length=10, choices=Status, default=Status.QUEUED, db_index=True)
    message = models.TextField("message", blank=True)
    code = models.CharField("code", max_length=60, blank=True)
    question = models.CharField("what is asked", max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    started_by_id: int | None

    @property
    def waits_for_approval(self) -> bool:
        return self.status == self.Status.APPROVAL

    def approve(self, message: str, user_id: int | None, options: dict[str, Any]) -> bool:
        """A person wants this run: it goes on with these options. ``False``: it does not wait for that any more."""
        wanted = {"options": options, "sent_at": timezone.now(), "queued_at": timezone.now()}
        if self.started_by_id is None:
            wanted["started_by_id"] = user_id
        return self._answer(status=self.Status.QUEUED, code=APPROVED, message=message, **wanted)

    def reject(self, message: str) -> bool:
        """A person does not want this run. ``False``: it does not wait for that any more."""
        return self._answer(status=self.Status.REJECTED, message=message, finished_at=timezone.now())

    def _answer(self, **values: Any) -> bool:
        """Of two people who answer, one does."""
        waiting = type(self)._default_manager.filter(pk=self.pk, status=self.Status.APPROVAL)
        if not waiting.update(**values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True
