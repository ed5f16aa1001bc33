"""Dry runs that are kept and applied later: making them, and having them done.

A dry run is made by jobs like any other run, but through a ledger that writes what would be remembered into the plan,
and a journal that writes what would be noted there, too. Nothing reaches either system. Records that earlier steps of
the same plan would make count as coupled, so that a plan of everything does not show everything as waiting.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from integration.jobs.create import Person, create
from integration.jobs.full_synch import dependencies, directions
from integration.models import FullSynchLine, Plan, PlannedChange, SyncJob, TableMapping, User
from integration.models.jobs.full_synch import FullSynchError
from integration.models.jobs.plan import APPLICABLE, PlannedChangeQuerySet
from integration.models.stored.audit import AuditEntry, record, somebody_acts
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope

Ids = Mapping[Direction, Sequence[uuid.UUID]]

NOT_NOW = "This plan cannot be applied: it is too old, not ready, or somebody has applied it already."

SECOND_ROUND = (
    "Not shown: what a table gives to records of an earlier one (a new contact becomes the primary contact of its "
    "customer) goes over at the end of the full synchronization, in a second round over just those records; after an "
    "applied dry run the next runs carry it."
)


class PlanError(Exception):
    """A plan cannot be made or applied; the message says why."""


def plan_mapping(mapping: TableMapping, user: Person = None, *, ids: Ids | None = None) -> Plan:
    """What the next run of this mapping would do; with ``ids`` what Synchronize Now would do with these source
    records, by direction."""
    with transaction.atomic():
        plan = _new(mapping.name if ids is None else _number_of(mapping, ids), user)
        last: SyncJob | None = None
        for direction in directions(mapping):
            if ids is not None and not ids.get(direction):
                continue
            options = Options(dry_run=True)
            if ids is not None:
                options = Options(scope=Scope.IDS, ids=tuple(ids[direction]), create=True, dry_run=True)
            last = create(mapping, direction, kind=SyncJob.Kind.PLAN, options=options, user=user, after=last, plan=plan)
        if last is None:
            raise PlanError(f"{mapping.name} has nothing to synchronize.")
    return plan


def plan_matching(mapping: TableMapping, user: Person = None, *, options: Options) -> Plan:
    """What a matching run with these options would couple, and what the passes behind it would do. Raises
    ``PlanError`` without criteria."""
    if not mapping.criteria():
        raise PlanError(f"{mapping.name} has no matching criteria; choose at least one field.")
    options = replace(options, dry_run=True)
    with transaction.atomic():
        plan = _new(f"matching {mapping.name}", user)
        kind = SyncJob.Kind.PLAN
        last = create(mapping, Direction.BOTH, kind=kind, options=options, user=user, plan=plan)
        for direction in directions(mapping):
            behind = options.behind_matching(direction)
            last = create(mapping, direction, kind=kind, options=behind, user=user, after=last, plan=plan)
    return plan


def plan_full(user: Person = None) -> Plan:
    """What a full synchronization would do, line after line in the order of their dependencies. Raises ``PlanError``
    where there is no line left to start."""
    nothing = FullSynchLine.Recommendation.NONE
    lines = [line for line in _in_order() if line.recommendation != nothing and not line.status]
    if not lines:
        raise PlanError("There is no line left to start. Reset starts over.")
    with transaction.atomic():
        plan = _new("the full synchronization", user)
        last: SyncJob | None = None
        for line in lines:
            last = _plan_line(plan, line, user, last)
    return plan


def unshown(plan: Plan) -> str:
    """What the run would do and this dry run does not show, in words; blank: nothing. A round over what tables owe each
    other begins from what was written, and here nothing is."""
    mappings = plan.jobs.filter(kind=SyncJob.Kind.PLAN).order_by().values("mapping").distinct()
    return SECOND_ROUND if mappings.count() > 1 else ""


def apply(plan: Plan, user: Person = None) -> list[SyncJob]:
    """Carry the plan out, by jobs, for exactly its records. What has changed since is planned anew instead. Raises
    ``PlanError`` where it is too old, not ready, or somebody else applies it."""
    with transaction.atomic():
        if not plan.take(user.pk if isinstance(user, User) else None):
            raise PlanError(NOT_NOW)
        record(AuditEntry.Action.STARTED, "dry run, applied", plan.title, after={"plan": plan.pk})
        last: SyncJob | None = None
        started = []
        for mapping_id, direction in _steps(plan):
            mapping = TableMapping.objects.get(pk=mapping_id)
            last = create(
                mapping, Direction(direction), kind=SyncJob.Kind.APPLY,
                options=Options(scope=Scope.IDS, create=True, approved=True), user=user, after=last, plan=plan,
            )  # fmt: skip
            started.append(last)
        if not started:
            plan.finish()
    return started


def on_job_ended(job: SyncJob) -> None:
    """A job of a plan has ended: is the plan ready, broken, or carried out?"""
    plan = job.plan
    if plan is None or plan.jobs.filter(status__in=SyncJob.ACTIVE, kind=job.kind).exists():
        return
    unfinished = plan.jobs.filter(kind=job.kind).exclude(status=SyncJob.Status.FINISHED).first()
    if job.kind == SyncJob.Kind.PLAN:
        if unfinished is None:
            plan.ready()
        else:
            plan.fail(f"{unfinished}: {unfinished.message}")
    elif plan.finish() if unfinished is None else plan.stop(f"{unfinished}: {unfinished.message}"):
        _plan_anew(plan)


def _number_of(mapping: TableMapping, ids: Ids) -> str:
    """Both records of a pair are one."""
    number = max((len(each) for each in ids.values()), default=0)
    return f"{number} {'record' if number == 1 else 'records'} of {mapping.name}"


def _new(title: str, user: Person) -> Plan:
    plan = Plan.objects.create(title=title, created_by=user if isinstance(user, User) else None)
    if somebody_acts():
        record(AuditEntry.Action.STARTED, "dry run", title, after={"plan": plan.pk})
    return plan


def _in_order() -> list[FullSynchLine]:
    """Every line behind those it depends on."""
    lines = list(FullSynchLine.objects.select_related("mapping").order_by("mapping__position"))
    placed: list[FullSynchLine] = []
    while len(placed) < len(lines):
        ready = [one for one in lines if one not in placed and all(d in placed for d in dependencies(one, lines))]
        if not ready:
            raise PlanError("The lines of the full synchronization depend on each other in a circle.")
        placed += ready
    return placed


def _plan_line(plan: Plan, line: FullSynchLine, user: Person, last: SyncJob | None) -> SyncJob | None:
    mapping, matches = line.mapping, line.recommendation == FullSynchLine.Recommendation.COUPLE
    creates = line.create_unmatched or not matches
    options = Options(scope=Scope.EVERYTHING, create=creates, dry_run=True)
    if matches and mapping.criteria():
        matching = replace(options, winner=line.winning_side)
        last = create(
            mapping, Direction.BOTH, kind=SyncJob.Kind.PLAN, options=matching, user=user, after=last, plan=plan
        )
    for direction in directions(mapping):
        last = create(mapping, direction, kind=SyncJob.Kind.PLAN, options=options, user=user, after=last, plan=plan)
    return last


def _steps(plan: Plan) -> list[tuple[int, str]]:
    """(mapping, direction) of everything there is to do, in the order it was planned."""
    wanted = plan.changes.filter(action__in=(*APPLICABLE, PlannedChange.Action.COUPLE)).order_by("pk")
    return list(dict.fromkeys(wanted.values_list("mapping_id", "direction").iterator()))


def _plan_anew(plan: Plan) -> None:
    """A plan of its own for each mapping with records that have changed since the first one was made."""
    changed = plan.changes.filter(outcome=PlannedChange.Outcome.CHANGED)
    for mapping in TableMapping.objects.filter(pk__in=changed.values("mapping")):
        ours = changed.filter(mapping=mapping)
        ids = {way: _sources(ours, way) for way in Direction(mapping.direction).passes}
        if any(ids.values()):
            anew = plan_mapping(mapping, plan.applied_by, ids=ids)
            Plan.objects.filter(pk=anew.pk).update(follows=plan)


def _sources(changes: PlannedChangeQuerySet, direction: Direction) -> list[uuid.UUID]:
    rows = changes.filter(direction=direction.value)
    return [id for id in rows.values_list(f"{direction.source}_id", flat=True) if id is not None]


__all__ = [
    "FullSynchError",
    "PlanError",
    "apply",
    "on_job_ended",
    "plan_full",
    "plan_mapping",
    "plan_matching",
    "unshown",
]
