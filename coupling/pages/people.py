"""The contacts of a firm that are not coupled, though the firm is: they wait for somebody to match them."""

from __future__ import annotations

import uuid

from coupling.pages.cards import passes
from coupling.sides import both_opened
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.memory.ledger import State
from integration.sync.special.firms import ACCOUNT, CONTACT, Firms
from integration.systems.values import Ref, Side


def uncoupled_people(mapping: TableMapping, erp_id: uuid.UUID) -> tuple[TableMapping | None, list[uuid.UUID]]:
    """The mapping of contacts, and those of this firm that it would take and nobody has coupled; ``None`` where there
    are none. Raises ``ConnectionProblem``."""
    contacts = TableMapping.objects.filter(erp_table=CONTACT, crm_table=CONTACT).first()
    if mapping.crm_table != ACCOUNT or contacts is None:
        return None, []
    with both_opened() as connected:
        people = list(Firms(connected.erp, mapping.couplings).people_of([Ref(mapping.erp_table, erp_id)]))
        existing = contacts.couplings.pairs(Side.ERP, people)
        alone = [id for id in people if id not in existing or existing[id].state is State.RESERVED]
        rule = build_rule(contacts, connected.erp, connected.crm)
        there = connected.erp.get(CONTACT, alone, list(rule.columns(Side.ERP))) if alone else {}
    free = [id for id in alone if id in there and passes(contacts, Side.ERP, rule.erp, there[id])]
    return (contacts, free) if free else (None, [])
