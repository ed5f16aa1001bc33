"""Synchronize coupled records now: which ways there are, and a dry run of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from coupling.commands.checks import check_first, options_of_pairs
from coupling.models import CouplingError
from coupling.pages.records import mapped_pairs
from coupling.sides import both_opened
from integration import jobs
from integration.models import Plan, SyncJob, TableMapping, User
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction
from integration.systems.values import Side

SEND, GET, MERGE = "send", "get", "merge"
CAPTIONS = {
    SEND: "Send: Business Central's values to Sales",
    GET: "Get: Sales' values to Business Central",
    MERGE: "Merge: what each side changed",
}
PASSES = {SEND: (Direction.TO_CRM,), GET: (Direction.TO_ERP,), MERGE: (Direction.TO_CRM, Direction.TO_ERP)}


def synchronize(
    mapping: TableMapping,
    erp_ids: Sequence[uuid.UUID],
    way: str,
    user: User | None,
    *,
    after: SyncJob | None = None,
) -> SyncJob:
    """Synchronize coupled records now: ``send`` (Business Central's values), ``get`` (Sales' values) or ``merge``.
    Skipped ones are tried again. ``after``: not before that job, which makes what they need, has finished. Answers the
    first job. Raises :class:`CouplingError` and ``ConnectionProblem``."""
    pairs = [one for one in mapping.couplings.pairs(Side.ERP, erp_ids).values() if one.state is not State.RESERVED]
    if not pairs:
        raise CouplingError("Nothing of this is coupled.")
    if mapping.internal:
        raise CouplingError(f"A flow makes the records of {mapping.name} by itself. Retry tries them again.")
    wanted = [one for one in PASSES.get(way, ()) if Direction(mapping.direction).includes(one)]
    if not wanted:
        raise CouplingError(f"{mapping.name} does not synchronize this way.")
    if len(pairs) == 1 and after is None:
        with both_opened() as connected:
            check_first(connected, mapping, wanted[0], pairs[0].id(wanted[0].source))
    mapping.couplings.retry([one.erp_id for one in pairs])
    return _start(mapping, pairs, wanted, user, after, decided=way != MERGE)


def _start(
    mapping: TableMapping,
    pairs: Sequence[Pair],
    wanted: Sequence[Direction],
    user: User | None,
    after: SyncJob | None,
    *,
    decided: bool,
) -> SyncJob:
    """One pass behind the other; answers the first."""
    started: list[SyncJob] = []
    for direction in wanted:
        winner = direction.source if decided else None
        options = options_of_pairs(pairs, direction.source, force=decided, winner=winner)
        before = started[-1] if started else after
        started.append(jobs.start(mapping, direction, options=options, user=user, after=before))
    return started[0]


def ways(mapping: TableMapping) -> list[tuple[str, str]]:
    """The ways a record of this mapping can be synchronized now, with their captions."""
    offered = {Direction.TO_CRM: [SEND], Direction.TO_ERP: [GET], Direction.BOTH: [MERGE, SEND, GET]}
    return [(way, CAPTIONS[way]) for way in offered[Direction(mapping.direction)]]


def plans(side: Side, mappings: Sequence[TableMapping], ids: Sequence[uuid.UUID], user: User | None) -> list[Plan]:
    """Dry runs with these records of one side, coupled or not: one for each mapping that has some of them. Raises
    :class:`CouplingError`."""
    found = mapped_pairs(side, mappings, ids)
    wanted: dict[TableMapping, list[uuid.UUID]] = {}
    for id in ids:
        # What nobody knows yet is the first mapping's that takes part.
        mapping = found[id][0] if id in found else next(iter(wanted), mappings[0] if mappings else None)
        if mapping is None:
            raise CouplingError("These records are in no mapping.")
        wanted.setdefault(mapping, []).append(id)
    try:
        return [_plan(mapping, side, held, user) for mapping, held in wanted.items()]
    except jobs.plans.PlanError as problem:
        raise CouplingError(str(problem)) from problem


def _plan(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], user: User | None) -> Plan:
    pairs = mapping.couplings.pairs(side, ids)
    here = Direction.away_from(side)
    wanted = {here: list(ids)}
    wanted[here.back] = [one.id(side.other) for one in pairs.values() if one.state is not State.RESERVED]
    passes = Direction(mapping.direction).passes
    return jobs.plans.plan_mapping(mapping, user, ids={way: wanted[way] for way in passes})
