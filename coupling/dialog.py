"""The Set Up Coupling dialog: the record, free candidates on the other side, values side by side."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from coupling import records, verbs
from integration.models import ConnectionSetup, TableMapping
from integration.models.systems import Connected
from integration.sync.rules import Direction
from integration.systems.base import Record, Side, Table
from integration.systems.filters import both

CANDIDATES = 20
WORD = 4


@dataclass(slots=True)
class Dialog:
    """What the template shows. ``chosen`` is the candidate whose values are shown beside."""

    mapping: TableMapping
    erp_id: uuid.UUID
    title: str
    search: str
    candidates: Sequence[records.Line]
    chosen: str
    pairs: Sequence[records.Pair]
    missing: verbs.Missing | None
    coupled_with: uuid.UUID | None

    @property
    def can_create(self) -> bool:
        return Direction(self.mapping.direction).includes(Direction.TO_CRM)

    @property
    def ways(self) -> list[tuple[str, str]]:
        return [(way, label) for way, label in verbs.ways(self.mapping) if way != verbs.MERGE]


def dialog(mapping: TableMapping, erp_id: uuid.UUID, search: str | None, chosen: str) -> Dialog | None:
    """The dialog, ``None`` where the record is gone. Without ``search`` the record's own name is looked for. Raises
    ``ConnectionProblem``."""
    with closing(ConnectionSetup.current().open()) as connected:
        rule = mapping.rule(connected.erp, connected.crm)
        ours = connected.erp.get(mapping.erp_table, [erp_id], list(rule.erp.fields)).get(erp_id)
        if ours is None:
            return None
        text = _first_word(rule.erp, ours) if search is None else search
        where = both(rule.crm_filter, records.searched(rule.crm, text))
        lines, _ = records.page_of(connected.crm, rule.crm, where)
        partner = mapping.couplings.partners(Side.ERP, [erp_id]).get(erp_id)
        coupled = partner.crm_id if partner is not None and partner.state == "coupled" else None
        return Dialog(
            mapping,
            erp_id,
            records.name_of(rule.erp, ours),
            text,
            [line for line in lines if line.mapping is None or line.id == coupled][:CANDIDATES],
            chosen,
            _beside(connected, mapping, ours, chosen),
            verbs.missing_first(connected, mapping, erp_id),
            coupled,
        )


def _beside(connected: Connected, mapping: TableMapping, ours: Record, chosen: str) -> Sequence[records.Pair]:
    theirs = None
    if chosen:
        try:
            id = uuid.UUID(chosen)
        except ValueError:
            return ()
        rule = mapping.rule(connected.erp, connected.crm)
        theirs = connected.crm.get(mapping.crm_table, [id], list(rule.columns(Side.CRM))).get(id)
    return records.side_by_side(connected, mapping, ours, theirs)


def _first_word(table: Table, record: Record) -> str:
    """Something to start looking with: the first word of the name that says something."""
    name = records.shown(record.values.get(table.name_field)) if table.name_field else ""
    words = name.split()
    return next((word for word in words if len(word) >= WORD), words[0] if words else "")
