"""What people do with couplings: couple, uncouple, create the other record, synchronize now.

Every verb checks first and says in words what is in the way; running is left to the jobs.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coupling.models import CouplingError
from coupling.sides import opened
from integration import jobs
from integration.models import SyncJob, TableMapping, User
from integration.models.systems import Connected
from integration.sync.ledger import Partner, State
from integration.sync.plan import Planner
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.sync.special.base import Run
from integration.sync.transfer import ReferenceNotCoupled
from integration.systems.base import Side, System, every
from integration.systems.filters import OneOf, matches

SEND, GET, MERGE = "send", "get", "merge"
LINES = {"customer_price_group": ("sales_price", "sales_code")}
"""Table -> the table of its lines, and the field that says whose they are."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A record that has to be coupled first, and where."""

    message: str
    table: str
    id: uuid.UUID


def couple(connected: Connected, mapping: TableMapping, erp_id: uuid.UUID, crm_id: uuid.UUID) -> None:
    """Couple two records that exist, the Sales one inside the mapping's filter and free. Raises ``CouplingError``."""
    rule = mapping.rule(connected.erp, connected.crm)
    if erp_id not in connected.erp.get(mapping.erp_table, [erp_id], []):
        raise CouplingError("The Business Central record does not exist any more.")
    theirs = connected.crm.get(mapping.crm_table, [crm_id], list(rule.columns(Side.CRM))).get(crm_id)
    if theirs is None:
        raise CouplingError("The Dynamics 365 Sales record does not exist any more.")
    if not matches(rule.crm_filter, theirs):
        raise CouplingError(f"The Dynamics 365 Sales record is outside the filter of {mapping.name}.")

    def alive(side: Side, id: uuid.UUID) -> bool:
        system: System = connected.erp if side is Side.ERP else connected.crm
        table = mapping.erp_table if side is Side.ERP else mapping.crm_table
        return id in system.get(table, [id], [])

    mapping.couplings.couple(erp_id, crm_id, alive=alive)


def uncouple(connected: Connected, mapping: TableMapping, erp_ids: Sequence[uuid.UUID]) -> int:
    """Remove couplings; the records stay. Answers how many."""
    return int(mapping.couplings.uncouple(erp_ids, connected.erp))


def create(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], user: User | None) -> SyncJob:
    """Make the other record of these uncoupled ones, and couple. ``side`` is where they are. Raises
    ``CouplingError`` where they are coupled already or the mapping does not go that way."""
    direction = Direction.TO_CRM if side is Side.ERP else Direction.TO_ERP
    if not Direction(mapping.direction).includes(direction):
        raise CouplingError(f"{mapping.name} does not create records in this direction.")
    known = mapping.couplings.partners(side, ids)
    free = [id for id in ids if id not in known or known[id].state is State.RESERVED]
    if not free:
        raise CouplingError("This is coupled already." if len(ids) == 1 else "All of these are coupled already.")
    job = jobs.start(mapping, direction, options=_options(free, create=True), user=user)
    _lines_too(mapping, free, job, user)
    return job


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
    """Synchronize coupled records now: ``send`` (Business Central's values), ``get`` (Sales' values) or ``merge``."""
    known = mapping.couplings.partners(Side.ERP, erp_ids)
    coupled = [partner for partner in known.values() if partner.state is not State.RESERVED]
    if not coupled:
        raise CouplingError("Nothing of this is coupled.")
    passes = {SEND: [Direction.TO_CRM], GET: [Direction.TO_ERP], MERGE: [Direction.TO_CRM, Direction.TO_ERP]}
    wanted = [one for one in passes.get(way, []) if Direction(mapping.direction).includes(one)]
    if not wanted:
        raise CouplingError(f"{mapping.name} does not synchronize this way.")
    started: SyncJob | None = None
    first = None
    for direction in wanted:
        options = _options([partner.id(direction.source) for partner in coupled], force=way != MERGE)
        started = jobs.start(mapping, direction, options=options, user=user, after=started)
        first = first or started
    return first or jobs.start(mapping, wanted[0], user=user)


def ways(mapping: TableMapping) -> list[tuple[str, str]]:
    """The ways a record of this mapping can be synchronized now, with their captions."""
    captions = {
        SEND: "Send: Business Central's values to Sales",
        GET: "Get: Sales' values to Business Central",
        MERGE: "Merge: what each side changed",
    }
    offered = {Direction.TO_CRM: [SEND], Direction.TO_ERP: [GET], Direction.BOTH: [MERGE, SEND, GET]}
    return [(way, captions[way]) for way in offered[Direction(mapping.direction)]]


def suggestion(connected: Connected, mapping: TableMapping, partner: Partner) -> str:
    """Which way to synchronize: the side that changed since both last agreed; both or none: merge."""
    offered = [way for way, _ in ways(mapping)]
    if MERGE not in offered:
        return offered[0]
    ours = connected.erp.get(mapping.erp_table, [partner.erp_id], []).get(partner.erp_id)
    theirs = connected.crm.get(mapping.crm_table, [partner.crm_id], []).get(partner.crm_id)
    ours_changed = ours is not None and ours.version != partner.erp_version
    theirs_changed = theirs is not None and theirs.version != partner.crm_version and not partner.adopt
    if ours_changed == theirs_changed:
        return MERGE
    return SEND if ours_changed else GET


def missing_first(connected: Connected, mapping: TableMapping, erp_id: uuid.UUID) -> Missing | None:
    """What has to be coupled before this Business Central record, if anything: salespeople before customers, units
    before items, price groups before prices, currencies before what is in foreign currency."""
    if not Direction(mapping.direction).includes(Direction.TO_CRM):
        return None
    rule = mapping.rule(connected.erp, connected.crm)
    options = Options(scope=Scope.IDS, ids=(erp_id,), create=True, dry_run=True)
    ledger: Any = mapping.couplings
    run = Run(rule, Direction.TO_CRM, connected.erp, connected.crm, ledger, options, connected.context)
    planner = Planner(run)
    records = connected.erp.get(mapping.erp_table, [erp_id], planner.source_columns)
    for problem in planner.problems(list(records.values())):
        if isinstance(problem, ReferenceNotCoupled):
            return Missing(str(problem), problem.table, problem.id)
    return None


def _options(ids: Sequence[uuid.UUID], *, create: bool = False, force: bool = False) -> Options:
    return Options(scope=Scope.IDS, ids=tuple(ids), create=create, force=force)
