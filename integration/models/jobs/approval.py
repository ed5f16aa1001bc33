"""A run that stopped because it would change unusually much: it waits for a person's yes or no, and goes on with it.

Waiting is a state of the run and no error: what follows it still follows it, and its recurring job waits along.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from integration.models.jobs.claimable import Claimable, RunStatus

APPROVED = "approved"
"""The code of a run that was approved."""


class Approvable(Claimable):
    """A run that asks first where it would change much: a person approves or rejects it."""

    question = models.CharField("what is asked", max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    started_by_id: int | None

    @property
    def waits_for_approval(self) -> bool:
        return self.status == RunStatus.APPROVAL

    def approve(self, message: str, user_id: int | None, options: dict[str, Any]) -> bool:
        """A person wants this run: it goes on with these options. ``False``: it does not wait for that any more."""
        wanted = {"options": options, "sent_at": timezone.now(), "queued_at": timezone.now()}
        if self.started_by_id is None:
            wanted["started_by_id"] = user_id
        return self._answer(status=RunStatus.QUEUED, code=APPROVED, message=message, **wanted)

    def reject(self, message: str) -> bool:
        """A person does not want this run. ``False``: it does not wait for that any more."""
        return self._answer(status=RunStatus.REJECTED, message=message, finished_at=timezone.now())

    def ask(self, message: str, code: str, question: str) -> bool:
        """The run itself waits for a person's yes or no; nobody holds it meanwhile. ``False``: the claim is lost."""
        values = {"message": message, "code": code, "question": question, "claim": None}
        return bool(self.mine().update(status=RunStatus.APPROVAL, **values))

    def give_in(self, message: str, question: str) -> bool:
        """The run ends without asking once more what a person has said no to. ``False``: the claim is lost."""
        return self._end(RunStatus.REJECTED, message=message, question=question)

    def _answer(self, **values: Any) -> bool:
        """Of two people who answer, one does."""
        waiting = type(self)._default_manager.filter(pk=self.pk, status=RunStatus.APPROVAL)
        if not waiting.update(**values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True
