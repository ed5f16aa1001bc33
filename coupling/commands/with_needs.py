"""Have done what comes first: couple what is the same beyond doubt, create the rest, one job behind the other.

What is coupled and the jobs are there together or not at all: a process that is killed on the way leaves nothing half
done, and whoever asks once more finds the jobs of the first time.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from django.db import transaction

from coupling.commands.checks import options_for
from coupling.commands.couple_records import check_each, couple_each
from coupling.commands.create_records import create
from coupling.commands.synchronize_now import PASSES, synchronize
from coupling.models import CouplingError
from coupling.pages.asking.needs import Need, needs
from coupling.sides import both_opened
from integration import jobs
from integration.models import SyncJob, TableMapping, User
from integration.sync.rules import Direction
from integration.systems.errors import TimedOut
from integration.systems.values import Side
from integration.systems.wording import sentence

TOO_MUCH = (
    "Nothing was done: what these records need first is too much to look up while a page waits. Choose fewer of them "
    "at once, or start a full synchronization, which makes what comes first and then these."
)
Last = Callable[[SyncJob | None], SyncJob]
"""Starts what is behind all the rest, behind this job."""


def create_with_needs(
    mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], user: User | None, *, first: bool
) -> SyncJob:
    """Create the other records of these; with ``first`` behind everything that has to be coupled before. Answers the
    job of these, which waits for the others. Raises :class:`CouplingError` where a person has to couple something."""

    def last(after: SyncJob | None) -> SyncJob:
        return create(mapping, side, ids, user, after=after)

    return _behind(_wanted(mapping, side, ids), last, side, user) if first else last(None)


def synchronize_with_needs(
    mapping: TableMapping, erp_ids: Sequence[uuid.UUID], way: str, user: User | None, *, first: bool
) -> SyncJob:
    """Synchronize coupled records; with ``first`` as ``create_with_needs`` does."""

    def last(after: SyncJob | None) -> SyncJob:
        return synchronize(mapping, erp_ids, way, user, after=after)

    if not first:
        return last(None)
    side = PASSES[way][0].source if way in PASSES else Side.ERP
    pairs = mapping.couplings.pairs(Side.ERP, erp_ids).values()
    return _behind(_wanted(mapping, side, [pair.id(side) for pair in pairs]), last, side, user)


def _wanted(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[Need]:
    """What comes first, looked at so that it can be done. Raises :class:`CouplingError` where it cannot, or where it is
    so much that Sales does not answer in the time of a page."""
    try:
        return _looked_at(mapping, side, ids)
    except TimedOut as late:
        if len(ids) == 1:
            raise
        raise CouplingError(f"{late} {TOO_MUCH}") from late


def _looked_at(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[Need]:
    with both_opened() as connected:
        wanted = needs(connected, mapping, side, ids)
        stuck = next((need for need in wanted if not need.can_be_done), None)
        if stuck is not None:
            has_to_be = f"is {stuck.step}" if stuck.outside else "has to be coupled by a person first"
            raise CouplingError(sentence(f"{stuck.what} {has_to_be}"))
        for each, pairs in _matched(wanted).items():
            check_each(connected, each, pairs)
    return wanted


def _behind(wanted: Sequence[Need], last: Last, side: Side, user: User | None) -> SyncJob:
    """Couple at once what can be, then the jobs of the rest, one behind the other. Answers the last."""
    with transaction.atomic():
        for mapping, pairs in _matched(wanted).items():
            couple_each(mapping, pairs)
        before = _created(side, [need for need in wanted if need.match is None], user)
        if before:
            return last(before[-1])
    return last(None)


def _matched(wanted: Sequence[Need]) -> dict[TableMapping, dict[uuid.UUID, uuid.UUID]]:
    """The pairs that are the same beyond doubt (Business Central id -> Sales id), by mapping."""
    found: dict[TableMapping, dict[uuid.UUID, uuid.UUID]] = {}
    for need in wanted:
        if need.match is not None and need.mapping is not None:
            erp_id, crm_id = (need.id, need.match) if need.side is Side.ERP else (need.match, need.id)
            found.setdefault(need.mapping, {})[erp_id] = crm_id
    return found


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
