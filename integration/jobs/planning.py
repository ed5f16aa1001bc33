"""What a job of a dry run does: a ledger and a journal that write into the plan, and the actions as they are kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

from integration.jobs.foresight import Foresight
from integration.jobs.journal import JobJournal
from integration.models import PlannedChange, SyncJob, TableMapping
from integration.models.systems import Connected
from integration.sync.actions import (
    Action,
    Broken,
    Fail,
    Ignore,
    Insert,
    Restore,
    SideWrite,
    Skip,
    Unchanged,
    Uncouple,
    Update,
)
from integration.sync.engine import plan
from integration.sync.fingerprint import fingerprints, source_of
from integration.sync.ledger import Partner, SideWritten, State
from integration.sync.match import couple_matching
from integration.sync.problems import Conflict
from integration.sync.rules import Direction, Reference, TableRule
from integration.sync.run import Changed, Counters, Failure, Scope
from integration.sync.settle import in_words, label_of
from integration.sync.transfer import ReferenceNotCoupled
from integration.systems.base import Side, System, Table

AT_ONCE = 500
LABEL = 250
GIVEN = "given by Business Central"
Kind = PlannedChange.Action


class PlanLedger:
    """The ledger of a mapping as it is going to be: stored pairs, and those of the plan. It writes only the plan."""

    def __init__(self, job: SyncJob, journal: JobJournal) -> None:
        self.plan = job.plan
        self.mapping: TableMapping = job.mapping
        self.real = job.mapping.couplings.fenced(journal.fence)

    def partners(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Partner]:
        planned = PlannedChange.objects.filter(plan=self.plan, mapping=self.mapping, action=Kind.COUPLE)
        found = dict(self.real.partners(side, ids))
        for chunk in _chunks(ids):
            for row in planned.filter(**{f"{side}_id__in": chunk}):
                found[getattr(row, f"{side}_id")] = row.partner
        return found

    def resolve(self, reference: Reference, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        found = dict(self.real.resolve(reference, side, ids))
        planned = PlannedChange.objects.filter(
            plan=self.plan, mapping__erp_table=reference.erp_table, mapping__crm_table=reference.crm_table,
            action__in=(Kind.COUPLE, Kind.INSERT),
        )  # fmt: skip
        for chunk in _chunks([id for id in ids if id not in found]):
            rows = planned.filter(**{f"{side}_id__in": chunk})
            found.update(rows.values_list(f"{side}_id", f"{side.other}_id"))
        return found

    def remember(self, partners: Iterable[Partner]) -> None:
        """A matching run would couple these."""
        PlannedChange.objects.bulk_create(
            PlannedChange(
                plan=self.plan, mapping=self.mapping, direction=Direction.BOTH.value, action=Kind.COUPLE,
                erp_id=partner.erp_id, crm_id=partner.crm_id, agreed={k: list(v) for k, v in partner.agreed.items()},
            )
            for partner in partners
            if partner.state is State.COUPLED
        )  # fmt: skip

    def open(self, direction: Direction) -> Iterator[uuid.UUID]:
        return self.real.open(direction)

    def released(self, direction: Direction) -> Iterator[uuid.UUID]:
        return self.real.released(direction)

    def waited_for(self, direction: Direction, table: str) -> Iterator[uuid.UUID]:
        return self.real.waited_for(direction, table)

    def waiting(self, direction: Direction, table: str, ids: Collection[uuid.UUID]) -> Iterator[uuid.UUID]:
        return self.real.waiting(direction, table, ids)

    def held(self, side: Side, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
        return self.real.held(side, ids)

    def unseen(self, side: Side, seen: Collection[uuid.UUID]) -> list[Partner]:
        return self.real.unseen(side, seen)

    def pages(self) -> Iterator[list[Partner]]:
        return self.real.pages()

    def coupled(self) -> int:
        return self.real.coupled()

    def page(self) -> AbstractContextManager[None]:
        return self.real.page()

    def forget(self, partners: Iterable[Partner]) -> None:
        """Nothing is forgotten in a dry run."""

    def complete(self, partners: Iterable[Partner]) -> None:
        """Nor completed."""

    def intended(self) -> Iterator[tuple[Partner, dt.datetime]]:
        return self.real.intended()

    def identify(self, side: Side, real: Mapping[uuid.UUID, uuid.UUID]) -> None:
        """Nor named."""

    def side_written(self, writes: Iterable[SideWritten]) -> None:
        """Nor written besides."""


class PlanJournal:
    """Progress goes to the job; failures, to the plan; cursors stay where they are."""

    def __init__(self, job: SyncJob, journal: JobJournal) -> None:
        self.job, self.journal = job, journal

    def cursor(self) -> str | None:
        return None

    def advance(self, cursor: str) -> None:
        """A dry run has read nothing."""

    def begin(self, total: int | None) -> None:
        self.journal.begin(total)

    def go_on(self) -> None:
        self.journal.go_on()

    def note(self, counters: Counters, done: int) -> None:
        self.journal.note(counters, done)

    def fail(self, failures: list[Failure]) -> None:
        PlannedChange.objects.bulk_create(
            PlannedChange(
                plan=self.job.plan, mapping=self.job.mapping, direction=one.direction.value, action=Kind.FAIL,
                erp_id=one.erp_id, crm_id=one.crm_id, label=one.label[:LABEL], reason=one.message,
            )
            for one in failures
        )  # fmt: skip

    def leave_out(self, reasons: list[Failure]) -> None:
        """Told by the actions themselves."""

    def change(self, changes: list[Changed]) -> None:
        """Nothing is changed."""

    def succeed(self, direction: Direction, source_ids: list[uuid.UUID]) -> None:
        """No error closes in a dry run."""

    def outcomes(self, outcomes: Mapping[uuid.UUID, str]) -> None:
        """Nor does anything become of a row."""


def make_plan(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """Fill the plan with what this job's pass, or its matching, would do."""
    ledger: Any = PlanLedger(job, journal)
    rule = job.mapping.rule(connected.erp, connected.crm)
    options = job.run_options
    if job.direction == Direction.BOTH:
        told = PlanJournal(job, journal)
        criteria = job.mapping.criteria()
        counters = couple_matching(
            rule, criteria, connected.erp, connected.crm, ledger, told, create_unmatched=options.create
        )
        _name_pairs(job, connected.erp, rule.erp)
        return counters
    direction = Direction(job.direction)
    source, destination = connected.ends(direction)
    cursor = None if options.scope is Scope.EVERYTHING else getattr(job.mapping, f"{direction.source}_cursor") or None
    actions = plan(rule, direction, source, destination, ledger, cursor, options, connected.context)
    foresight = Foresight(job, rule, connected, ledger, options)
    return _kept(job, journal, foresight, rule, actions)


def _kept(
    job: SyncJob, journal: JobJournal, foresight: Foresight, rule: TableRule, actions: Iterator[Action]
) -> Counters:
    direction = Direction(job.direction)
    total = counters_of(kind for (kind,) in foresight.told().values_list("action").iterator())
    journal.note(total, foresight.told().count())
    while chunk := list(islice(actions, AT_ONCE)):
        journal.go_on()
        ahead = _rows(job, direction.back, rule, foresight.look(chunk))
        chunk = foresight.drop(chunk)
        rows = _rows(job, direction, rule, chunk)
        counters = counters_of(row.action for row in rows)
        counters.unchanged = sum(isinstance(action, Unchanged) for action in chunk)
        with foresight.ledger.page():
            PlannedChange.objects.bulk_create([*rows, *ahead])
            journal.note(counters, len(rows) + counters.unchanged)
        total.add(counters)
    return total


def _rows(job: SyncJob, direction: Direction, rule: TableRule, actions: Iterable[Action]) -> list[PlannedChange]:
    table, rows = rule.table(direction.source), []
    planned = list(actions)
    prints = fingerprints(planned, direction)
    for action in planned:
        row = row_of(job, direction, table, action)
        if row is not None:
            row.fingerprint = prints.get(source_of(action, direction), "")
            rows.append(row)
            rows += given_back(job, rule, direction, action)
    return rows


def given_back(job: SyncJob, rule: TableRule, direction: Direction, action: Action) -> list[PlannedChange]:
    """What a record that is made in Business Central gives the one it comes from: its number, above all."""
    if not (isinstance(action, Insert) and direction is Direction.TO_ERP and action.partner.owed(Side.CRM)):
        return []
    number = rule.erp.number_field
    given = [one for one in rule.fields if one.direction is Direction.TO_CRM and one.erp_field in (number, "")]
    fields = [(one.crm_field, "", one.constant or GIVEN) for one in given]
    row = PlannedChange(
        plan=job.plan, mapping=job.mapping, direction=direction.back.value, action=Kind.BESIDES, fields=fields,
        erp_id=action.partner.erp_id, crm_id=action.record.id, label=label_of(rule.crm, action.record)[:LABEL],
        reason="Goes back as soon as the record is there.",
    )  # fmt: skip
    return [row] if fields else []


def _name_pairs(job: SyncJob, erp: System, table: Table) -> None:
    """Say which records are to be coupled."""
    columns = [name for name in (table.number_field, table.name_field) if name]
    rows = PlannedChange.objects.filter(plan=job.plan, mapping=job.mapping, action=Kind.COUPLE, label="").order_by("pk")
    while chunk := list(rows[:AT_ONCE]):
        found = erp.get(table.name, [row.partner.erp_id for row in chunk], columns)
        for row in chunk:
            record = found.get(row.partner.erp_id)
            row.label = (label_of(table, record) if record else "")[:LABEL] or str(row.erp_id)
        PlannedChange.objects.bulk_update(chunk, ["label"])


def counters_of(actions: Iterable[str]) -> Counters:
    counters = Counters()
    names = {Kind.INSERT: "inserted", Kind.UPDATE: "modified", Kind.SKIP: "skipped", Kind.UNCOUPLE: "uncoupled",
             Kind.RESTORE: "inserted"}  # fmt: skip
    for action in actions:
        if action == Kind.BESIDES:
            continue
        name = names.get(Kind(action), "failed")
        setattr(counters, name, getattr(counters, name) + 1)
    return counters


def row_of(job: SyncJob, direction: Direction, table: Table, action: Action) -> PlannedChange | None:
    """The action of a pass as it is kept; ``None`` where there is nothing to tell."""
    kind, partner, reason, fields = _told(action)
    if kind is None:
        return None
    row = PlannedChange(plan=job.plan, mapping=job.mapping, direction=direction.value, action=kind, reason=reason)
    row.fields = [(name, in_words(old), in_words(new)) for name, old, new in fields]
    record = getattr(action, "record", None)
    if record is not None:
        setattr(row, f"{direction.source}_id", record.id)
        row.label = label_of(table, record)[:LABEL]
    if partner is not None:
        row.erp_id, row.crm_id = partner.erp_id, partner.crm_id
    return row


GONE = "The coupled record was deleted."
Told = tuple[Kind | None, Partner | None, str, list[tuple[str, Any, Any]]]


def _told(action: Action) -> Told:
    match action:
        case Insert(partner=partner, values=values):
            written = [(name, None, new) for name, new in values.items() if new not in (None, "")]
            return Kind.INSERT, partner, "", written
        case Update(partner=partner, changes=changes):
            fields = [(change.field, change.old, change.new) for change in changes]
            reason = "Couples a natural match." if action.coupled else ""
            return (Kind.UPDATE, partner, reason, fields) if fields or action.coupled else (None, None, "", [])
        case Fail(problem=problem, partner=partner):
            known = partner if partner is not None and partner.state is not State.RESERVED else None
            return _failing(problem), known, str(problem), []
        case Skip(reason=reason):
            return Kind.SKIP, None, reason, []
        case Broken(partner=partner, problem=problem):
            return Kind.FAIL, partner, str(problem), []
        case Uncouple(partner=partner, reason=reason, twin=twin, again=again):
            what = reason or "It moved, and gets another one there."
            gone = f"{what} Its record in Dynamics 365 Sales is deleted."
            return Kind.UNCOUPLE, partner, gone if twin else what if reason or again else GONE, []
        case Restore(partner=partner):
            return Kind.RESTORE, partner, GONE, []
        case SideWrite(changes=changes, label=label):
            fields = [(change.field, change.old, change.new) for change in changes]
            return Kind.BESIDES, None, f"Written along with it: {label}.", fields
        case Ignore() | Unchanged():
            return None, None, "", []


def _failing(problem: Exception) -> Kind:
    if isinstance(problem, Conflict):
        return Kind.CONFLICT
    return Kind.WAITING if isinstance(problem, ReferenceNotCoupled) else Kind.FAIL


def _chunks(ids: Iterable[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, AT_ONCE)):
        yield chunk
