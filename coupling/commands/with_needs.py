"""Have done what comes first: couple what is the same beyond doubt, create the rest, one job behind the other."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from coupling.commands.checks import options_for
from coupling.commands.couple_records import couple
from coupling.commands.create_records import create
from coupling.commands.synchronize_now import PASSES, synchronize
from coupling.models import CouplingError
from coupling.pages.asking.needs import Need, needs
from coupling.sides import both_opened
from integration import jobs
from integration.models import SyncJob, TableMapping, User
from integration.sync.rules import Direction
from integration.systems.values import Side


def create_with_needs(
    mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], user: User | None, *, first: bool
) -> SyncJob:
    """Create the other records of these; with ``first`` behind everything that has to be coupled before. Answers the
    first job, which the others follow. Raises :class:`CouplingError` where a person has to couple something."""
    before = _done_first(mapping, side, ids, user) if first else []
    last = create(mapping, side, ids, user, after=before[-1] if before else None)
    return before[0] if before else last


def synchronize_with_needs(
    mapping: TableMapping, erp_ids: Sequence[uuid.UUID], way: str, user: User | None, *, first: bool
) -> SyncJob:
    """Synchronize coupled records; with ``first`` as ``create_with_needs`` does."""
    if not first:
        return synchronize(mapping, erp_ids, way, user)
    side = PASSES[way][0].source if way in PASSES else Side.ERP
    pairs = mapping.couplings.pairs(Side.ERP, erp_ids).values()
    before = _done_first(mapping, side, [pair.id(side) for pair in pairs], user)
    last = synchronize(mapping, erp_ids, way, user, after=before[-1] if before else None)
    return before[0] if before else last


def _done_first(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], user: User | None) -> list[SyncJob]:
    """Couple what can be coupled at once; the jobs of the rest, one behind the other."""
    with both_opened() as connected:
        wanted = needs(connected, mapping, side, ids)
    stuck = next((need for need in wanted if not need.can_be_done), None)
    if stuck is not None:
        raise CouplingError(f"{stuck.what} has to be coupled by a person first.")
    for need in wanted:
        if need.match is not None and need.mapping is not None:
            _couple(need, need.mapping, need.match)
    return _created(side, [need for need in wanted if need.match is None], user)


def _couple(need: Need, mapping: TableMapping, match: uuid.UUID) -> None:
    erp_id, crm_id = (need.id, match) if need.side is Side.ERP else (match, need.id)
    couple(mapping, erp_id, crm_id)


def _created(side: Side, wanted: Sequence[Need], user: User | None) -> list[SyncJob]:
    """One job a mapping, in the order in which the mappings need each other."""
    started: list[SyncJob] = []
    for mapping in TableMapping.objects.prioritized():
        ids = list(dict.fromkeys(need.id for need in wanted if need.mapping == mapping))
        if ids:
            options = options_for(ids, create=True, force=True)
            before = started[-1] if started else None
            started.append(jobs.start(mapping, Direction.away_from(side), options=options, user=user, after=before))
    return started
