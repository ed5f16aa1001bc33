"""Start, run and cancel jobs."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence

from django.db import transaction

from integration.connection.document_passes import INVOICES
from integration.connection.systems import open_erp
from integration.defaults.tasks import TASK_PASSES
from integration.gate import Gate
from integration.jobs import endings, full_synch, passes
from integration.jobs.completion import on_job_ended
from integration.jobs.create import Person, create, send_on_commit
from integration.jobs.flows.invoices import needs_of, runs_first
from integration.jobs.heartbeat import Heartbeat
from integration.jobs.job_endings import JobEndings
from integration.jobs.journal import JobJournal
from integration.jobs.opening import gate_of
from integration.mappings.flows import ORDERS, QUOTES, mapping_of
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.models.stored.audit import AuditEntry, record, somebody_acts
from integration.sync.actions import Action
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope

POLL_SECONDS = 0.2

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
    undoes: SyncJob | None = None,
    inline: bool = False,
) -> SyncJob:
    """Have a pass made. Writes the job row and sends its id once that is committed; a queued job that would do the
    very same is answered instead of a second one.

    ``after``: not before that job has finished; if it ends otherwise, this one is canceled. ``undoes``: the run whose
    writes this one puts back. ``inline``: make the pass
    here and now, through the same claim, and answer when it has ended (do not call this inside a transaction).
    """
    job = create(mapping, direction, kind=kind, options=options, user=user, after=after, undoes=undoes)
    if somebody_acts():
        record(AuditEntry.Action.STARTED, RUN, mapping, after=in_words(job))
    return run_here(job) if inline else job


def create_orders(
    ids: Sequence[uuid.UUID] = (), *, user: Person = None, another: bool = False, inline: bool = False
) -> SyncJob:
    """Have orders made of the submitted orders of Sales: of all that were never sent to the back office, or of these.
    ``another``: also where a document refers to one of these already. Raises ``ConfigurationProblem``."""
    options = Options(scope=Scope.IDS, ids=tuple(ids), another=another) if ids else Options()
    kind = SyncJob.Kind.CREATE_ORDERS
    return start(mapping_of(ORDERS), Direction.TO_ERP, kind=kind, options=options, user=user, inline=inline)


def kinds_of_flows(mapping: TableMapping) -> list[SyncJob.Kind]:
    """The kinds of runs that make documents here of those of this mapping's table in Sales."""
    passes = [one for passes in TASK_PASSES.values() for one in passes]
    kinds = {one.kind for one in passes if one.mapping == mapping.name and one.direction == Direction.TO_ERP.value}
    return [SyncJob.Kind(kind) for kind in sorted(kinds - {SyncJob.Kind.SYNCHRONIZE.value})]


def process_quotes(ids: Sequence[uuid.UUID] = (), *, user: Person = None, inline: bool = False) -> SyncJob:
    """Have quotes made of the activated quotes of Sales, and followed until they are won or lost: all that changed, or
    these. Raises ``ConfigurationProblem``."""
    options = Options(scope=Scope.IDS, ids=tuple(ids)) if ids else Options()
    kind = SyncJob.Kind.PROCESS_QUOTES
    return start(mapping_of(QUOTES), Direction.TO_ERP, kind=kind, options=options, user=user, inline=inline)


def create_invoices(ids: Sequence[uuid.UUID], *, user: Person = None, inline: bool = False) -> SyncJob:
    """Create Invoice in Dynamics 365 Sales: have invoices made of these posted ones, behind what they need there.
    Answers the run of the invoices. Raises ``ConfigurationProblem``."""
    mapping, before = mapping_of(INVOICES), list[SyncJob]()

    def run_behind(each: TableMapping, options: Options) -> SyncJob:
        after = before[-1] if before and not inline else None
        return start(each, Direction.TO_CRM, options=options, user=user, after=after, inline=inline)

    for needed, options in runs_first(needs_of(ids, open_erp())):
        before.append(run_behind(needed, options))
    return run_behind(mapping, Options(scope=Scope.IDS, ids=tuple(ids), create=True, force=True))


def synchronize_modified(user: Person = None) -> list[SyncJob]:
    """Every mapping of records, as its recurring job would: the passes of a mapping one behind the other, the mappings
    in the order in which they need each other."""
    started: list[SyncJob] = []
    setup = ConnectionSetup.current()
    for mapping in (one for one in TableMapping.objects.prioritized() if setup.is_on(one)):
        before: SyncJob | None = None
        for direction in full_synch.directions(mapping):
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
            on_job_ended(job)


def in_words(job: SyncJob) -> dict[str, object]:
    """What the audit log says about a run."""
    options = job.run_options
    records = "all" if options.scope is Scope.EVERYTHING else len(options.ids) or "changed ones"
    words: dict[str, object] = {
        "type": job.get_kind_display(),
        "direction": job.get_direction_display(),
        "records": records,
        "job": job.pk,
    }
    if job.undoes_id is not None:
        words |= {"undoes": job.undoes_id} | ({"deletes": "records it made"} if options.removes else {})
    return {**words, "create": "yes"} if options.create else words


def give_up_hopeless() -> None:
    """Fail the jobs whose workers keep dying."""
    endings.give_up_hopeless(SyncJob.objects, on_job_ended)


def plan(mapping: TableMapping, direction: Direction, options: Options | None = None) -> Iterator[Action]:
    """A dry run: what a pass would do, record by record. Raises ``ConnectionProblem``."""
    setup = ConnectionSetup.current()
    return passes.plan(mapping, direction, options or Options(dry_run=True), setup, gate_of(setup))


def run_here(job: SyncJob) -> SyncJob:
    """Run in this process a job that is there; wait where another run of the mapping, or another process, has it.
    Answers the job as it ended.

    A run of the mapping whose process was killed is resumed first: where no worker runs, nobody else would, and this
    one would wait for ever."""
    while job.is_active:
        if not (_run(job.pk, gives_way=False) or _resumed(job.mapping)):
            time.sleep(POLL_SECONDS)
        job.refresh_from_db()
    return job


def _resumed(mapping: TableMapping) -> bool:
    """Has the dead run of the mapping been brought to its end, if there was one?"""
    give_up_hopeless()
    dead = SyncJob.objects.dead().filter(mapping=mapping).first()
    return dead is not None and _run(dead.pk, gives_way=False)


def _run(job_id: uuid.UUID, *, gives_way: bool) -> bool:
    job = SyncJob.objects.claim(job_id)
    if job is None:
        return False
    full_synch.on_job_claimed(job)
    setup = ConnectionSetup.current()
    job.beat(revision=job.mapping.revision)
    with Heartbeat(job, gate_of(setup)) as heartbeat:
        journal = JobJournal(job, Direction(job.direction), gives_way=gives_way, requests=lambda: heartbeat.requests)
        heartbeat.stops = journal.off
        endings.watched(lambda: _perform(job, setup, journal, heartbeat), JobEndings(job, journal))
    return True


def _perform(job: SyncJob, setup: ConnectionSetup, journal: JobJournal, gate: Gate) -> None:
    passes.perform(job, setup, journal, gate)
    journal.count_requests()
