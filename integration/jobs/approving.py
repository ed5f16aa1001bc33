"""A person's yes or no to a run that stopped because it would change unusually much."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from integration.jobs import full
from integration.jobs.create import Person
from integration.jobs.verbs import RUN, in_words, start
from integration.models import FullSynchLine, JobQueueEntry, SyncJob, User
from integration.models.audit import AuditEntry, record
from integration.sync.rules import Direction

REASON_AT_MOST = 500


class NotWaiting(Exception):
    """Nothing is to be approved or rejected here."""

    def __init__(self) -> None:
        super().__init__("This run does not wait for an approval.")


def approve(job: SyncJob, user: Person = None) -> SyncJob:
    """Make a run that stopped because it would change much, now that a person has said so. Raises ``NotWaiting``,
    also where somebody else has answered already."""
    said = {**in_words(job), "because": job.message}
    with transaction.atomic():
        if not job.approve(_said("Approved", job, user)):
            raise NotWaiting
        record(AuditEntry.Action.APPROVED, RUN, job.mapping, after=said)
        return _made_anew(job, user)


def _made_anew(job: SyncJob, user: Person) -> SyncJob:
    line = FullSynchLine.objects.of(job)
    if line is not None:
        full.restart(line, user, approved=True)
        line.refresh_from_db()
        return next(one for one in line.jobs if one.status == SyncJob.Status.QUEUED)
    options = replace(job.run_options, approved=True)
    return start(job.mapping, Direction(job.direction), kind=SyncJob.Kind(job.kind), options=options, user=user)


def reject(job: SyncJob, user: Person = None, reason: str = "") -> None:
    """Say no to a run that stopped because it would change much. Nothing of it is written, and the recurring jobs of
    its mapping are On Hold with the reason until a person sets them Ready. Raises ``NotWaiting``."""
    said = _said("Rejected", job, user, reason)
    with transaction.atomic():
        if not job.reject(said):
            raise NotWaiting
        record(AuditEntry.Action.REJECTED, RUN, job.mapping, after={**in_words(job), "because": said})
        for entry in JobQueueEntry.objects.filter(mapping=job.mapping):
            entry.refuse(said)
        line = FullSynchLine.objects.of(job)
        if line is not None and line.status == FullSynchLine.Status.ERROR:
            line.fail(said)


def _said(verb: str, job: SyncJob, user: Person, reason: str = "") -> str:
    who = f" by {user.get_username()}" if isinstance(user, User) else ""
    because = reason.strip()[:REASON_AT_MOST].rstrip(".")
    would, _, _ = job.message.partition(". ")
    return f"{verb}{who}{f': {because}' if because else ''}. {would.rstrip('.')}."
