"""What may be there already: before the other record of one is created, the free one that is equal is named, so that
nobody makes a second one unawares."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from coupling.pages import records
from coupling.pages.asking.exact import Exact, exact_of_each
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.systems.values import Side


@dataclass(frozen=True, slots=True)
class Twin:
    """A record and what it is equal to on the other side, in words: "C00010 Adatum: Adatum Ltd. is equal by Name"."""

    id: uuid.UUID
    words: str
    name: str


def twins(connected: Connected, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[Twin]:
    """Those of these records of a side that have an equal one that is free. Raises ``ConnectionProblem``."""
    rule = build_rule(mapping, connected.erp, connected.crm)
    table = rule.table(side)
    there = records.read(connected, rule, side, ids)
    found = exact_of_each(connected, mapping, rule, side, list(there.values()))
    names = {id: records.name_of(side, table, record) for id, record in there.items()}
    return [Twin(id, f"{names[id]}: {_equal(found[id])}.", names[id]) for id in ids if id in there and found[id].all]


def _equal(found: Exact) -> str:
    if found.record is None:
        return f"{found.several} free records are equal by {found.by}"
    return f"{found.name} is equal by {found.by}"
