"""Couple and uncouple: the records stay as they are."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction

from coupling.commands.already import MEANWHILE, coupled_of
from coupling.commands.checks import check_held, check_records, coupled_with, options_of_pairs
from coupling.ledger import COUPLED_ELSEWHERE
from coupling.models import CouplingError
from coupling.pages.records import mapped_pairs
from coupling.sides import both_opened
from integration import jobs
from integration.connection.systems import Connected
from integration.models import SyncJob, TableMapping, User
from integration.models.stored.audit import AuditEntry, record
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Side, split_option_table

COUPLING, ERP_ID, CRM_ID = "coupling", "Business Central id", "Dynamics 365 Sales id"
WITH_COMPANY = {
    "account", "contact", "product", "productpricelevel", "opportunity", "invoice", "salesorder",
}  # fmt: skip
"""Sales tables with a column that says whose record it is; uncoupling empties it, so that takes a job."""


def couple(mapping: TableMapping, erp_id: uuid.UUID, crm_id: uuid.UUID, seen: uuid.UUID | None = None) -> bool:
    """Couple two records that exist, both inside the mapping's filters, the Sales one free. ``seen``: what the
    Business Central record was coupled with when the person decided. Answers whether anything changed; raises
    :class:`CouplingError` and ``ConnectionProblem``."""
    now = coupled_with(mapping, erp_id)
    if now == crm_id:
        return False
    if now != seen:
        raise _changed_meanwhile(mapping, erp_id)
    with both_opened() as connected:
        check_records(connected, mapping, Side.ERP, [erp_id])
        check_records(connected, mapping, Side.CRM, [crm_id])

        def alive(side: Side, id: uuid.UUID) -> bool:
            return id in connected.system(side).get(mapping.table(side), [id], [])

        check_held(mapping, Side.ERP, [erp_id])
        check_held(mapping, Side.CRM, [crm_id])
        _check_free(mapping, crm_id, alive)
        with transaction.atomic():
            if coupled_with(mapping, erp_id) != now:
                raise _changed_meanwhile(mapping, erp_id)
            # The old pair goes as with Delete Coupling: its contacts do not stay with the people of another firm.
            mapping.couplings.uncouple([erp_id] if now else [], connected.erp, connected.crm)
            mapping.couplings.couple(erp_id, crm_id, alive=alive)
    before = {CRM_ID: now} if now else {}
    record(AuditEntry.Action.COUPLED, COUPLING, mapping, before, {ERP_ID: erp_id, CRM_ID: crm_id})
    return True


def _changed_meanwhile(mapping: TableMapping, erp_id: uuid.UUID) -> CouplingError:
    """Somebody else has coupled the record with another one, or deleted its coupling."""
    if coupled_with(mapping, erp_id) is None:
        return CouplingError(COUPLED_ELSEWHERE)
    return coupled_of(mapping, Side.ERP, [erp_id], MEANWHILE, "Look at it again.")


def _check_free(mapping: TableMapping, crm_id: uuid.UUID, alive: Callable[[Side, uuid.UUID], bool]) -> None:
    """A record of Sales that is coupled is not taken from its other record, as long as that exists."""
    holder = mapping.couplings.pairs(Side.CRM, [crm_id]).get(crm_id)
    if holder is not None and holder.state is State.COUPLED and alive(Side.ERP, holder.erp_id):
        raise coupled_of(mapping, Side.CRM, [crm_id])


def check_each(connected: Connected, mapping: TableMapping, pairs: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """May each of these pairs (Business Central id -> Sales id) be coupled? Raises as ``couple``."""
    for side, ids in ((Side.ERP, list(pairs)), (Side.CRM, list(pairs.values()))):
        check_records(connected, mapping, side, ids)
        check_held(mapping, side, ids)


def couple_each(mapping: TableMapping, pairs: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """Couple these free records, all or none. Raises :class:`CouplingError` where one is not free any more."""
    with transaction.atomic():
        mapping.couplings.couple_each(pairs)
        for erp_id, crm_id in pairs.items():
            record(AuditEntry.Action.COUPLED, COUPLING, mapping, {}, {ERP_ID: erp_id, CRM_ID: crm_id})


def uncouple(mapping: TableMapping, pairs: Sequence[Pair], user: User | None) -> SyncJob | int:
    """Remove these couplings and no later ones of their records; the records stay. Answers the job that does it, or how
    many are gone already."""
    if split_option_table(mapping.crm_table)[0] not in WITH_COMPANY:
        return uncouple_now(mapping, [pair.erp_id for pair in pairs])
    return _uncoupling(mapping, options_of_pairs(pairs, Side.ERP), user)


def uncouple_all(mapping: TableMapping, user: User | None) -> SyncJob | int:
    """Remove every coupling that the mapping has now, as ``uncouple`` does."""
    if split_option_table(mapping.crm_table)[0] not in WITH_COMPANY:
        return uncouple_now(mapping, list(mapping.couplings.values_list("erp_id", flat=True)))
    return _uncoupling(mapping, Options(scope=Scope.EVERYTHING, newest=mapping.couplings.newest()), user)


def uncouple_inline(mapping: TableMapping, erp_ids: Sequence[uuid.UUID], connected: Connected) -> int:
    """Remove couplings in this process; the pairs of contacts that belong to a pair of firms go with it. Answers how
    many are gone."""
    return uncouple_now(mapping, erp_ids, connected)


def uncouple_now(mapping: TableMapping, erp_ids: Sequence[uuid.UUID], connected: Connected | None = None) -> int:
    """Here and now: no record has to be written for it."""
    both = (connected.erp, connected.crm) if connected is not None else ()
    number = int(mapping.couplings.uncouple(erp_ids, *both))
    ids = ", ".join(str(id) for id in erp_ids)
    record(AuditEntry.Action.UNCOUPLED, COUPLING, mapping, {ERP_ID: ids}, {"couplings": number})
    return number


def _uncoupling(mapping: TableMapping, options: Options, user: User | None) -> SyncJob:
    direction = Direction(mapping.direction).passes[0]
    return jobs.start(mapping, direction, kind=SyncJob.Kind.UNCOUPLE, options=options, user=user)


def coupled(side: Side, mappings: Sequence[TableMapping], ids: Sequence[uuid.UUID]) -> dict[TableMapping, list[Pair]]:
    """The pairs these records are in, by mapping. Raises :class:`CouplingError` where none is in any."""
    found: dict[TableMapping, list[Pair]] = {}
    for mapping, pair in mapped_pairs(side, mappings, ids).values():
        if pair.state is not State.RESERVED:
            found.setdefault(mapping, []).append(pair)
    if not found:
        raise CouplingError("This record is not coupled." if len(ids) == 1 else "None of these is coupled.")
    return found
