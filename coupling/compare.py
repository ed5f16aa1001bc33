"""Two records side by side, and what keeps one from being synchronized: asked of the engine's own planner."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coupling.records import shown
from integration.models import TableMapping
from integration.models.systems import Connected
from integration.sync.halves import changed
from integration.sync.ledger import Agreed, Partner
from integration.sync.plan import Planner
from integration.sync.rules import Direction, FieldRule, TableRule
from integration.sync.run import Options, Scope
from integration.sync.special.base import Run
from integration.sync.transfer import ReferenceNotCoupled
from integration.sync.values import normalizer
from integration.systems.base import Record, Side


@dataclass(frozen=True, slots=True)
class Pair:
    """One mapped pair of fields of two records."""

    erp_label: str
    erp_text: str
    crm_label: str
    crm_text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A field both sides hold something different in. ``changed``: the side that has changed it since both last
    agreed, ``None`` for both or nobody knows."""

    key: str
    label: str
    erp_text: str
    crm_text: str
    changed: Side | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A record that has to be coupled first, and where it is."""

    message: str
    side: Side
    table: str
    id: uuid.UUID


class Comparison:
    """Compares records of a mapping, any number of pairs. Raises ``ConfigurationProblem`` for a broken mapping."""

    def __init__(self, connected: Connected, mapping: TableMapping, rule: TableRule) -> None:
        self.rule, self.to_crm = rule, rule.direction.includes(Direction.TO_CRM)
        direction = Direction.TO_CRM if self.to_crm else Direction.TO_ERP
        self.planner = _planner(connected, mapping, rule, direction)

    def pairs(self, ours: Record | None, theirs: Record | None) -> list[Pair]:
        """The mapped fields of two records; where the engine would write one of them, it differs."""
        differing = self._differing(ours, theirs) if ours and theirs else set()
        pairs = []
        for field in self.rule.fields:
            left, right = self.rule.field(Side.ERP, field), self.rule.field(Side.CRM, field)
            if left is not None and right is not None:
                a = shown(ours.values.get(left.name), left) if ours else ""
                b = shown(theirs.values.get(right.name), right) if theirs else ""
                pairs.append(Pair(left.label or left.name, a, right.label or right.name, b, field.key in differing))
        return pairs

    def clashing(self, ours: Record, theirs: Record, agreed: Agreed) -> list[Choice]:
        """The two-way fields in which both differ, as a person chooses between them."""
        differing = self._differing(ours, theirs)
        two_way = [field for field in self.rule.fields if field.key in differing and field.direction is Direction.BOTH]
        return [self._choice(field, ours, theirs, agreed) for field in two_way]

    def _choice(self, field: FieldRule, ours: Record, theirs: Record, agreed: Agreed) -> Choice:
        left, right = self.rule.erp.fields[field.erp_field], self.rule.crm.fields[field.crm_field]
        here, there = ours.values.get(left.name), theirs.values.get(right.name)
        by = _changed(agreed.get(field.key), normalizer(left)(here), normalizer(right)(there))
        return Choice(field.key, left.label or left.name, shown(here, left), shown(there, right), by)

    def agreed_for(self, ours: Record, theirs: Record, winners: Mapping[str, Side]) -> Agreed:
        """Agreed values with which the next passes let these sides win."""
        source, twin = (ours, theirs) if self.to_crm else (theirs, ours)
        return self.planner.decided(source, twin, winners)

    def read(self, connected: Connected, partner: Partner) -> tuple[Record | None, Record | None]:
        """Both records with the columns of the mapping."""
        ours = connected.erp.get(self.rule.erp.name, [partner.erp_id], list(self.rule.columns(Side.ERP)))
        theirs = connected.crm.get(self.rule.crm.name, [partner.crm_id], list(self.rule.columns(Side.CRM)))
        return ours.get(partner.erp_id), theirs.get(partner.crm_id)

    def _differing(self, ours: Record, theirs: Record) -> set[str]:
        source, twin = (ours, theirs) if self.to_crm else (theirs, ours)
        return self.planner.differing(source, twin)


def side_by_side(connected: Connected, mapping: TableMapping, ours: Record | None, theirs: Record | None) -> list[Pair]:
    """The mapped fields of two records. Raises ``ConfigurationProblem`` for a broken mapping."""
    return Comparison(connected, mapping, mapping.rule(connected.erp, connected.crm)).pairs(ours, theirs)


def missing_first(connected: Connected, mapping: TableMapping, direction: Direction, id: uuid.UUID) -> Missing | None:
    """What has to be coupled before this record of the direction's source can be carried, if anything: salespeople
    before customers, units before items, price groups before prices, currencies before what is in them."""
    if not Direction(mapping.direction).includes(direction):
        return None
    planner = _planner(connected, mapping, mapping.rule(connected.erp, connected.crm), direction, (id,))
    found = planner.run.source.get(planner.run.source_table, [id], planner.source_columns)
    for problem in planner.problems(list(found.values())):
        if isinstance(problem, ReferenceNotCoupled):
            return Missing(str(problem), direction.source, problem.table, problem.id)
    return None


def _planner(
    connected: Connected, mapping: TableMapping, rule: TableRule, direction: Direction, ids: tuple[uuid.UUID, ...] = ()
) -> Planner:
    """A plan that nobody carries out."""
    ends = {Side.ERP: connected.erp, Side.CRM: connected.crm}
    ledger: Any = mapping.couplings
    options = Options(scope=Scope.IDS, ids=ids, create=True, dry_run=True)
    source, destination = ends[direction.source], ends[direction.destination]
    return Planner(Run(rule, direction, source, destination, ledger, options, connected.context))


def _changed(agreed: tuple[str, str] | None, ours: str, theirs: str) -> Side | None:
    """Which side alone has changed a field since both last agreed."""
    if agreed is None or changed(agreed[0], ours) == changed(agreed[1], theirs):
        return None
    return Side.ERP if changed(agreed[0], ours) else Side.CRM
