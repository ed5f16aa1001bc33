"""How a job ends: it asks a person, tries later, gives way, or is over with all that follows from it.

A run that met a passing problem tries again: soon at first, then ever later, and not for ever.

try         1     2     3     4     5      6       7      8      9      10
after       30 s  1 min 2 min 4 min 8 min  16 min  32 min 1 h    1 h    given up, some three hours after the first
"""

from __future__ import annotations

import datetime as dt
import logging
import traceback
from hashlib import sha256
from typing import Any

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from integration.jobs.completion import next_of, on_approval_asked, on_job_ended
from integration.jobs.create import send_on_commit
from integration.jobs.endings import DATABASE_CODE, Endings, Paused
from integration.jobs.journal import JobJournal
from integration.models import JobQueueEntry, SyncJob
from integration.sync.approval.guard import NeedsApproval
from integration.sync.reading.reader import SourceEmpty
from integration.systems.errors import Problem, Throttled

ATTEMPTS = 10
FIRST, LONGEST = 30.0, 3600.0
BUSY = "Our own database is busy or away ({})."
NOT_ASKED_AGAIN = (
    "{} It would do the very same now, so nobody is asked again. Mend what makes it change so much; if you want it "
    "after all, make a dry run and apply that."
)

log = logging.getLogger(__name__)


class JobEndings(Endings[SyncJob]):
    """The ends of one claimed job."""

    def __init__(self, job: SyncJob, journal: JobJournal) -> None:
        super().__init__(job)
        self.journal = journal

    def finish(self, result: Any) -> None:
        """The pass is through: its journal closes in the same transaction."""
        self.write(self._finish)

    def _finish(self) -> bool:
        finished = self.row.finish()
        if finished:
            self.journal.finish()
        return finished

    def fail(self, message: str, code: str) -> None:
        self.write(lambda: self.row.fail(message, code, call_stack=traceback.format_exc()))

    def follow(self) -> None:
        self.row.look_again()
        on_job_ended(self.row)

    def pause(self, pause: Paused) -> None:
        """Give the claim back: the one whose turn it is goes first, this one is sent again when that has ended."""
        with transaction.atomic():
            if self.row.pause(gave_way=pause.gave_way):
                send_on_commit(*next_of(self.row))

    def break_off(self, error: Problem | DatabaseError) -> None:
        """Ask a person, try later, or end with an error, as the problem is."""
        if isinstance(error, (NeedsApproval, SourceEmpty)):
            self._ask(error)
        elif not (self.journal.may_wait and passes_by_itself(error) and self._suspend(error)):
            super().break_off(error)

    def _ask(self, problem: NeedsApproval | SourceEmpty) -> None:
        """Wait for a person's yes or no, unless a person has said no to the very same."""
        job = self.row
        plan = problem.plan if isinstance(problem, NeedsApproval) else sha256(problem.message.encode()).hexdigest()
        before = SyncJob.objects.rejected(job, plan)
        if before is not None:
            self.write(lambda: job.give_in(NOT_ASKED_AGAIN.format(before.message), plan))
            return
        with transaction.atomic():
            if job.ask(problem.message, problem.code, plan):
                log.warning("%s waits for an approval: %s", job, problem)
                on_approval_asked(job, problem.message)
                send_on_commit(*next_of(job))

    def _suspend(self, error: Problem | DatabaseError) -> bool:
        """Try again later; the others of the mapping go on meanwhile. ``False``: it was tried often enough."""
        job = self.row
        job.refresh_from_db(fields=["tries"])
        if job.tries + 1 >= attempts_of(job):
            return False
        until = timezone.now() + pause_before(job.tries + 1, error)
        message, code = in_words(error)
        with transaction.atomic():
            if job.suspend(message, code, until):
                log.warning("%s waits until %s: %s", job, until.isoformat(timespec="seconds"), error)
                send_on_commit(*next_of(job))
        return True


def passes_by_itself(error: Problem | DatabaseError) -> bool:
    """Is it a problem of the connection, to Sales or to our database, that time alone may mend?"""
    if isinstance(error, Problem):
        return error.scope == "connection" and error.retryable
    return isinstance(error, OperationalError)


def in_words(error: Problem | DatabaseError) -> tuple[str, str]:
    """(message, code) of a run that waits until this has passed."""
    if not isinstance(error, Problem):
        return BUSY.format(error), DATABASE_CODE
    return error.message, error.code


def attempts_of(job: SyncJob) -> int:
    """How often a run may try: as often as its recurring entry says, if it has one."""
    ours = JobQueueEntry.objects.filter(Q(last_job=job) | Q(last_job__after=job))
    return ours.values_list("max_attempts", flat=True).first() or ATTEMPTS


def pause_before(number: int, problem: Exception) -> dt.timedelta:
    """How long to wait after so many tries in vain (1: the first)."""
    seconds = min(LONGEST, FIRST * 2 ** (number - 1))
    asked = problem.retry_after if isinstance(problem, Throttled) else 0.0
    return dt.timedelta(seconds=max(seconds, asked))
