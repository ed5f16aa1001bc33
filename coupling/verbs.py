"""What people do with couplings: couple, uncouple, create the other record, synchronize now.

Every verb checks first and says in words what is in the way; running is left to the jobs.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import NoReturn

from django.db import transaction

from coupling.cards import passes
from coupling.compare import Missing, missing_first
from coupling.models import CouplingError
from coupling.records import known_of
from coupling.sides import both_opened, of, opened
from integration import jobs
from integration.models import Plan, SyncJob, TableMapping, User
from integration.models.audit import AuditEntry, record
from integration.models.ends import NAMES
from integration.models.systems import Connected
from integration.sync.ledger import Partner, State
from integration.sync.marks import is_marked
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.base import Side, System, Table, every
from integration.systems.filters import OneOf

SEND, GET, MERGE = "send", "get", "merge"
CAPTIONS = {
    SEND: "Send: Business Central's values to Sales",
    GET: "Get: Sales' values to Business Central",
    MERGE: "Merge: what each side changed",
}
PASSES = {SEND: (Direction.TO_CRM,), GET: (Direction.TO_ERP,), MERGE: (Direction.TO_CRM, Direction.TO_ERP)}
LINES = {"customer_price_group": ("sales_price", "sales_code")}
"""Table -> the table of its lines, and the field that says whose they are."""
COUPLING, ERP_ID, CRM_ID = "coupling", "Business Central id", "Dynamics 365 Sales id"
WITH_COMPANY = {
    "account", "contact", "product", "productpricelevel", "opportunity", "invoice", "salesorder",
}  # fmt: skip
"""Sales tables with a column that says whose record it is; uncoupling empties it, so that takes a job."""


class Blocked(CouplingError):
    """Something has to be coupled first; ``missing`` says what and where."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(missing.message)
        self.missing = missing


# --- couple and uncouple -------------------------------------------------------------------------------------


def couple(mapping: TableMapping, erp_id: uuid.UUID, crm_id: uuid.UUID, seen: uuid.UUID | None = None) -> bool:
    """Couple two records that exist, both inside the mapping's filters, the Sales one free. ``seen``: what the
    Business Central record was coupled with when the person decided. Answers whether anything changed; raises
    :class:`CouplingError` and ``ConnectionProblem``."""
    now = _coupled(mapping, erp_id)
    if now == crm_id:
        return False
    if now != seen:
        raise CouplingError("Somebody else has changed this record's coupling meanwhile. Look at it again.")
    with both_opened() as connected:
        _check(connected, mapping, Side.ERP, erp_id)
        _check(connected, mapping, Side.CRM, crm_id)

        def alive(side: Side, id: uuid.UUID) -> bool:
            return id in of(connected, side).get(_table(mapping, side), [id], [])

        _check_held(mapping, erp_id, crm_id)
        with transaction.atomic():
            # The old pair goes as with Delete Coupling: its contacts do not stay with the people of another firm.
            mapping.couplings.uncouple([erp_id] if now else [], connected.erp, connected.crm)
            mapping.couplings.couple(erp_id, crm_id, alive=alive)
    before = {CRM_ID: now} if now else {}
    record(AuditEntry.Action.COUPLED, COUPLING, mapping, before, {ERP_ID: erp_id, CRM_ID: crm_id})
    return True


def _check_held(mapping: TableMapping, erp_id: uuid.UUID, crm_id: uuid.UUID) -> None:
    """A record belongs to one mapping of its table."""
    for side, id in ((Side.ERP, erp_id), (Side.CRM, crm_id)):
        holder = mapping.couplings.held(side, [id]).get(id)
        if holder is not None:
            raise CouplingError(f"The {NAMES[side]} record is coupled in {holder} already. Delete that coupling first.")


def uncouple(mapping: TableMapping, erp_ids: Sequence[uuid.UUID], user: User | None) -> SyncJob | int:
    """Remove couplings; the records stay. Answers the job that does it, or how many are gone already."""
    if mapping.crm_table.partition(".")[0] not in WITH_COMPANY:
        return _uncoupled(mapping, erp_ids)
    return _uncoupling(mapping, _options(erp_ids), user)


def uncouple_all(mapping: TableMapping, user: User | None) -> SyncJob | int:
    """Remove every coupling of the mapping, as ``uncouple`` does."""
    if mapping.crm_table.partition(".")[0] not in WITH_COMPANY:
        return _uncoupled(mapping, list(mapping.couplings.values_list("erp_id", flat=True)))
    return _uncoupling(mapping, Options(scope=Scope.EVERYTHING), user)


def uncouple_here(mapping: TableMapping, erp_ids: Sequence[uuid.UUID], connected: Connected) -> int:
    """Remove couplings in this process; the pairs of contacts that belong to a pair of firms go with it. Answers how
    many are gone."""
    return _uncoupled(mapping, erp_ids, connected)


def _uncoupled(mapping: TableMapping, erp_ids: Sequence[uuid.UUID], connected: Connected | None = None) -> int:
    """Here and now: no record has to be written for it."""
    both = (connected.erp, connected.crm) if connected is not None else ()
    number = int(mapping.couplings.uncouple(erp_ids, *both))
    ids = ", ".join(str(id) for id in erp_ids)
    record(AuditEntry.Action.UNCOUPLED, COUPLING, mapping, {ERP_ID: ids}, {"couplings": number})
    return number


def coupled_with(mapping: TableMapping, erp_id: uuid.UUID) -> uuid.UUID | None:
    """The Sales record that a Business Central record is coupled with now."""
    return _coupled(mapping, erp_id)


def _uncoupling(mapping: TableMapping, options: Options, user: User | None) -> SyncJob:
    direction = Direction(mapping.direction).passes[0]
    return jobs.start(mapping, direction, kind=SyncJob.Kind.UNCOUPLE, options=options, user=user)


def coupled(
    side: Side, mappings: Sequence[TableMapping], ids: Sequence[uuid.UUID]
) -> dict[TableMapping, list[Partner]]:
    """The pairs these records are in, by mapping. Raises :class:`CouplingError` where none is in any."""
    found: dict[TableMapping, list[Partner]] = {}
    for mapping, partner in known_of(side, mappings, ids).values():
        if partner.state is not State.RESERVED:
            found.setdefault(mapping, []).append(partner)
    if not found:
        raise CouplingError("This record is not coupled." if len(ids) == 1 else "None of these is coupled.")
    return found


# --- create and synchronize ----------------------------------------------------------------------------------


def creatable(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Which of these records are free to have their other record made; a coupling whose other record is gone gives
    way. A single one is looked at closely. Raises :class:`CouplingError` where something is in the way, and
    ``ConnectionProblem``."""
    direction = _creating(mapping, side)
    with both_opened() as connected:
        free = _free(connected, mapping, side, ids)
        if free and len(ids) == 1:
            _check(connected, mapping, side, ids[0])
            _check_first(connected, mapping, direction, ids[0])
    return free or _all_coupled(ids)


def create(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], user: User | None) -> SyncJob:
    """Make the other record of these uncoupled ones, and couple. ``side`` is where they are. Raises
    ``CouplingError`` where they are coupled already or the mapping does not go that way."""
    direction = _creating(mapping, side)
    known = mapping.couplings.partners(side, ids)
    free = [id for id in ids if id not in known or known[id].state is not State.COUPLED] or _all_coupled(ids)
    job = jobs.start(mapping, direction, options=_options(free, create=True, force=True), user=user)
    if side is Side.ERP:
        _lines_too(mapping, free, job, user)
    return job


def _creating(mapping: TableMapping, side: Side) -> Direction:
    direction = Direction.TO_CRM if side is Side.ERP else Direction.TO_ERP
    if not Direction(mapping.direction).includes(direction):
        raise CouplingError(f"{mapping.name} does not create records in this direction.")
    return direction


def _all_coupled(ids: Sequence[uuid.UUID]) -> NoReturn:
    raise CouplingError("This is coupled already." if len(ids) == 1 else "All of these are coupled already.")


def _lines_too(mapping: TableMapping, ids: Sequence[uuid.UUID], job: SyncJob, user: User | None) -> None:
    """A new price list is nothing without its prices: they follow in a job of their own."""
    table, field = LINES.get(mapping.erp_table, ("", ""))
    lines = TableMapping.objects.filter(erp_table=table).first() if table else None
    if lines is None:
        return
    with opened(Side.ERP) as erp:
        found = [record.id for record in every(erp, table, OneOf(field, tuple(ids)))]
    if found:
        jobs.start(lines, Direction.TO_CRM, options=_options(found, create=True), user=user, after=job)


def synchronize(mapping: TableMapping, erp_ids: Sequence[uuid.UUID], way: str, user: User | None) -> SyncJob:
    """Synchronize coupled records now: ``send`` (Business Central's values), ``get`` (Sales' values) or ``merge``.
    Skipped ones are tried again. Answers the first job. Raises :class:`CouplingError` and ``ConnectionProblem``."""
    pairs = [one for one in mapping.couplings.partners(Side.ERP, erp_ids).values() if one.state is not State.RESERVED]
    if not pairs:
        raise CouplingError("Nothing of this is coupled.")
    wanted = [one for one in PASSES.get(way, ()) if Direction(mapping.direction).includes(one)]
    if not wanted:
        raise CouplingError(f"{mapping.name} does not synchronize this way.")
    if len(pairs) == 1:
        with both_opened() as connected:
            _check_first(connected, mapping, wanted[0], pairs[0].id(wanted[0].source))
    mapping.couplings.retry([one.erp_id for one in pairs])
    return _start(mapping, pairs, wanted, user, decided=way != MERGE)


def _start(
    mapping: TableMapping, pairs: Sequence[Partner], wanted: Sequence[Direction], user: User | None, *, decided: bool
) -> SyncJob:
    """One pass behind the other; answers the first."""
    started: list[SyncJob] = []
    for direction in wanted:
        winner = direction.source if decided else None
        options = _options([pair.id(direction.source) for pair in pairs], force=decided, winner=winner)
        before = started[-1] if started else None
        started.append(jobs.start(mapping, direction, options=options, user=user, after=before))
    return started[0]


def ways(mapping: TableMapping) -> list[tuple[str, str]]:
    """The ways a record of this mapping can be synchronized now, with their captions."""
    offered = {Direction.TO_CRM: [SEND], Direction.TO_ERP: [GET], Direction.BOTH: [MERGE, SEND, GET]}
    return [(way, CAPTIONS[way]) for way in offered[Direction(mapping.direction)]]


def suggestion(mapping: TableMapping, partner: Partner) -> tuple[str, str]:
    """Which way to synchronize one pair, and why: the side that changed since both last agreed; both or none: merge.
    Raises ``ConnectionProblem``."""
    offered = [way for way, _ in ways(mapping)]
    if MERGE not in offered:
        return offered[0], ""
    with both_opened() as connected:
        ours = connected.erp.get(mapping.erp_table, [partner.erp_id], []).get(partner.erp_id)
        theirs = connected.crm.get(mapping.crm_table, [partner.crm_id], []).get(partner.crm_id)
    ours_changed = ours is not None and ours.version != partner.seen_erp
    theirs_changed = theirs is not None and theirs.version != partner.seen_crm
    if ours_changed and theirs_changed:
        return MERGE, "Both records have changed since they last agreed."
    if ours_changed:
        return SEND, "The Business Central record has changed since both last agreed."
    if theirs_changed:
        return GET, "The Dynamics 365 Sales record has changed since both last agreed."
    return MERGE, "Neither record has changed since they last agreed."


def plan(side: Side, mappings: Sequence[TableMapping], ids: Sequence[uuid.UUID], user: User | None) -> Plan:
    """A dry run with these records of one side, coupled or not. Raises :class:`CouplingError`."""
    found = known_of(side, mappings, ids)
    mapping = next((held for held, _ in found.values()), mappings[0] if mappings else None)
    if mapping is None:
        raise CouplingError("These records are in no mapping.")
    partners = mapping.couplings.partners(side, ids)
    here = Direction.TO_CRM if side is Side.ERP else Direction.TO_ERP
    wanted = {here: list(ids)}
    wanted[here.back] = [one.id(side.other) for one in partners.values() if one.state is not State.RESERVED]
    passes = Direction(mapping.direction).passes
    try:
        return jobs.plans.plan_mapping(mapping, user, ids={way: wanted[way] for way in passes})
    except jobs.plans.PlanError as problem:
        raise CouplingError(str(problem)) from problem


# --- what has to be so first ---------------------------------------------------------------------------------


def _check(connected: Connected, mapping: TableMapping, side: Side, id: uuid.UUID) -> None:
    """The record exists and is the mapping's business."""
    system: System = of(connected, side)
    named = "Business Central" if side is Side.ERP else "Dynamics 365 Sales"
    table: Table = system.describe(_table(mapping, side))
    rule = mapping.rule(connected.erp, connected.crm)
    columns = {*rule.columns(side), table.mark_field} - {""}
    record = system.get(table.name, [id], sorted(columns)).get(id)
    if record is None:
        raise CouplingError(f"The {named} record does not exist any more.")
    if is_marked(table, record):
        raise CouplingError(f"The {named} record is being made at the moment. Try again in a few minutes.")
    if not passes(mapping, side, table, record):
        raise CouplingError(f"The {named} record is outside the filter of {mapping.name}.")


def _check_first(connected: Connected, mapping: TableMapping, direction: Direction, id: uuid.UUID) -> None:
    missing = missing_first(connected, mapping, direction, id)
    if missing is not None:
        raise Blocked(missing)


def _free(connected: Connected, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those not coupled. Pairs whose other record is gone are taken apart for it."""
    known: Mapping[uuid.UUID, Partner] = mapping.couplings.partners(side, ids)
    pairs = {id: pair for id, pair in known.items() if pair.state is State.COUPLED}
    twins = [pair.id(side.other) for pair in pairs.values()]
    there = of(connected, side.other).get(_table(mapping, side.other), twins, []) if twins else {}
    broken = {id: pair for id, pair in pairs.items() if pair.id(side.other) not in there}
    if broken:
        _uncoupled(mapping, [pair.erp_id for pair in broken.values()])
    return [id for id in ids if id not in pairs or id in broken]


def _coupled(mapping: TableMapping, erp_id: uuid.UUID) -> uuid.UUID | None:
    partner = mapping.couplings.partners(Side.ERP, [erp_id]).get(erp_id)
    return partner.crm_id if partner is not None and partner.state is not State.RESERVED else None


def _table(mapping: TableMapping, side: Side) -> str:
    return mapping.erp_table if side is Side.ERP else mapping.crm_table


def _options(
    ids: Sequence[uuid.UUID], *, create: bool = False, force: bool = False, winner: Side | None = None
) -> Options:
    return Options(scope=Scope.IDS, ids=tuple(ids), create=create, force=force, winner=winner)
