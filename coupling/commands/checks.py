"""What has to be so before a verb does anything with a record, and the words for what is in the way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from coupling.models import CouplingError
from coupling.pages.asking.ours import OURS, is_our_price_list
from coupling.pages.cards import passes
from coupling.pages.compare import Missing, missing_first
from integration.connection.live_systems import NAMES
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.given_ids.marks import is_marked
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.filters import reason_outside
from integration.systems.system import System
from integration.systems.values import Side, Table


class Blocked(CouplingError):
    """Something has to be coupled first; ``missing`` says what and where."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(missing.message)
        self.missing = missing


def check_held(mapping: TableMapping, erp_id: uuid.UUID, crm_id: uuid.UUID) -> None:
    """A record belongs to one mapping of its table."""
    for side, id in ((Side.ERP, erp_id), (Side.CRM, crm_id)):
        holder = mapping.couplings.held(side, [id]).get(id)
        if holder is not None:
            raise CouplingError(f"The {NAMES[side]} record is coupled in {holder} already. Delete that coupling first.")


def check_record(connected: Connected, mapping: TableMapping, side: Side, id: uuid.UUID) -> None:
    """The record exists and is the mapping's business."""
    system: System = connected.system(side)
    named = NAMES[side]
    table: Table = system.describe(mapping.table(side))
    rule = build_rule(mapping, connected.erp, connected.crm)
    columns = {*rule.columns(side), table.mark_field, table.name_field} - {""}
    record = system.get(table.name, [id], sorted(columns)).get(id)
    if record is None:
        raise CouplingError(f"The {named} record does not exist any more.")
    if is_marked(table, record):
        raise CouplingError(f"The {named} record is being made at the moment. Try again in a few minutes.")
    if not passes(mapping, side, table, record):
        why = reason_outside(rule.filter(side), record, table)
        raise CouplingError(f"The {named} record is outside the filter of {mapping.name}: {why}.")
    if is_our_price_list(table.name, record):
        raise CouplingError(OURS)


def check_first(connected: Connected, mapping: TableMapping, direction: Direction, id: uuid.UUID) -> None:
    missing = missing_first(connected, mapping, direction, id)
    if missing is not None:
        raise Blocked(missing)


def coupled_with(mapping: TableMapping, erp_id: uuid.UUID) -> uuid.UUID | None:
    """The Sales record that a Business Central record is coupled with now."""
    pair = mapping.couplings.pairs(Side.ERP, [erp_id]).get(erp_id)
    return pair.crm_id if pair is not None and pair.state is not State.RESERVED else None


def options_for(
    ids: Sequence[uuid.UUID], *, create: bool = False, force: bool = False, winner: Side | None = None
) -> Options:
    """A run of exactly these source records."""
    return Options(scope=Scope.IDS, ids=tuple(ids), create=create, force=force, winner=winner)
