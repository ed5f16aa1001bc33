"""The Set Up Coupling dialog: the record, free candidates on the other side, values side by side."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from coupling import commands
from coupling.pages import records
from coupling.pages.compare import ComparedField, Missing, missing_first, side_by_side
from coupling.sides import both_opened
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.mappings.flows import creates
from integration.models import TableMapping
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction, TableRule
from integration.systems.filters import both
from integration.systems.values import Record, Side, Table

CANDIDATES = 20
READ_AT_ONCE, READS = 50, 10
WORD = 4


@dataclass(slots=True)
class Dialog:
    """What the template shows. ``chosen`` is the candidate whose values are shown beside."""

    mapping: TableMapping
    erp_id: uuid.UUID
    title: str
    search: str
    candidates: Sequence[records.Line]
    chosen: uuid.UUID | None
    pairs: Sequence[ComparedField]
    missing: Missing | None
    coupled_with: uuid.UUID | None

    @property
    def can_create(self) -> bool:
        """A coupled record has its other one already."""
        return self.coupled_with is None and creates(self.mapping, Direction.TO_CRM)

    @property
    def ways(self) -> list[tuple[str, str]]:
        return [(way, label) for way, label in commands.ways(self.mapping) if way != commands.MERGE]


@dataclass(slots=True)
class Choice:
    """Free Business Central records, for a Sales record that is to be coupled."""

    mapping: TableMapping
    crm_id: uuid.UUID
    title: str
    search: str
    candidates: Sequence[records.Line]


def dialog(mapping: TableMapping, erp_id: uuid.UUID, search: str | None, chosen: str) -> Dialog | None:
    """The dialog, ``None`` where the record is gone. Without ``search`` the record's own name is looked for. Raises
    ``ConnectionProblem``."""
    with both_opened() as connected:
        rule = build_rule(mapping, connected.erp, connected.crm)
        ours = connected.erp.get(mapping.erp_table, [erp_id], list(rule.erp.fields)).get(erp_id)
        if ours is None:
            return None
        text = _first_word(rule.erp, ours) if search is None else search.strip()
        pair = mapping.couplings.pairs(Side.ERP, [erp_id]).get(erp_id)
        coupled = pair.crm_id if pair is not None and pair.state is not State.RESERVED else None
        picked = _uuid(chosen) or coupled
        theirs = _read(connected, rule, Side.CRM, picked)
        return Dialog(
            mapping,
            erp_id,
            records.name_of(Side.ERP, rule.erp, ours),
            text,
            _candidates(connected, mapping, rule, Side.CRM, text, theirs),
            picked,
            side_by_side(connected, mapping, ours, theirs),
            missing_first(connected, mapping, Direction.TO_CRM, erp_id),
            coupled,
        )


def choice(mapping: TableMapping, crm_id: uuid.UUID, search: str | None) -> Choice | None:
    """Business Central records this Sales record may be; ``None`` where it is gone. Raises ``ConnectionProblem``."""
    with both_opened() as connected:
        rule = build_rule(mapping, connected.erp, connected.crm)
        theirs = _read(connected, rule, Side.CRM, crm_id)
        if theirs is None:
            return None
        text = _first_word(rule.crm, theirs) if search is None else search.strip()
        found = _candidates(connected, mapping, rule, Side.ERP, text, None)
        return Choice(mapping, crm_id, records.name_of(Side.CRM, rule.crm, theirs), text, found)


def _candidates(
    connected: Connected, mapping: TableMapping, rule: TableRule, side: Side, text: str, first: Record | None
) -> list[records.Line]:
    """Free records inside the mapping's filter whose number or name contains the text; ``first`` heads the list."""
    table = rule.table(side)
    where, order = both(rule.filter(side), records.searched(table, text)), table.number_field or table.name_field
    found, after = [first] if first else [], None
    for _ in range(READS):
        columns = records.read_columns(side, table)
        page = connected.system(side).find(table.name, where, columns, [order] if order else [], READ_AT_ONCE, after)
        mapped = records.mapped_pairs(side, [mapping], [record.id for record in page.records])
        excluded = {id for id, (_, pair) in mapped.items() if pair.state is not State.RESERVED}
        excluded |= {first.id} if first else set()
        found += [record for record in page.records if record.id not in excluded]
        after = page.cursor
        if after is None or len(found) >= CANDIDATES:
            break
    return records.lines(side, table, found[:CANDIDATES])


def _read(connected: Connected, rule: TableRule, side: Side, id: uuid.UUID | None) -> Record | None:
    """What the mapping and a list need of the record."""
    if id is None:
        return None
    table = rule.table(side)
    columns = list(dict.fromkeys([*rule.columns(side), *records.read_columns(side, table)]))
    return connected.system(side).get(table.name, [id], columns).get(id)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _first_word(table: Table, record: Record) -> str:
    """Something to start looking with: the first word of the name that says something."""
    name = records.shown(record.values.get(table.name_field)) if table.name_field else ""
    words = name.split()
    return next((word for word in words if len(word) >= WORD), words[0] if words else "")
