"""What match-based coupling would find: pairs, ambiguous ones with their candidates, and what stays alone."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from coupling.pages import records
from coupling.pages.compare import Comparison
from coupling.sides import both_opened
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.matching.contested import Differences, differences
from integration.sync.matching.run import preview
from integration.sync.rules import TableRule
from integration.systems.values import Record, Side

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A Sales record, and the labels of the mapped fields in which the two differ."""

    id: uuid.UUID
    name: str
    differing: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A Business Central record, and the Sales records it matches: one is a pair, several are ambiguous; or a record
    of the side that was looked from, which matches none."""

    id: uuid.UUID
    name: str
    others: Sequence[Candidate] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """All of it counted (pairs, ambiguous, alone), the first few by name, and how many fields would change."""

    counts: tuple[int, int, int]
    differences: Differences
    pairs: Sequence[Found]
    ambiguous: Sequence[Found]
    alone: Sequence[Found]


def previewed(mapping: TableMapping, ids: Sequence[uuid.UUID] = (), side: Side = Side.ERP) -> Preview:
    """Look, and couple nothing; at everything, or at these records of a side. Raises ``ConnectionProblem``
    (``ConfigurationProblem`` without criteria)."""
    with both_opened() as connected:
        rule = build_rule(mapping, connected.erp, connected.crm)
        matched = preview(rule, mapping.criteria(), connected.erp, connected.crm, mapping.couplings, ids or None, side)
        pairs = _first({id: [other] for id, other in matched.pairs.items()})
        ambiguous, alone = _first(matched.ambiguous), matched.alone[:SHOWN]
        shown = _Shown(connected, mapping, rule, {**pairs, **ambiguous})
        return Preview(
            (len(matched.pairs), len(matched.ambiguous), len(matched.alone)),
            differences(rule, connected.erp, connected.crm, mapping.couplings, matched.pairs),
            shown.all_found(pairs),
            shown.all_found(ambiguous),
            shown.alone(connected, side, alone),
        )


def _first(found: Mapping[uuid.UUID, Sequence[uuid.UUID]]) -> dict[uuid.UUID, Sequence[uuid.UUID]]:
    return dict(list(found.items())[:SHOWN])


class _Shown:
    """The records of a preview, read at once."""

    def __init__(
        self,
        connected: Connected,
        mapping: TableMapping,
        rule: TableRule,
        found: Mapping[uuid.UUID, Collection[uuid.UUID]],
    ) -> None:
        self.rule = rule
        self.comparison = Comparison(connected, mapping, rule)
        self.ours = self._read(connected, Side.ERP, found)
        self.theirs = self._read(connected, Side.CRM, {id for others in found.values() for id in others})
        self.differing = self._compared([(id, other) for id, others in found.items() for other in others])

    def _read(self, connected: Connected, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Record]:
        table = self.rule.table(side)
        columns = sorted({*self.comparison.columns(side), *records.read_columns(side, table)})
        return dict(connected.system(side).get(table.name, list(ids), columns)) if ids else {}

    def _compared(self, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[tuple[uuid.UUID, uuid.UUID], list[str]]:
        """The labels of the fields in which these differ, as far as both records are there."""
        there = [(id, other) for id, other in pairs if id in self.ours and other in self.theirs]
        fields = self.comparison.fields_of_each([(self.ours[id], self.theirs[other]) for id, other in there])
        return {
            pair: [one.erp_label for one in these if one.differs] for pair, these in zip(there, fields, strict=True)
        }

    def found(self, id: uuid.UUID, others: Collection[uuid.UUID]) -> Found:
        ours = self.ours.get(id)
        name = records.name_of(Side.ERP, self.rule.erp, ours) if ours else str(id)
        return Found(id, name, [self._candidate(id, other) for other in others])

    def all_found(self, matched: Mapping[uuid.UUID, Sequence[uuid.UUID]]) -> list[Found]:
        return [self.found(id, others) for id, others in matched.items()]

    def alone(self, connected: Connected, side: Side, ids: Sequence[uuid.UUID]) -> list[Found]:
        """These records of a side, by name."""
        read, table = self._read(connected, side, ids), self.rule.table(side)
        return [Found(id, records.name_of(side, table, read[id]) if id in read else str(id)) for id in ids]

    def _candidate(self, id: uuid.UUID, other: uuid.UUID) -> Candidate:
        theirs = self.theirs.get(other)
        name = records.name_of(Side.CRM, self.rule.crm, theirs) if theirs is not None else str(other)
        return Candidate(other, name, self.differing.get((id, other), ()))
