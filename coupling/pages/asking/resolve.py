"""A record that matches several others, or that shares its one match with another record: all of them side by side."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, prefetch_related_objects

from coupling.pages import records
from coupling.pages.asking.after_coupling import AfterCoupling, after_coupling
from coupling.pages.asking.exact import exact
from coupling.pages.compare import Comparison, Missing
from coupling.pages.comparison.judged import JudgedField
from coupling.sides import both_opened
from integration.connection.systems import Connected
from integration.mappings.build_rule import NEEDED, build_rule
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

    @property
    def differs(self) -> bool:
        return any(pair.differs for pair in self.theirs)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """What the template shows. ``more``: candidates that are not beside it; ``chosen``: the one whose coupling is
    looked at, as a person chose it, or as there is no other; ``missing``: what has to be coupled first."""

    id: uuid.UUID
    name: str
    candidates: Sequence[Candidate]
    rows: Sequence[Row]
    more: int
    chosen: uuid.UUID | None
    after: AfterCoupling
    missing: Missing | None


def noted(mapping: TableMapping) -> QuerySet[Any]:
    """The rows of records that a run has left for a person, since several matched."""
    code = AmbiguousMatch.code
    met = Q(to_crm_code=code) | Q(to_erp_code=code)
    return mapping.couplings.filter(met, state=State.RESERVED.value).order_by("pk")


def ambiguous(
    mapping: TableMapping, erp_id: uuid.UUID, chosen: uuid.UUID | None = None, after: str | None = None
) -> Ambiguous | None:
    """The record with those it may be; ``None`` where it is gone or coupled by now. ``chosen``, ``after``: the one that
    a person has chosen, and the way to synchronize both. Raises ``ConnectionProblem``."""
    pair = mapping.couplings.pairs(Side.ERP, [erp_id]).get(erp_id)
    if pair is not None and pair.state is not State.RESERVED:
        return None
    prefetch_related_objects([mapping], *NEEDED)
    with both_opened() as connected:
        rule = build_rule(mapping, connected.erp, connected.crm, list(connected.context.filters))
        ours = records.read(connected, rule, Side.ERP, [erp_id]).get(erp_id)
        if ours is None:
            return None
        found = exact(connected, mapping, rule, Side.ERP, ours).all or _matched(connected, mapping, rule, erp_id)
        return _beside(connected, mapping, rule, ours, found, (chosen, after))


def _matched(connected: Connected, mapping: TableMapping, rule: TableRule, erp_id: uuid.UUID) -> list[Record]:
    """What the matching itself finds, where values are transformed before they are compared: it reads everything."""
    if not mapping.criteria():
        return []
    ledger: Any = mapping.couplings
    found = preview(rule, mapping.criteria(), connected.erp, connected.crm, ledger, [erp_id])
    ids = found.ambiguous.get(erp_id) or [found.pairs[erp_id]] if erp_id in {**found.ambiguous, **found.pairs} else []
    return list(records.read(connected, rule, Side.CRM, ids).values())


def _beside(
    connected: Connected,
    mapping: TableMapping,
    rule: TableRule,
    ours: Record,
    found: Sequence[Record],
    wanted: tuple[uuid.UUID | None, str | None],
) -> Ambiguous:
    comparison = Comparison(connected, mapping, rule)
    [ours] = records.read(connected, rule, Side.ERP, [ours.id], comparison.columns(Side.ERP)).values()
    there = records.read(connected, rule, Side.CRM, [one.id for one in found[:BESIDE]], comparison.columns(Side.CRM))
    fields = dict(zip(there, comparison.fields_of_each([(ours, one) for one in there.values()]), strict=True))
    candidates = [
        Candidate(one.id, records.name_of(Side.CRM, rule.crm, one), sum(pair.differs for pair in fields[one.id]))
        for one in there.values()
    ]
    rows = [Row(line[0].label, line[0].erp_text, line) for line in zip(*fields.values(), strict=True)]
    rows.sort(key=lambda row: (len({pair.crm_text for pair in row.theirs}) == 1, not row.differs))
    chosen, way = wanted
    if chosen not in there:
        chosen = candidates[0].id if len(candidates) == 1 else None
    both = ours, there[chosen] if chosen else None
    after = after_coupling(connected, mapping, both, fields[chosen] if chosen else (), way)
    name = records.name_of(Side.ERP, rule.erp, ours)
    more, missing = len(found) - len(candidates), comparison.missing(ours)
    return Ambiguous(ours.id, name, candidates, rows, more, chosen, after, missing)
