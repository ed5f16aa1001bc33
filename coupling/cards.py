"""A card of one record: its fields, its coupling, the coupled record beside it, and what can be done."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from coupling import records, verbs
from coupling.sides import opened
from integration.models import ConnectionSetup, SyncError, TableMapping
from integration.models.ends import NAMES
from integration.sync.ledger import Partner
from integration.sync.rules import Direction
from integration.systems.base import FieldType, Record, Side, Table
from integration.systems.errors import Problem

CRM_LINK = "{url}/main.aspx?pagetype=entityrecord&etn={entity}&id={id}"
TECHNICAL = {FieldType.UUID}


@dataclass(slots=True)
class Card:
    """What the template shows. ``problem``: why the other side, or this one, cannot be shown."""

    side: Side
    table: Table
    record: Record
    title: str
    cells: Sequence[records.Cell] = ()
    mappings: Sequence[TableMapping] = ()
    mapping: TableMapping | None = None
    partner: Partner | None = None
    pairs: Sequence[records.Pair] = ()
    ways: Sequence[tuple[str, str]] = ()
    suggested: str = ""
    sales_url: str = ""
    problem: str = ""
    errors: Sequence[SyncError] = field(default_factory=list)

    @property
    def is_erp(self) -> bool:
        return self.side is Side.ERP

    @property
    def create_caption(self) -> str:
        """Create Account in Dynamics 365 Sales, Create Customer in Business Central, …"""
        if self.mapping is None:
            return ""
        other = self.mapping.crm_table if self.is_erp else self.mapping.erp_table
        named = other.replace("_", " ").title().replace("Uomschedule", "Unit Group").replace("Pricelevel", "Price List")
        return f"Create {named} in {NAMES[self.side.other]}"

    @property
    def can_create(self) -> bool:
        direction = Direction.TO_CRM if self.is_erp else Direction.TO_ERP
        return self.mapping is not None and Direction(self.mapping.direction).includes(direction)


def card(side: Side, name: str, id: uuid.UUID) -> Card | None:
    """The card, ``None`` where there is no such record. Raises ``TableMissing`` and, for Sales, what keeps it from
    answering is told on the card of a record that cannot be read as ``None``."""
    with opened(side) as system:
        table = system.describe(name)
        readable = [n for n, f in table.fields.items() if f.type not in TECHNICAL]
        record = system.get(name, [id], readable).get(id)
    if record is None:
        return None
    shown = Card(side, table, record, records.name_of(table, record))
    filled = [n for n in readable if side is Side.ERP or records.shown(record.values.get(n))]
    shown.cells = records.cells(table, filled, record)
    shown.mappings = records.mappings_of(side, name)
    shown.mapping = shown.mappings[0] if shown.mappings else None
    coupled = records.couplings_of(side, name, [id]).get(id)
    if coupled is not None:
        shown.mapping, shown.partner = coupled
        _beside(shown)
    shown.errors = list(
        SyncError.objects.open().filter(**{f"{side.value}_id": id}).select_related("mapping", "job")[:5]
    )
    return shown


def _beside(shown: Card) -> None:
    """The coupled record, field by field."""
    mapping, partner = shown.mapping, shown.partner
    if mapping is None or partner is None:
        return
    setup = ConnectionSetup.current()
    shown.ways = verbs.ways(mapping)
    shown.suggested = shown.ways[0][0]
    shown.sales_url = CRM_LINK.format(url=setup.url, entity=mapping.crm_table, id=partner.crm_id)
    try:
        with closing(setup.open()) as connected:
            rule = mapping.rule(connected.erp, connected.crm)
            ours = connected.erp.get(mapping.erp_table, [partner.erp_id], list(rule.erp.fields))
            theirs = connected.crm.get(mapping.crm_table, [partner.crm_id], list(rule.columns(Side.CRM)))
            both = ours.get(partner.erp_id), theirs.get(partner.crm_id)
            shown.pairs = records.side_by_side(connected, mapping, *both)
            shown.suggested = verbs.suggestion(connected, mapping, partner)
            gone = [NAMES[side] for side, one in zip((Side.ERP, Side.CRM), both, strict=True) if one is None]
            if gone:
                shown.problem = f"The coupled record in {gone[0]} does not exist any more."
    except Problem as problem:
        shown.problem = f"The coupled record cannot be shown: {problem}"
