"""What a job of a dry run does: it fills the plan with actions as they are kept, and counts them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from integration.connection.systems import Connected
from integration.jobs.foresight import Foresight
from integration.jobs.journal import JobJournal
from integration.jobs.naming import name_rows
from integration.jobs.plan_ledger import AT_ONCE, LABEL, Kind, PlanJournal, PlanLedger
from integration.mappings.build_rule import build_rule
from integration.models import PlannedChange, SyncJob
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
from integration.sync.matching.run import couple_matching
from integration.sync.memory.ledger import Partner, State
from integration.sync.problems import Conflict
from integration.sync.record.transfer import ReferenceNotCoupled
from integration.sync.results import in_words, label_of
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Counters, Scope
from integration.systems.values import Side, Table

GIVEN = "given by Business Central"


def make_plan(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """Fill the plan with what this job's pass, or its matching, would do."""
    ledger: Any = PlanLedger(job, journal)
    rule = build_rule(job.mapping, connected.erp, connected.crm)
    options = job.run_options
    if job.direction == Direction.BOTH:
        told = PlanJournal(job, journal)
        criteria = job.mapping.criteria()
        ids = options.ids if options.scope is Scope.IDS else None
        both, creates = (connected.erp, connected.crm), options.create
        counters = couple_matching(
            rule, criteria, *both, ledger, told, ids=ids, create_unmatched=creates, winner=options.winner
        )
        name_rows(job, connected, rule)
        return counters
    direction = Direction(job.direction)
    source, destination = connected.source_and_destination(direction)
    cursor = None if options.scope is Scope.EVERYTHING else getattr(job.mapping, f"{direction.source}_cursor") or None
    actions = plan(rule, direction, source, destination, ledger, cursor, options, connected.context)
    foresight = Foresight(job, rule, connected, ledger, options)
    counters = _kept(job, journal, foresight, rule, actions)
    name_rows(job, connected, rule)
    return counters


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
    with_record: dict[uuid.UUID, PlannedChange] = {}
    for action in planned:
        row = row_of(job, direction, table, action)
        if isinstance(action, SideWrite) and action.must and row is not None:
            rows += _with_its_record(action, row, with_record)
        elif row is not None:
            row.fingerprint = prints.get(source_of(action, direction), "")
            rows += [row, *given_back(job, rule, direction, action)]
            with_record[source_of(action, direction)] = row
    for id, row in with_record.items():
        row.fingerprint = prints.get(id, row.fingerprint)
    return rows


def _with_its_record(
    write: SideWrite, row: PlannedChange, with_record: dict[uuid.UUID, PlannedChange]
) -> list[PlannedChange]:
    """What belongs to a record stands in its row; a record of which nothing else is written gets one for it."""
    fields = [(f"{name} ({write.label})" if write.label else name, old, new) for name, old, new in row.fields]
    known = with_record.get(write.record.id)
    if known is not None:
        known.fields = [*known.fields, *fields]
        return []
    row.action, row.fields, row.reason = Kind.UPDATE, fields, "Only what belongs to the record is written."
    row.erp_id, row.crm_id = write.erp_id, write.crm_id
    with_record[write.record.id] = row
    return [row]


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
    else:
        row.label = str(getattr(action, "label", ""))[:LABEL]
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
