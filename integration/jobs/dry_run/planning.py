"""What a job of a dry run does: it fills the plan with actions, counts them, and names their records."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from integration.connection.systems import Connected
from integration.jobs.dry_run.plan_ledger import AT_ONCE, LABEL, Kind, PlanJournal, PlanLedger
from integration.jobs.dry_run.rows import rows_of
from integration.jobs.dry_run.second_pass_preview import SecondPassPreview
from integration.jobs.flows.behind_matching import free_records
from integration.jobs.journal import JobJournal
from integration.mappings.build_rule import build_rule
from integration.models import PlannedChange, SyncJob
from integration.sync.actions import Action, Unchanged
from integration.sync.engine import plan
from integration.sync.matching.run import couple_matching
from integration.sync.results import label_of
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Counters, Options, Scope
from integration.systems.values import Side


def make_plan(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """Fill the plan with what this job's pass, or its matching, would do."""
    rule = build_rule(job.mapping, connected.erp, connected.crm)
    matches = job.direction == Direction.BOTH
    counters = (_plan_matching if matches else _plan_pass)(job, journal, connected, rule)
    name_rows(job, connected, rule)
    return counters


def _plan_matching(job: SyncJob, journal: JobJournal, connected: Connected, rule: TableRule) -> Counters:
    options = job.run_options
    ledger: Any = PlanLedger(job, journal)
    return couple_matching(
        rule,
        job.mapping.criteria(),
        connected.erp,
        connected.crm,
        ledger,
        PlanJournal(job, journal),
        ids=options.ids if options.scope is Scope.IDS else None,
        side=options.of,
        create_unmatched=options.create,
        winner=options.winner,
    )


def _plan_pass(job: SyncJob, journal: JobJournal, connected: Connected, rule: TableRule) -> Counters:
    direction = Direction(job.direction)
    ledger: Any = PlanLedger(job, journal)
    options = _wanted(job, connected, ledger)
    source, destination = connected.source_and_destination(direction)
    cursor = None if options.scope is Scope.EVERYTHING else getattr(job.mapping, f"{direction.source}_cursor") or None
    actions = plan(rule, direction, source, destination, ledger, cursor, options, connected.context)
    preview = SecondPassPreview(job, rule, connected, ledger, options)
    return _keep(job, journal, preview, rule, actions)


def _wanted(job: SyncJob, connected: Connected, ledger: Any) -> Options:
    """Behind the matching of this plan: the pairs it would make, and where the rest is created what would have none."""
    options, direction = job.run_options, Direction(job.direction)
    if options.scope is not Scope.COUPLED:
        return options
    ids = ledger.planned(direction.source)
    if options.create:
        ids += free_records(job.mapping, direction, connected, ledger)
    return replace(options, scope=Scope.IDS, ids=tuple(dict.fromkeys(ids)))


def _keep(
    job: SyncJob, journal: JobJournal, preview: SecondPassPreview, rule: TableRule, actions: Iterator[Action]
) -> Counters:
    """Write the actions into the plan, page by page, those of the second pass along with the first where they can only
    be seen there."""
    direction = Direction(job.direction)
    total = counters_of(kind for (kind,) in preview.planned_early().values_list("action").iterator())
    journal.note(total, preview.planned_early().count())
    while chunk := list(islice(actions, AT_ONCE)):
        journal.go_on()
        early = rows_of(job, direction.back, rule, preview.plan_early(chunk))
        chunk = preview.without_planned(chunk)
        rows = rows_of(job, direction, rule, chunk)
        counters = counters_of(row.action for row in rows)
        counters.unchanged = sum(isinstance(action, Unchanged) for action in chunk)
        with preview.ledger.page():
            PlannedChange.objects.bulk_create([*rows, *early])
            journal.note(counters, len(rows) + counters.unchanged)
        total.add(counters)
    return total


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


def name_rows(job: SyncJob, connected: Connected, rule: TableRule) -> None:
    """Say which records the rows of this job's mapping are about: as Business Central calls them, else as Sales does,
    else by their id. Raises ``ConnectionProblem``."""
    rows = PlannedChange.objects.filter(plan=job.plan, mapping=job.mapping, label="").order_by("pk")
    while chunk := list(rows[:AT_ONCE]):
        names = {**_names(connected, rule, Side.CRM, chunk), **_names(connected, rule, Side.ERP, chunk)}
        for row in chunk:
            row.label = names.get(row.pk, "")[:LABEL] or str(row.erp_id or row.crm_id or "All records")
        PlannedChange.objects.bulk_update(chunk, ["label"])


def _names(connected: Connected, rule: TableRule, side: Side, rows: list[PlannedChange]) -> dict[int, str]:
    """By row: what the record of this side is called."""
    table, system = rule.table(side), connected.system(side)
    ids: dict[int, uuid.UUID] = {row.pk: id for row in rows if (id := getattr(row, f"{side}_id")) is not None}
    columns = list(dict.fromkeys(name for name in (table.number_field, table.name_field) if name))
    found = system.get(table.name, list(ids.values()), columns or list(rule.columns(side))) if ids else {}
    return {pk: label_of(table, found[id]) for pk, id in ids.items() if id in found}
