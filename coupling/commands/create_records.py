"""Create the other record of uncoupled ones, and couple."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction

from coupling.commands.checks import all_coupled, check_first, check_records, options_for
from coupling.commands.couple_records import uncouple_now
from coupling.models import CouplingError
from coupling.sides import both_opened, opened
from integration import jobs
from integration.connection.document_passes import INVOICE_LINES, INVOICES, ORDERS
from integration.connection.systems import Connected
from integration.models import SyncJob, TableMapping, User
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.values import Side

LINES = {"customer_price_group": ("sales_price", "sales_code")}
"""Table -> the table of its lines, and the field that says whose they are."""


def creatable(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], *, first: bool = False) -> list[uuid.UUID]:
    """Which of these records are free to have their other record made, also because the other one is gone. Nothing is
    changed. A single one is looked at closely; ``first``: what it needs is going to be made before it. Raises
    :class:`CouplingError` where something is in the way, and ``ConnectionProblem``."""
    direction = _creating(mapping, side)
    with both_opened() as connected:
        free = _free(connected, mapping, side, ids)
        if free and len(ids) == 1:
            check_records(connected, mapping, side, ids)
            if not (first or _is_of(mapping, INVOICES)):  # What an invoice needs is made before it.
                check_first(connected, mapping, direction, ids[0])
    return free or all_coupled(mapping, side, ids)


def create(
    mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], user: User | None, *, after: SyncJob | None = None
) -> SyncJob:
    """Make the other record of these, and couple; a coupling whose other record is gone gives way in the same moment.
    ``side`` is where they are; ``after``: not before that job has finished. Raises ``CouplingError`` where they are
    coupled already or the mapping does not go that way, and ``ConnectionProblem``."""
    direction = _creating(mapping, side)
    lost = _lost(mapping, side, ids)
    with transaction.atomic():
        _take_apart(mapping, lost)
        existing = mapping.couplings.pairs(side, ids)
        free = [id for id in ids if id not in existing or existing[id].state is not State.COUPLED]
        free = free or all_coupled(mapping, side, ids)
        if _is_of(mapping, INVOICES):
            return jobs.create_invoices(free, user=user)
        job = jobs.start(mapping, direction, options=options_for(free, create=True, force=True), user=user, after=after)
        if side is Side.ERP:
            _lines_too(mapping, free, job, user)
    return job


def _creating(mapping: TableMapping, side: Side) -> Direction:
    direction = Direction.away_from(side)
    if not Direction(mapping.direction).includes(direction):
        raise CouplingError(f"{mapping.name} does not create records in this direction.")
    if mapping.internal:
        raise CouplingError(f"A flow makes the records of {mapping.name} by itself.")
    if _is_of(mapping, ORDERS):
        raise CouplingError("No order is made in Dynamics 365 Sales: orders are made of those submitted there.")
    if _is_of(mapping, INVOICE_LINES):
        raise CouplingError("No line is made alone: the lines of an invoice are made with it.")
    return direction


def _is_of(mapping: TableMapping, tables: tuple[str, str]) -> bool:
    return (mapping.erp_table, mapping.crm_table) == tables


def _lines_too(mapping: TableMapping, ids: Sequence[uuid.UUID], job: SyncJob, user: User | None) -> None:
    """A new price list is nothing without its prices: they follow in a job of their own."""
    table, field = LINES.get(mapping.erp_table, ("", ""))
    lines = TableMapping.objects.filter(erp_table=table).first() if table else None
    if lines is None:
        return
    with opened(Side.ERP) as erp:
        found = [record.id for record in every(erp, table, OneOf(field, tuple(ids)))]
    if found:
        jobs.start(lines, Direction.TO_CRM, options=options_for(found, create=True), user=user, after=job)


def _free(connected: Connected, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    pairs = _coupled(mapping, side, ids)
    lost = _without_other(connected, mapping, side, pairs)
    return [id for id in ids if id not in pairs or id in lost]


def _lost(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[Pair]:
    """The pairs of these whose other record is gone; no side is asked where none of them is coupled."""
    pairs = _coupled(mapping, side, ids)
    if not pairs:
        return []
    with both_opened() as connected:
        return list(_without_other(connected, mapping, side, pairs).values())


def _coupled(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Pair]:
    pairs = mapping.couplings.pairs(side, ids)
    return {id: pair for id, pair in pairs.items() if pair.state is State.COUPLED}


def _without_other(
    connected: Connected, mapping: TableMapping, side: Side, pairs: Mapping[uuid.UUID, Pair]
) -> dict[uuid.UUID, Pair]:
    twins = [pair.id(side.other) for pair in pairs.values()]
    there = connected.system(side.other).get(mapping.table(side.other), twins, []) if twins else {}
    return {id: pair for id, pair in pairs.items() if pair.id(side.other) not in there}


def _take_apart(mapping: TableMapping, pairs: Sequence[Pair]) -> None:
    """Whoever has coupled one of them with another record meanwhile has made another pair of it, which stays."""
    if pairs:
        rows = mapping.couplings.select_for_update().filter(pk__in=[one.stored_as for one in pairs])
        uncouple_now(mapping, list(rows.values_list("erp_id", flat=True)))
