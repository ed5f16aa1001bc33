"""The full synchronization: which lines start when, and what becomes of them.

Lines that do not depend on each other run side by side, on as many workers as there are; within a line the jobs wait
for each other: matching, then to Sales, then to Business Central. The job that ends last closes its line and starts
the lines that waited for it, all in the transaction that ends the job: no crash can leave a line behind.

Where nothing is left to start, lines that owe something by then make a second round over just that. It makes none of
its own, so it ends:

    CUSTOMER    Coho Winery is made from its account; it has no primary contact, and nobody to be one
    CONTACT     Cleo Nyberg is made from Sales and becomes the primary contact of Coho Winery here: owed to the account
    CUSTOMER    second round: the account of Coho Winery gets Cleo Nyberg
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction

from integration.defaults.standard import OUTSIDE_FULL_SYNCH
from integration.jobs.create import Person, create
from integration.jobs.open_work import owes
from integration.jobs.queue import send
from integration.mappings.recommend import BothSystems, recommend
from integration.models import ConnectionSetup, FullSynchLine, JobQueueEntry, SyncJob, TableMapping
from integration.models.jobs.full_synch import FullSynchError
from integration.models.stored.audit import AuditEntry, record
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.system import System

INVOICES, INVOICE_TABLE = "POSTEDSALESINV-INV", "sales_invoice_header"
LEFT_OVER = "What later tables gave to these records is left to the next run: {}"
CHANGED = "The mapping was changed while its passes ran. Run the full synchronization of it once more."


def refresh(connected: BothSystems, parts: Iterable[str] = TableMapping.Part.values) -> None:
    """A line for every mapping of these parts; lines that have been started stay as they are, the others get the
    mapping's direction and a recommendation from counting both sides. Raises ``ConnectionProblem``."""
    mappings = _reviewed(connected.erp, parts)
    begun = set(FullSynchLine.objects.exclude(status=FullSynchLine.Status.BLANK).values_list("mapping", flat=True))
    fresh = [mapping for mapping in mappings if mapping.pk not in begun]
    found = dict(zip(fresh, recommend(fresh, connected), strict=True))
    FullSynchLine.objects.renew(found)


def _reviewed(erp: System, parts: Iterable[str]) -> list[TableMapping]:
    """The mappings that have a line. That of the invoices, where Business Central has any."""
    reviewed = TableMapping.objects.filter(part__in=list(parts), internal=False).exclude(name__in=OUTSIDE_FULL_SYNCH)
    if INVOICE_TABLE not in {name for name, _ in erp.tables()}:
        reviewed = reviewed.exclude(name=INVOICES)
    return list(reviewed)


def start(user: Person = None) -> list[FullSynchLine]:
    """Start every line that has not been started and waits for no other. Answers the lines started; raises
    ``FullSynchError`` where there is none, or where a full synchronization is running."""
    if not ConnectionSetup.current().is_enabled:
        raise FullSynchError("The connection to Dynamics 365 Sales is disabled.")
    with transaction.atomic():
        lines = FullSynchLine.objects.locked()
        if any(line.is_alive for line in lines):
            raise FullSynchError("A full synchronization is running already.")
        started = _start_ready(lines, user)
        if not started:
            raise FullSynchError(_why_nothing(lines))
        record(
            AuditEntry.Action.STARTED,
            "full synchronization",
            after={"lines": ", ".join(str(one.mapping) for one in started)},
        )
    return started


def restart(line: FullSynchLine, user: Person = None, *, approved: bool = False) -> None:
    """Run a line again that ended with an error, or have a dead one, or one that waits for Sales, go on now.
    ``approved``: a person has seen how much it changes. Raises ``FullSynchError``."""
    with transaction.atomic():
        line = next(one for one in FullSynchLine.objects.locked() if one.pk == line.pk)
        if off := ConnectionSetup.current().why_off(line.mapping):
            raise FullSynchError(off)
        dead = [job for job in line.jobs if job.is_dead or job.try_now()]
        if dead:
            transaction.on_commit(lambda: send(dead))
        elif line.status == FullSynchLine.Status.ERROR or line.is_dead:
            _begin(line, user, approved=approved)
        else:
            raise FullSynchError("Only a line with an error, or one whose worker is gone, can be restarted.")
        record(AuditEntry.Action.STARTED, "line of the full synchronization", line.mapping)


def on_job_claimed(job: SyncJob) -> None:
    """A worker has begun with this job."""
    line = _line_of(job)
    if line is not None and line.status == FullSynchLine.Status.READY:
        line.run()


def on_job_ended(job: SyncJob) -> None:
    """A job has ended, and whatever waited for it in vain was canceled: close its line, start the next ones."""
    line = _line_of(job)
    if line is None:
        return
    lines = FullSynchLine.objects.locked()
    line = next(one for one in lines if one.pk == line.pk)
    if line.status not in FullSynchLine.ACTIVE or any(job.is_active for job in line.jobs):
        return
    _close(line)
    started = _start_ready(lines, job.started_by)
    if not started and job.run_options.scope is Scope.EVERYTHING:
        _start_second_round(lines, job.started_by)


def _line_of(job: SyncJob) -> FullSynchLine | None:
    """Only runs of everything, and those of what is owed, work for a line; the many others need not ask."""
    return FullSynchLine.objects.of(job) if job.run_options.scope in (Scope.EVERYTHING, Scope.OWED) else None


def directions(mapping: TableMapping) -> list[Direction]:
    """The passes of a mapping, to Sales first; only those that carry a field."""
    passes = Direction(mapping.direction).passes
    return [direction for direction in passes if mapping.carries(direction)] or list(passes)


def _start_ready(lines: Sequence[FullSynchLine], user: Person) -> list[FullSynchLine]:
    setup = ConnectionSetup.current()
    ready = [line for line in lines if not line.status and setup.is_on(line.mapping) and not waits_for(line, lines)]
    for line in ready:
        _begin(line, user)
    return ready


def _start_second_round(lines: Sequence[FullSynchLine], user: Person) -> None:
    """Once no line runs any more: lines whose records got something from tables behind them carry that, too."""
    if any(line.status in (*FullSynchLine.ACTIVE, FullSynchLine.Status.APPROVAL) for line in lines):
        return
    setup = ConnectionSetup.current()
    for line in lines:
        if line.status == FullSynchLine.Status.FINISHED and setup.is_on(line.mapping) and owes(line.mapping):
            jobs: dict[str, SyncJob | None] = dict.fromkeys(FullSynchLine.SECOND)
            made = carry_owed(line.mapping, user, approved=True)
            line.start(**jobs | {f"second_{job.direction}_job": job for job in made})


def carry_owed(mapping: TableMapping, user: Person = None, *, approved: bool = False) -> list[SyncJob]:
    """Passes over just what a mapping owes and can carry now, one behind the other. ``approved``: a person has said yes
    to whatever they change."""
    options, made = Options(scope=Scope.OWED, approved=approved), list[SyncJob]()
    for direction in directions(mapping):
        made.append(create(mapping, direction, options=options, user=user, after=made[-1] if made else None))
    return made


def dependencies(line: FullSynchLine, lines: Iterable[FullSynchLine]) -> list[FullSynchLine]:
    """The other lines this one waits for; nobody waits for one that a person put on hold."""
    others = [one for one in lines if one != line and one.status != FullSynchLine.Status.ON_HOLD]
    return [other for other in others if other.mapping.name in line.mapping.dependencies]


def waits_for(line: FullSynchLine, lines: Iterable[FullSynchLine]) -> list[FullSynchLine]:
    """The lines this one depends on that have something to do and have not done it."""
    nothing_to_do = FullSynchLine.Recommendation.NONE
    others = dependencies(line, lines)
    return [
        one for one in others if one.status != FullSynchLine.Status.FINISHED and one.recommendation != nothing_to_do
    ]


def _begin(line: FullSynchLine, user: Person, *, approved: bool = False) -> None:
    mapping, matches = line.mapping, line.recommendation == FullSynchLine.Recommendation.COUPLE
    creates = line.create_unmatched or not matches
    options = Options(scope=Scope.EVERYTHING, create=creates, approved=approved)
    for entry in mapping.queue_entries.all():
        entry.hold()
    jobs: dict[str, SyncJob | None] = dict.fromkeys(FullSynchLine.JOBS)
    last = None
    if matches and mapping.criteria():
        kind, both = SyncJob.Kind.COUPLE, Direction(mapping.direction)
        matching = replace(options, winner=line.winning_side)
        last = jobs["couple_job"] = create(mapping, both, kind=kind, options=matching, user=user)
    for direction in directions(mapping):
        last = jobs[f"{direction.value}_job"] = create(mapping, direction, options=options, user=user, after=last)
    line.start(**jobs)


def _close(line: FullSynchLine) -> None:
    """Finished when its runs ended, also with failed rows; Error when one could not be made."""
    unfinished = next((job for job in line.jobs if job.status != SyncJob.Status.FINISHED), None)
    if unfinished is None:
        line.finish("" if _by_one_rule(line) else CHANGED)
    elif unfinished in line.second_round:
        line.finish(LEFT_OVER.format(unfinished.message))
    else:
        line.fail(unfinished.message)
    if ConnectionSetup.current().is_on(line.mapping):
        for entry in JobQueueEntry.objects.filter(mapping=line.mapping):
            entry.release()


def _by_one_rule(line: FullSynchLine) -> bool:
    """Were all passes made by the rule as it is now? Then no full run is needed any more."""
    made = [job for job in line.jobs if job.kind == SyncJob.Kind.SYNCHRONIZE]
    rows = TableMapping.objects.filter(pk=line.mapping.pk)
    if any(job.revision is None for job in made):
        return False
    for revision in {job.revision for job in made if job.revision is not None}:
        rows = rows.filter(revision=revision)
    return bool(rows.update(full_run_needed=False))


def _why_nothing(lines: Sequence[FullSynchLine]) -> str:
    blank = [line for line in lines if not line.status]
    if not blank:
        return "There is no line left to start. Reset starts over, Restart runs a line with an error again."
    missing = sorted({str(other) for line in blank for other in waits_for(line, lines)})
    return f"The lines that are left wait for {', '.join(missing)}. Restart those first."
