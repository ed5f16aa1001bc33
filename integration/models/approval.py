"""A run that stopped because it would change unusually much: it waits for a person's yes or no."""

from __future__ import annotations

from django.db import models

from integration.models.progress import Progress
from integration.sync.guard import NeedsApproval
from integration.sync.reader import SourceEmpty

APPROVABLE = (NeedsApproval.code, SourceEmpty.code)
"""Why a run waits."""
APPROVED = "approved"
"""The code of a run that was approved and made anew."""


class Approvable(Progress):
    """How a job stands and why; one that asks first is approved or rejected by a person."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Ready"
        RUNNING = "running", "In Process"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Error"
        CANCELED = "canceled", "Canceled"
        REJECTED = "rejected", "Rejected"

    status = models.CharField("status", max_length=10, choices=Status, default=Status.QUEUED, db_index=True)
    message = models.TextField("message", blank=True)
    code = models.CharField("code", max_length=60, blank=True)

    class Meta:
        abstract = True

    @property
    def waits_for_approval(self) -> bool:
        return self.status == self.Status.FAILED and self.code in APPROVABLE

    def approve(self, message: str) -> bool:
        """A person wants this run; another one makes it. ``False``: it does not wait for that any more."""
        return self._answer(code=APPROVED, message=message)

    def reject(self, message: str) -> bool:
        """A person does not want this run. ``False``: it does not wait for that any more."""
        return self._answer(status=self.Status.REJECTED, message=message)

    def _answer(self, **values: str) -> bool:
        """Of two people who answer, one does."""
        waiting = type(self)._default_manager.filter(pk=self.pk, status=self.Status.FAILED, code__in=APPROVABLE)
        if not waiting.update(**values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True
