"""A person's yes or no to a run that stopped because it would change unusually much."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from integration.jobs.completion import entries_of, on_job_ended
from integration.jobs.create import Person, send_on_commit
from integration.jobs.lifecycle import RUN, in_words
from integration.models import FullSynchLine, JobQueueEntry, SyncJob, User
from integration.models.jobs.job import SHOWN_FROM
from integration.models.stored.audit import AuditEntry, record
from integration.sync.approval.guard import NeedsApproval
from integration.systems.wording import sentence

REASON_AT_MOST = 500


class NotWaiting(Exception):
    """Nothing is to be approved or rejected here."""

    def __init__(self) -> None:
        super().__init__("This run does not wait for an approval.")


def approve(job: SyncJob, user: Person = None) -> SyncJob:
    """Let a run go on that stopped because it would change much, now that a person has said so. It writes what was
    shown; where it would do something else by then that is too much, it asks again. Answers the run; raises
    ``NotWaiting``, also where somebody else has answered already."""
    words = {**in_words(job), "because": job.message}
    shown = job.question if job.code == NeedsApproval.code else ""
    options = replace(job.run_options, approved=True, shown=shown).as_dict() | {SHOWN_FROM: job.cursor}
    with transaction.atomic():
        if not job.approve(
            _answer_in_words("Approved", job, user), user.pk if isinstance(user, User) else None, options
        ):
            raise NotWaiting
        record(AuditEntry.Action.APPROVED, RUN, job.mapping, after=words)
        for entry in entries_of(job):
            entry.go_on()
        line = FullSynchLine.objects.of(job)
        if line is not None:
            line.run()
        send_on_commit(job)
    return job


def reject(job: SyncJob, user: Person = None, reason: str = "") -> None:
    """Say no to a run that stopped because it would change much. Nothing of it is written, it is not asked again until
    it would do something else, and the recurring jobs of its mapping are On Hold with the reason until a person sets
    them Ready. Raises ``NotWaiting``."""
    answer = _answer_in_words("Rejected", job, user, reason)
    with transaction.atomic():
        if not job.reject(answer):
            raise NotWaiting
        record(AuditEntry.Action.REJECTED, RUN, job.mapping, after={**in_words(job), "because": answer})
        on_job_ended(job)
        for entry in JobQueueEntry.objects.filter(mapping=job.mapping):
            entry.refuse(answer)
        line = FullSynchLine.objects.of(job)
        if line is not None:
            line.fail(answer)


def _answer_in_words(verb: str, job: SyncJob, user: Person, reason: str = "") -> str:
    who = f" by {user.get_username()}" if isinstance(user, User) else ""
    because = reason.strip()[:REASON_AT_MOST]
    would, _, _ = job.message.partition(". ")
    return f"{sentence(f'{verb}{who}: {because}' if because else f'{verb}{who}')} {sentence(would)}"
