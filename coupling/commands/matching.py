"""Match-based coupling for a person: have it done, by jobs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from coupling.commands.checks import all_coupled
from coupling.models import CouplingError
from integration import jobs
from integration.mappings.flows import creates
from integration.models import Plan, SyncJob, TableMapping, User
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Side


def start(
    mapping: TableMapping,
    user: User | None,
    *,
    ids: Sequence[uuid.UUID] = (),
    side: Side = Side.ERP,
    synchronize: bool = False,
    create: bool = False,
    winner: Side | None = None,
) -> SyncJob:
    """Couple what matches, in a job: everything, or only these records of a side. ``synchronize``: the pairs
    afterwards; ``create``: that too, and the other records of what has no match. ``winner``: the side whose values go
    over where both records of a pair hold something different. Raises :class:`CouplingError` where
    there is nothing to do."""
    options = _options(mapping, ids, side, create, winner)
    first = Direction(mapping.direction).passes[0]
    couples = jobs.start(mapping, first, kind=SyncJob.Kind.COUPLE, options=options, user=user)
    if synchronize or create:
        _follow(mapping, couples, options, user)
    return couples


def plan(
    mapping: TableMapping,
    user: User | None,
    *,
    ids: Sequence[uuid.UUID] = (),
    side: Side = Side.ERP,
    create: bool = False,
    winner: Side | None = None,
) -> Plan:
    """A dry run of the same: what would be coupled, and what the passes behind it would write. Raises as ``start``."""
    try:
        return jobs.plans.plan_matching(mapping, user, options=_options(mapping, ids, side, create, winner))
    except jobs.plans.PlanError as problem:
        raise CouplingError(str(problem)) from problem


def _options(mapping: TableMapping, ids: Sequence[uuid.UUID], side: Side, create: bool, winner: Side | None) -> Options:
    if not mapping.criteria():
        raise CouplingError(f"{mapping.name} has no matching criteria; choose at least one field.")
    if ids:
        ids = _free(mapping, side, ids) or all_coupled(mapping, side, ids)
    create = create and side is Side.ERP and creates(mapping, Direction.TO_CRM)
    scope = Scope.IDS if ids else Scope.EVERYTHING
    return Options(scope=scope, ids=tuple(ids), create=create, winner=winner, of=side if ids else Side.ERP)


def _follow(mapping: TableMapping, before: SyncJob, options: Options, user: User | None) -> None:
    """The passes behind a coupling run: they take the pairs it has made, and create the rest where that is wanted."""
    for direction in Direction(mapping.direction).passes:
        before = jobs.start(mapping, direction, options=options.behind_matching(direction), user=user, after=before)


def _free(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    existing = mapping.couplings.pairs(side, ids)
    return [id for id in ids if id not in existing or existing[id].state is State.RESERVED]
