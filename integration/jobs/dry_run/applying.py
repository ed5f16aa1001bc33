"""What a job does that carries out a plan: exactly what the plan has shown, record by record.

Each page is planned anew and a row is written only where its effect is the one that was shown. Whatever else has
changed meanwhile (a record, a rule, a coupling, a template) makes another effect, or none: such a row is marked and
planned anew.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from integration.connection.systems import Connected
from integration.jobs.journal import JobJournal
from integration.mappings.build_rule import build_rule
from integration.models import PlannedChange, SyncJob
from integration.models.jobs.plan import APPLICABLE
from integration.sync.approval.fingerprint import Expected
from integration.sync.engine import synchronize
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction
from integration.sync.run import Changed, Counters, Failure, Options, Scope
from integration.systems.values import Side

AT_ONCE = 500
FAILED = ("failed", "skipped")
Kind = PlannedChange.Action


class PlanRows:
    """The journal of a job that applies a plan: it also marks the rows of the plan, in the transaction of the page that
    they stand for."""

    def __init__(self, journal: JobJournal, rows: Sequence[PlannedChange], column: str) -> None:
        self._journal, self._column = journal, column
        self._rows = {getattr(row, column): row.pk for row in rows}
        self._reasons: dict[uuid.UUID, str] = {}

    def fail(self, failures: list[Failure]) -> None:
        self._journal.fail(failures)
        self._reasons.update((getattr(one, self._column), one.message) for one in failures)

    def outcomes(self, outcomes: Mapping[uuid.UUID, str]) -> None:
        self._journal.outcomes(outcomes)
        ours = {id: name for id, name in outcomes.items() if id in self._rows}
        done = [self._rows[id] for id, name in ours.items() if name not in FAILED]
        PlannedChange.objects.mark(done, PlannedChange.Outcome.APPLIED)
        for id in ours.keys() - {id for id, name in ours.items() if name not in FAILED}:
            PlannedChange.objects.filter(pk=self._rows[id]).update(
                outcome=PlannedChange.Outcome.FAILED, reason=self._reasons.get(id, "")
            )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


def carry_out(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """Do what the plan says for this job's mapping and direction, as far as it is still what would be done."""
    total = Counters()
    todo = PlannedChange.objects.filter(plan=job.plan, mapping=job.mapping, direction=job.direction, outcome="")
    wanted = todo.filter(action__in=(*APPLICABLE, Kind.COUPLE)).order_by("pk")
    journal.begin(wanted.count())
    if job.direction != Direction.BOTH and not Direction(job.mapping.direction).includes(Direction(job.direction)):
        wanted.update(outcome=PlannedChange.Outcome.CHANGED)
        return total
    while rows := list(wanted[:AT_ONCE]):
        couples = job.direction == Direction.BOTH
        total.add(_couple(job, journal, rows) if couples else _run(job, journal, connected, rows))
    return total


def _couple(job: SyncJob, journal: JobJournal, rows: Sequence[PlannedChange]) -> Counters:
    """Make the pairs whose records are both still free."""
    ledger = job.mapping.couplings.fenced(journal.fence)
    with ledger.page():
        erp = ledger.pairs(Side.ERP, [row.pair.erp_id for row in rows])
        crm = ledger.pairs(Side.CRM, [row.pair.crm_id for row in rows])
        held = [pair for pair in (*erp.values(), *crm.values()) if pair.state is not State.RESERVED]
        coupled = {id for pair in held for id in (pair.erp_id, pair.crm_id)}
        free = [row for row in rows if row.erp_id not in coupled and row.crm_id not in coupled]
        ledger.forget([pair for pair in (*erp.values(), *crm.values()) if pair.state is State.RESERVED])
        ledger.remember([row.pair for row in free])
        PlannedChange.objects.mark([row.pk for row in free], PlannedChange.Outcome.APPLIED)
        others = {row.pk for row in rows} - {row.pk for row in free}
        PlannedChange.objects.mark(others, PlannedChange.Outcome.CHANGED)
        journal.change([Changed(row.pair.erp_id, row.pair.crm_id, "coupled", [], row.label) for row in free])
        counters = Counters(coupled=len(free))
        journal.note(counters, len(rows))
    return counters


def _run(job: SyncJob, journal: JobJournal, connected: Connected, rows: Sequence[PlannedChange]) -> Counters:
    direction = Direction(job.direction)
    source, destination = connected.source_and_destination(direction)
    column = f"{direction.source}_id"
    expected = Expected({getattr(row, column): row.fingerprint for row in rows}, direction)
    options = Options(scope=Scope.IDS, ids=tuple(expected.fingerprints), create=True, approved=True)
    rule, ledger = build_rule(job.mapping, connected.erp, connected.crm), job.mapping.couplings.fenced(journal.fence)
    reserved = _reserve(ledger, rows)
    marking: Any = PlanRows(journal, rows, column)
    context = connected.context
    counters = synchronize(rule, direction, source, destination, ledger, marking, options, context, expected)
    with ledger.page():
        left = PlannedChange.objects.filter(pk__in=[row.pk for row in rows], outcome="")
        left.update(outcome=PlannedChange.Outcome.CHANGED)
        there = ledger.pairs(Side.ERP, [pair.erp_id for pair in reserved])
        ledger.forget([pair for pair in reserved if there.get(pair.erp_id) == pair])
    return counters


def _reserve(ledger: Any, rows: Sequence[PlannedChange]) -> list[Pair]:
    """Set the ids aside that the plan has shown for its new records: what refers to them was planned with those."""
    fresh = [row.pair for row in rows if row.action == Kind.INSERT]
    pairs = [Pair(pair.erp_id, pair.crm_id) for pair in fresh]
    with ledger.page():
        held = ledger.pairs(Side.ERP, [pair.erp_id for pair in pairs]).keys()
        held |= {pair.erp_id for pair in ledger.pairs(Side.CRM, [pair.crm_id for pair in pairs]).values()}
        free = [pair for pair in pairs if pair.erp_id not in held]
        ledger.remember(free)
    return free
