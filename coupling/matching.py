"""Match-based coupling for a person: what would be coupled by the mapping's criteria, and having it done."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from coupling import records
from coupling.models import CouplingError
from coupling.sides import both_opened, of
from integration import jobs
from integration.models import SyncJob, TableMapping, User
from integration.models.systems import Connected
from integration.sync.ledger import State
from integration.sync.match import preview
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


def previewed(mapping: TableMapping, ids: Sequence[uuid.UUID] = ()) -> Preview:
    """Look, and couple nothing; at everything, or at these Business Central records. Raises ``ConnectionProblem``
    (``ConfigurationProblem`` without criteria)."""
    with both_opened() as connected:
        rule = mapping.rule(connected.erp, connected.crm)
        matched = preview(rule, mapping.criteria(), connected.erp, connected.crm, mapping.couplings, ids or None)
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


def start(
    mapping: TableMapping,
    user: User | None,
    *,
    ids: Sequence[uuid.UUID] = (),
    synchronize: bool = False,
    create: bool = False,
) -> SyncJob:
    """Couple what matches, in a job: everything, or only these Business Central records. ``synchronize``: the pairs
    afterwards; ``create``: that too, and the other records of what has no match. Raises :class:`CouplingError` where
    there is nothing to do."""
    if not mapping.criteria():
        raise CouplingError(f"{mapping.name} has no matching criteria; choose at least one field.")
    if ids and not (ids := _free(mapping, ids)):
        raise CouplingError("All of these are coupled already.")
    create = create and Direction(mapping.direction).includes(Direction.TO_CRM)
    scope = Scope.IDS if ids else Scope.EVERYTHING
    options = Options(scope=scope, ids=tuple(ids), create=create, follow=synchronize or create)
    first = Direction(mapping.direction).passes[0]
    couples = jobs.start(mapping, first, kind=SyncJob.Kind.COUPLE, options=options, user=user)
    if options.follow:
        _follow(mapping, couples, options, user)
    return couples


def _follow(mapping: TableMapping, before: SyncJob, options: Options, user: User | None) -> None:
    """The passes behind a coupling run: they take what it left open, and create the rest where that is wanted."""
    for direction in Direction(mapping.direction).passes:
        creates = options.create and direction is Direction.TO_CRM
        taken = replace(options, follow=False) if creates else Options(scope=Scope.OPEN)
        before = jobs.start(mapping, direction, options=taken, user=user, after=before)


def _free(mapping: TableMapping, ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    known = mapping.couplings.partners(Side.ERP, ids)
    return [id for id in ids if id not in known or known[id].state is State.RESERVED]


def _names(connected: Connected, rule: TableRule, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    table = rule.table(side)
    found = of(connected, side).get(table.name, list(dict.fromkeys(ids)), records.read_columns(side, table))
    return {id: records.name_of(side, table, record) for id, record in found.items()}
