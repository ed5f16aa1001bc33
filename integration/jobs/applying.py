"""What a job does that carries out a plan: exactly its records, as far as nothing has changed since."""

from __future__ import annotations

from collections.abc import Sequence

from integration.jobs.journal import JobJournal
from integration.jobs.planning import row_of
from integration.models import PlannedChange, SyncError, SyncJob
from integration.models.plan import APPLICABLE
from integration.models.systems import Connected
from integration.sync.engine import plan, synchronize
from integration.sync.ledger import State
from integration.sync.rules import Direction
from integration.sync.run import Counters, Options, Scope
from integration.systems.base import Side

AT_ONCE = 500
Kind = PlannedChange.Action


def carry_out(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """Do what the plan says for this job's mapping and direction, as far as nothing of it has changed since."""
    total = Counters()
    todo = PlannedChange.objects.filter(plan=job.plan, mapping=job.mapping, direction=job.direction, outcome="")
    wanted = todo.filter(action__in=(*APPLICABLE, Kind.COUPLE)).order_by("pk")
    journal.begin(wanted.count())
    while rows := list(wanted[:AT_ONCE]):
        fresh = _fresh(job, connected, rows)
        PlannedChange.objects.mark([row.pk for row in rows if row.pk not in fresh], PlannedChange.Outcome.CHANGED)
        done = [row for row in rows if row.pk in fresh]
        couples = job.direction == Direction.BOTH
        total.add(_couple(job, journal, done) if couples else _run(job, journal, connected, done))
    return total


def _fresh(job: SyncJob, connected: Connected, rows: Sequence[PlannedChange]) -> set[int]:
    """Those whose records are as the plan has seen them."""
    ledger, mapping = job.mapping.couplings, job.mapping
    if job.direction == Direction.BOTH:
        pairs = [row.partner for row in rows]
        held = [
            *ledger.partners(Side.ERP, [pair.erp_id for pair in pairs]).values(),
            *ledger.partners(Side.CRM, [pair.crm_id for pair in pairs]).values(),
        ]
        taken = {id for one in held if one.state is not State.RESERVED for id in (one.erp_id, one.crm_id)}
        return {row.pk for row in rows if row.erp_id not in taken and row.crm_id not in taken}
    direction = Direction(job.direction)
    source, destination = connected.ends(direction)
    names = {Side.ERP: mapping.erp_table, Side.CRM: mapping.crm_table}
    ids = {row.pk: getattr(row, f"{direction.source}_id") for row in rows}
    twins = {row.pk: getattr(row, f"{direction.destination}_id") for row in rows if row.action == Kind.UPDATE}
    here = source.get(names[direction.source], list(ids.values()), ())
    there = destination.get(names[direction.destination], [id for id in twins.values() if id], ())
    coupled = ledger.partners(direction.source, list(ids.values()))

    def is_fresh(row: PlannedChange) -> bool:
        record, partner = here.get(ids[row.pk]), coupled.get(ids[row.pk])
        if row.action in (Kind.UNCOUPLE, Kind.RESTORE):
            return record is None and partner is not None
        if record is None or record.version != row.source_version:
            return False
        if row.action == Kind.INSERT:
            return partner is None or partner.state is State.RESERVED
        twin = there.get(twins[row.pk])
        return twin is not None and twin.version == row.twin_version

    fresh = {row.pk for row in rows if is_fresh(row)}
    left = _touched_before(job, [row for row in rows if row.pk not in fresh])
    return fresh | _as_planned(job, connected, left)


def _touched_before(job: SyncJob, rows: Sequence[PlannedChange]) -> list[PlannedChange]:
    """Those whose pairs an earlier step of this plan has written: their versions are others by that alone."""
    back = Direction(job.direction).back.value
    earlier = PlannedChange.objects.filter(
        plan=job.plan, mapping=job.mapping, direction=back, outcome=PlannedChange.Outcome.APPLIED
    )
    written = set(earlier.filter(erp_id__in=[row.erp_id for row in rows]).values_list("erp_id", "crm_id"))
    return [row for row in rows if (row.erp_id, row.crm_id) in written]


def _as_planned(job: SyncJob, connected: Connected, rows: Sequence[PlannedChange]) -> set[int]:
    """Those of which a run now would do exactly what the plan says."""
    if not rows:
        return set()
    direction = Direction(job.direction)
    source, destination = connected.ends(direction)
    ids = {getattr(row, f"{direction.source}_id"): row for row in rows}
    rule = job.mapping.rule(connected.erp, connected.crm)
    options = Options(scope=Scope.IDS, ids=tuple(ids), create=True, dry_run=True)
    actions = plan(rule, direction, source, destination, job.mapping.couplings, None, options, connected.context)
    told = [row_of(job, direction, rule.table(direction.source), action) for action in actions]
    now = {getattr(row, f"{direction.source}_id"): row for row in told if row is not None}
    same = [(row, now[id]) for id, row in ids.items() if id in now]
    return {row.pk for row, one in same if (row.action, row.fields) == (one.action, [list(f) for f in one.fields])}


def _couple(job: SyncJob, journal: JobJournal, rows: Sequence[PlannedChange]) -> Counters:
    ledger = job.mapping.couplings.fenced(journal.fence)
    partners = [row.partner for row in rows]
    counters = Counters(coupled=len(rows))
    with ledger.page():
        stale = ledger.partners(Side.ERP, [p.erp_id for p in partners])
        ledger.forget([*stale.values(), *ledger.partners(Side.CRM, [p.crm_id for p in partners]).values()])
        ledger.remember(partners)
        PlannedChange.objects.mark([row.pk for row in rows], PlannedChange.Outcome.APPLIED)
        journal.note(counters, len(rows))
    return counters


def _run(job: SyncJob, journal: JobJournal, connected: Connected, rows: Sequence[PlannedChange]) -> Counters:
    if not rows:
        return Counters()
    direction = Direction(job.direction)
    source, destination = connected.ends(direction)
    column = f"{direction.source}_id"
    ids = tuple(getattr(row, column) for row in rows)
    options = Options(scope=Scope.IDS, ids=ids, create=True, approved=True)
    rule, ledger = job.mapping.rule(connected.erp, connected.crm), job.mapping.couplings.fenced(journal.fence)
    counters = synchronize(rule, direction, source, destination, ledger, journal, options, connected.context)
    failed = set(SyncError.objects.filter(job=job, **{f"{column}__in": ids}).values_list(column, flat=True))
    for outcome in (PlannedChange.Outcome.APPLIED, PlannedChange.Outcome.FAILED):
        wanted = outcome == PlannedChange.Outcome.FAILED
        PlannedChange.objects.mark([row.pk for row in rows if (getattr(row, column) in failed) is wanted], outcome)
    return counters
