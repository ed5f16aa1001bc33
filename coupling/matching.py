"""Match-based coupling for a person: what would be coupled by the mapping's criteria, and having it done."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from coupling import records
from coupling.models import CouplingError
from coupling.sides import both_opened, of
from integration import jobs
from integration.models import SyncJob, TableMapping, User
from integration.models.systems import Connected
from integration.sync.match import preview
from integration.sync.matching import Matched
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options, Scope
from integration.systems.base import Side

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A Business Central record, and the Sales records it matches: one is a pair, several are ambiguous."""

    id: uuid.UUID
    name: str
    others: Sequence[tuple[uuid.UUID, str]] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would find: all of it counted, the first few by name."""

    counts: tuple[int, int, int]
    pairs: Sequence[Found]
    ambiguous: Sequence[Found]
    alone: Sequence[Found]


def previewed(mapping: TableMapping) -> Preview:
    """Look, and couple nothing. Raises ``ConnectionProblem`` (``ConfigurationProblem`` without criteria)."""
    with both_opened() as connected:
        rule = mapping.rule(connected.erp, connected.crm)
        matched = _matched(connected, mapping, rule)
        candidates = {id: [other] for id, other in list(matched.pairs.items())[:SHOWN]}
        unclear = dict(list(matched.ambiguous.items())[:SHOWN])
        alone = matched.alone[:SHOWN]
        ours = _names(connected, rule, Side.ERP, [*candidates, *unclear, *alone])
        theirs = _names(connected, rule, Side.CRM, [id for ids in (candidates | unclear).values() for id in ids])

    def found(id: uuid.UUID, others: Sequence[uuid.UUID] = ()) -> Found:
        return Found(id, ours.get(id, str(id)), [(other, theirs.get(other, str(other))) for other in others])

    return Preview(
        (len(matched.pairs), len(matched.ambiguous), len(matched.alone)),
        [found(id, others) for id, others in candidates.items()],
        [found(id, others) for id, others in unclear.items()],
        [found(id) for id in alone],
    )


def start(mapping: TableMapping, user: User | None, *, synchronize: bool, create: bool) -> SyncJob:
    """Couple what matches, in a job. ``synchronize``: the pairs afterwards; ``create``: the other records of what has
    no match, too. Raises :class:`CouplingError` where there is nothing to do, and ``ConnectionProblem``."""
    with both_opened() as connected:
        matched = _matched(connected, mapping, mapping.rule(connected.erp, connected.crm))
    if not (matched.pairs or matched.ambiguous or matched.alone):
        raise CouplingError("Every record inside the mapping's filter is coupled already.")
    create = create and Direction(mapping.direction).includes(Direction.TO_CRM)
    first = Direction(mapping.direction).passes[0]
    couples = jobs.start(mapping, first, kind=SyncJob.Kind.COUPLE, options=Options(create=create), user=user)
    if synchronize or create:
        _follow(mapping, couples, matched, user, synchronize=synchronize, create=create)
    return couples


def _follow(
    mapping: TableMapping, before: SyncJob, matched: Matched, user: User | None, *, synchronize: bool, create: bool
) -> None:
    """The passes behind a coupling run: only what it has coupled, and what is to be created."""
    for direction in Direction(mapping.direction).passes:
        if direction is Direction.TO_CRM:
            ids = [*(matched.pairs if synchronize else ()), *(matched.alone if create else ())]
        else:
            ids = list(matched.pairs.values()) if synchronize else []
        if ids:
            creates = create and direction is Direction.TO_CRM
            options = Options(scope=Scope.IDS, ids=tuple(ids), create=creates)
            before = jobs.start(mapping, direction, options=options, user=user, after=before)


def _matched(connected: Connected, mapping: TableMapping, rule: TableRule) -> Matched:
    return preview(rule, mapping.criteria(), connected.erp, connected.crm, mapping.couplings)


def _names(connected: Connected, rule: TableRule, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    table = rule.table(side)
    found = of(connected, side).get(table.name, list(dict.fromkeys(ids)), records.read_columns(side, table))
    return {id: records.name_of(side, table, record) for id, record in found.items()}
