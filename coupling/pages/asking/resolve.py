"""A record that matches several others, or that shares its one match with another record: all of them side by side."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from coupling.pages import records
from coupling.pages.asking.exact import exact
from coupling.pages.compare import Comparison
from coupling.pages.comparison.judged import JudgedField
from coupling.sides import both_opened
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.matching.run import preview
from integration.sync.memory.ledger import State
from integration.sync.problems import AmbiguousMatch
from integration.sync.rules import TableRule
from integration.systems.values import Record, Side

BESIDE = 4
"""So many candidates fit beside each other; the dialog of one record shows all."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One that it may be, field by field."""

    id: uuid.UUID
    name: str
    differing: int


@dataclass(frozen=True, slots=True)
class Row:
    """One field of all of them."""

    label: str
    ours: str
    theirs: Sequence[JudgedField]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """What the template shows. ``more``: candidates that are not beside it."""

    id: uuid.UUID
    name: str
    candidates: Sequence[Candidate]
    rows: Sequence[Row]
    more: int


def noted(mapping: TableMapping) -> QuerySet[Any]:
    """The rows of records that a run has left for a person, since several matched."""
    code = AmbiguousMatch.code
    met = Q(to_crm_code=code) | Q(to_erp_code=code)
    return mapping.couplings.filter(met, state=State.RESERVED.value).order_by("pk")


def ambiguous(mapping: TableMapping, erp_id: uuid.UUID) -> Ambiguous | None:
    """The record with those it may be; ``None`` where it is gone or coupled by now. Raises ``ConnectionProblem``."""
    pair = mapping.couplings.pairs(Side.ERP, [erp_id]).get(erp_id)
    if pair is not None and pair.state is not State.RESERVED:
        return None
    with both_opened() as connected:
        rule = build_rule(mapping, connected.erp, connected.crm)
        ours = records.read(connected, rule, Side.ERP, [erp_id]).get(erp_id)
        if ours is None:
            return None
        found = exact(connected, mapping, rule, Side.ERP, ours).all or _matched(connected, mapping, rule, erp_id)
        return _beside(connected, mapping, rule, ours, found)


def _matched(connected: Connected, mapping: TableMapping, rule: TableRule, erp_id: uuid.UUID) -> list[Record]:
    """What the matching itself finds, where values are transformed before they are compared: it reads everything."""
    if not mapping.criteria():
        return []
    ledger: Any = mapping.couplings
    found = preview(rule, mapping.criteria(), connected.erp, connected.crm, ledger, [erp_id])
    ids = found.ambiguous.get(erp_id) or [found.pairs[erp_id]] if erp_id in {**found.ambiguous, **found.pairs} else []
    return list(records.read(connected, rule, Side.CRM, ids).values())


def _beside(
    connected: Connected, mapping: TableMapping, rule: TableRule, ours: Record, found: Sequence[Record]
) -> Ambiguous:
    comparison = Comparison(connected, mapping, rule)
    [ours] = records.read(connected, rule, Side.ERP, [ours.id], comparison.columns(Side.ERP)).values()
    there = records.read(connected, rule, Side.CRM, [one.id for one in found[:BESIDE]], comparison.columns(Side.CRM))
    compared = [(one, comparison.fields(ours, one)) for one in there.values()]
    candidates = [
        Candidate(one.id, records.name_of(Side.CRM, rule.crm, one), sum(pair.differs for pair in pairs))
        for one, pairs in compared
    ]
    rows = [Row(line[0].label, line[0].erp_text, line) for line in zip(*(pairs for _, pairs in compared), strict=True)]
    rows.sort(key=lambda row: len({pair.crm_text for pair in row.theirs}) == 1)
    name = records.name_of(Side.ERP, rule.erp, ours)
    return Ambiguous(ours.id, name, candidates, rows, len(found) - len(candidates))
