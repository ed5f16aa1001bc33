"""Start, run and cancel jobs."""

from __future__ import annotations

import logging
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256

from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from integration.gate import Gate, gate_for
from integration.jobs import full, passes
from integration.jobs.chain import asked, ended, next_of
from integration.jobs.create import Person, create, send_on_commit
from integration.jobs.journal import JobJournal, Paused
from integration.jobs.patience import attempts_of, pause_before
from integration.jobs.pulse import Pulse
from integration.jobs.queue import redis
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.models.stored.audit import AuditEntry, record, somebody_acts
from integration.sync.actions import Action
from integration.sync.guard import NeedsApproval
from integration.sync.memory.ledger import Fenced
from integration.sync.reader import SourceEmpty
from integration.sync.rules import Direction
from integration.sync.run import Canceled, Options, Scope
from integration.systems.errors import Problem, TimedOut, Unreachable

UNEXPECTED = "The run stopped because of an unexpected error. What is written is remembered; the log says more."
DATABASE = "The run stopped because our own database did not take a change ({}). Running again completes it."
HOPELESS = "The worker died {} times during this run. Its log says why; too little memory is a usual reason."
BUSY = "Our own database is busy or away ({})."
SILENT = "Dynamics 365 Sales does not answer: "
NOT_ASKED_AGAIN = (
    "{} It would do the very same now, so nobody is asked again. Mend what makes it change so much; if you want it "
    "after all, make a dry run and apply that."
)
CANCELED = "Canceled."
RESUMED_AT_MOST = 10
LOOK_AGAIN = 0.2

log = logging.getLogger(__name__)

RUN = "run"
"""What the audit log calls it."""


def start(
    mapping: TableMapping,
    direction: Direction,
    *,
    kind: SyncJob.Kind = SyncJob.Kind.SYNCHRONIZE,
    options: Options | None = None,
    user: Person = None,
    after: SyncJob | None = None,
    inline: bool = False,
) -> SyncJob:
    """Have a pass made. Writes the job row and tells the queue once it is committed; a queued job that would do the
    very same is answered instead of a second one.

    ``after``: not before that job has finished; if it ends otherwise, this one is canceled. ``inline``: make the pass
    here and now, through the same claim, and answer when it has ended (do not call this inside a transaction).
    """
    job = create(mapping, direction, kind=kind, options=options, user=user, after=after)
    if somebody_acts():
        record(AuditEntry.Action.STARTED, RUN, mapping, after=in_words(job))
    return _here(job) if inline else job


def synchronize_modified(user: Person = None) -> list[SyncJob]:
    """Every mapping of records, as its recurring job would: the passes of a mapping one behind the other, the mappings
    in the order in which they need each other."""
    started: list[SyncJob] = []
    setup = ConnectionSetup.current()
    for mapping in (one for one in TableMapping.objects.prioritized() if setup.is_on(one)):
        before: SyncJob | None = None
        for direction in full.directions(mapping):
            before = start(mapping, direction, user=user, after=before)
            started.append(before)
    return started


def run(job_id: str | uuid.UUID) -> bool:
    """What a worker does with an id: claim the job of that mapping whose turn it is, make the pass, write down how it
    ended. ``False``: there was nothing to do, or another run of the mapping is going on (whose end sends the next)."""
    turn = SyncJob.objects.turn(uuid.UUID(str(job_id)))
    return turn is not None and _run(turn, gives_way=True)


def try_now(job: SyncJob) -> bool:
    """What a person asks for who knows that the other side answers again. ``False``: the job does not wait for it."""
    if not job.try_now():
        return False
    record(AuditEntry.Action.STARTED, RUN, job.mapping, after=in_words(job))
    send_on_commit(job)
    return True


def cancel(job: SyncJob) -> None:
    """A queued job ends at once, with all that wait for it; a running one after the page under way."""
    with transaction.atomic():
        if job.is_active:
            record(AuditEntry.Action.CANCELED, RUN, job.mapping, after=in_words(job))
        if job.cancel():
            job.refresh_from_db()
            ended(job)


def in_words(job: SyncJob) -> dict[str, object]:
    """What the audit log says about a run."""
    options = job.run_options
    records = "all" if options.scope is Scope.EVERYTHING else len(options.ids) or "changed ones"
    said: dict[str, object] = {
        "type": job.get_kind_display(),
        "direction": job.get_direction_display(),
        "records": records,
        "job": job.pk,
    }
    return {**said, "create": "yes"} if options.create else said


def give_up_hopeless() -> None:
    """Fail the runs whose workers keep dying: whatever kills them (memory, most likely) would go on doing so."""
    for job in SyncJob.objects.dead().filter(resumed__gte=RESUMED_AT_MOST):
        with transaction.atomic():
            if SyncJob.objects.give_up(job.pk, HOPELESS.format(job.resumed + 1)):
                job.refresh_from_db()
                ended(job)


def plan(mapping: TableMapping, direction: Direction, options: Options | None = None) -> Iterator[Action]:
    """A dry run: what a pass would do, record by record. Raises ``ConnectionProblem``."""
    setup = ConnectionSetup.current()
    return passes.plan(mapping, direction, options or Options(dry_run=True), setup, _gate(setup))


def _here(job: SyncJob) -> SyncJob:
    """Run in this process; wait where another run of the mapping, or another process, has it."""
    while job.is_active:
        if not _run(job.pk, gives_way=False):
            time.sleep(LOOK_AGAIN)
        job.refresh_from_db()
    return job


def _run(job_id: uuid.UUID, *, gives_way: bool) -> bool:
    job = SyncJob.objects.claim(job_id)
    if job is None:
        return False
    full.taken(job)
    setup = ConnectionSetup.current()
    job.beat(revision=job.mapping.revision)
    with Pulse(job, _gate(setup)) as pulse:
        journal = JobJournal(job, Direction(job.direction), gives_way=gives_way, requests=lambda: pulse.requests)
        pulse.stops = journal.off
        _watched(job, setup, journal, pulse)
    return True


def _watched(job: SyncJob, setup: ConnectionSetup, journal: JobJournal, gate: Gate) -> None:
    """Whatever happens, the row says how the run ended, unless another worker holds it by now."""
    try:
        passes.perform(job, setup, journal, gate)
        journal.count_requests()
    except Fenced:
        log.warning("%s was taken over by another worker; this one stops.", job)
    except Paused as pause:
        _pause(job, pause)
    except Canceled as canceled:
        _end(job, partial(job.stop, str(canceled) or CANCELED))
    except KeyboardInterrupt:
        _end(job, partial(job.stop, "Interrupted."))
        raise
    except (Problem, DatabaseError) as error:
        _broken_off(job, error, journal.may_wait)
    except Exception:
        log.exception("%s ended unexpectedly", job)
        _end(job, partial(job.fail, UNEXPECTED, "unexpected", traceback.format_exc()))
    else:
        _end(job, job.finish, journal)


def _end(job: SyncJob, write: Callable[[], bool], journal: JobJournal | None = None) -> None:
    """Store how the run ended, and what follows from it, at once."""
    with transaction.atomic():
        if not write():
            log.warning("%s was taken over by another worker before it ended.", job)
            return
        if journal is not None:
            journal.finish()
        job.look_again()
        ended(job)


def _ask(job: SyncJob, problem: NeedsApproval | SourceEmpty) -> None:
    """Wait for a person's yes or no, unless a person has said no to the very same."""
    plan = problem.plan if isinstance(problem, NeedsApproval) else sha256(problem.message.encode()).hexdigest()
    before = SyncJob.objects.rejected(job, plan)
    if before is not None:
        _end(job, partial(job.give_in, NOT_ASKED_AGAIN.format(before.message), plan))
        return
    with transaction.atomic():
        if job.ask(problem.message, problem.code, plan):
            log.warning("%s waits for an approval: %s", job, problem)
            asked(job, problem.message)
            send_on_commit(*next_of(job))


def _broken_off(job: SyncJob, error: Problem | DatabaseError, may_wait: bool) -> None:
    """Ask a person, try later, or end with an error, as the problem is."""
    if isinstance(error, (NeedsApproval, SourceEmpty)):
        _ask(job, error)
    elif not (may_wait and _passes_by_itself(error) and _suspend(job, error)):
        _fail(job, error)


def _fail(job: SyncJob, error: Problem | DatabaseError) -> None:
    if isinstance(error, Problem):
        log.warning("%s ended: %s", job, error)
        message, code = error.message, error.code
    else:
        log.exception("%s ended: our database refused", job)
        message, code = DATABASE.format(error), "database"
    _end(job, partial(job.fail, message, code, traceback.format_exc()))


def _passes_by_itself(error: Problem | DatabaseError) -> bool:
    """Is it a problem of the connection, to Sales or to our database, that time alone may mend?"""
    if isinstance(error, Problem):
        return error.scope == "connection" and error.retryable
    return isinstance(error, OperationalError)


def _suspend(job: SyncJob, error: Problem | DatabaseError) -> bool:
    """Try again later; the others of the mapping go on meanwhile. ``False``: it was tried often enough."""
    job.refresh_from_db(fields=["tries"])
    if job.tries + 1 >= attempts_of(job):
        return False
    until = timezone.now() + pause_before(job.tries + 1, error)
    code, silent = "database", isinstance(error, (Unreachable, TimedOut))
    message = BUSY.format(error)
    if isinstance(error, Problem):
        code, message = error.code, f"{SILENT}{error.message}" if silent else error.message
    with transaction.atomic():
        if job.suspend(message, code, until):
            log.warning("%s waits until %s: %s", job, until.isoformat(timespec="seconds"), error)
            send_on_commit(*next_of(job))
    return True


def _pause(job: SyncJob, pause: Paused) -> None:
    """Give the claim back: the one whose turn it is goes first, this one is sent again when that has ended."""
    with transaction.atomic():
        if job.pause(gave_way=pause.gave_way):
            send_on_commit(*next_of(job))


def _gate(setup: ConnectionSetup) -> Gate:
    """One gate for all that write to this organization as this user."""
    return gate_for(f"{setup.organization_id}:{setup.client_id}", redis())
