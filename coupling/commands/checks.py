"""What has to be so before a verb does anything with a record, and the words for what is in the way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NoReturn

from coupling.commands.already import coupled_of
from coupling.models import CouplingError
from coupling.pages.asking.ours import OURS, is_our_price_list
from coupling.pages.cards import passes
from coupling.pages.compare import Missing, missing_first
from integration.connection.live_systems import NAMES
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.given_ids.marks import is_marked
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options, Scope
from integration.systems.filters import reason_outside
from integration.systems.system import System
from integration.systems.values import Record, Side, Table
from integration.systems.wording import sentence


class Blocked(CouplingError):
    """Something has to be coupled first; ``missing`` says what and where."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(missing.message)
        self.missing = missing


def check_held(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> None:
    """A record belongs to one mapping of its table."""
    for id, holder in mapping.couplings.held(side, ids).items():
        other = TableMapping.objects.get(name=holder)
        raise coupled_of(other, side, [id], f"Coupled in {holder} already", "Delete that coupling first.")


def check_records(connected: Connected, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> None:
    """Each of these records exists and is the mapping's business."""
    system: System = connected.system(side)
    table: Table = system.describe(mapping.table(side))
    rule = build_rule(mapping, connected.erp, connected.crm)
    columns = {*rule.columns(side), table.mark_field, table.name_field} - {""}
    there = system.get(table.name, ids, sorted(columns))
    for id in ids:
        _check(mapping, rule, side, there.get(id))


def _check(mapping: TableMapping, rule: TableRule, side: Side, record: Record | None) -> None:
    named, table = NAMES[side], rule.table(side)
    if record is None:
        raise CouplingError(f"The {named} record does not exist any more.")
    if is_marked(table, record):
        raise CouplingError(f"The {named} record is being made at the moment. Try again in a few minutes.")
    if not passes(mapping, side, table, record):
        why = reason_outside(rule.filter(side), record, table)
        raise CouplingError(sentence(f"The {named} record is outside the filter of {mapping.name}: {why}"))
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


def options_for(ids: Sequence[uuid.UUID], *, create: bool = False, force: bool = False) -> Options:
    """A run of exactly these source records."""
    return Options(scope=Scope.IDS, ids=tuple(ids), create=create, force=force)


def options_of_pairs(
    pairs: Sequence[Pair], source: Side, *, force: bool = False, winner: Side | None = None
) -> Options:
    """A run of exactly these pairs: a record that is coupled with another one when its turn comes is left out."""
    ids, twins = (tuple(pair.id(side) for pair in pairs) for side in (source, source.other))
    return Options(scope=Scope.IDS, ids=ids, twins=twins, force=force, winner=winner)


def all_coupled(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> NoReturn:
    """Raises ``CoupledAlready``: somebody wanted to couple records, and all of them are."""
    raise coupled_of(mapping, side, ids)
