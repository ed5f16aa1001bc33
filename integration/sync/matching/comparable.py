"""What matching compares: not what both records hold, but what the one would hold after a synchronization.

A field that is transformed, translated through a coupling or converted on its way is therefore compared as it would
arrive. A pair of fields that is transformed in one direction only is compared in that direction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from integration.sync.matching.pairs import Criterion
from integration.sync.memory.ledger import Ledger
from integration.sync.record.transfer import Transfer, resolved_ids
from integration.sync.record.values import normalizer
from integration.sync.rules import FieldRule, TableRule
from integration.sync.special.base import Special
from integration.sync.transformations.chain import steps
from integration.systems.values import FieldType, Record, Ref, Side, Value


@dataclass(frozen=True, slots=True)
class _Pair:
    """One criterion, and the transfer of its two fields; without one they are not synchronized and compared as they
    are."""

    criterion: Criterion
    transfer: Transfer | None = None

    @property
    def key(self) -> str:
        return f"{self.criterion.erp_field}:{self.criterion.crm_field}"

    def field(self, side: Side) -> str:
        return self.criterion.erp_field if side is Side.ERP else self.criterion.crm_field


class Alike:
    """Makes the records of both sides comparable: ``comparable`` gives them the columns that ``criteria`` name.
    Raises what :class:`Transfer` raises."""

    def __init__(self, rule: TableRule, criteria: Sequence[Criterion], special: Special, ledger: Ledger) -> None:
        self.rule, self.special, self.ledger = rule, special, ledger
        mapped = {(one.erp_field, one.crm_field): one for one in rule.fields}
        self.pairs = [_Pair(one, _transfer(rule, mapped.get((one.erp_field, one.crm_field)))) for one in criteria]

    @property
    def criteria(self) -> list[Criterion]:
        return [replace(pair.criterion, erp_field=pair.key, crm_field=pair.key) for pair in self.pairs]

    def columns(self, side: Side) -> list[str]:
        return sorted({pair.field(side) for pair in self.pairs})

    def comparable(self, side: Side, records: Sequence[Record]) -> list[Record]:
        """These records of one side, with one comparable value for each criterion."""
        values = {pair.key: self._values(pair, side, records) for pair in self.pairs}
        return [
            replace(record, values={key: column[place] for key, column in values.items()})
            for place, record in enumerate(records)
        ]

    def _values(self, pair: _Pair, side: Side, records: Sequence[Record]) -> list[Value]:
        if pair.transfer is None:
            return self._as_they_are(pair.field(side), side, records)
        way = pair.transfer.direction
        arriving, text = pair.field(way.destination), _text(pair.transfer, pair.field(way.destination))
        if way.destination is side:
            return [text(record.values.get(arriving)) for record in records]
        wanted = pair.transfer.wanted(records)
        resolved = {
            one: resolved_ids(self.ledger.resolve(one, side, ids) if ids else {}) for one, ids in wanted.items()
        }
        # What cannot be transferred is in no draft: it matches nothing.
        return [text(pair.transfer.draft(record, resolved).values.get(arriving)) for record in records]

    def _as_they_are(self, name: str, side: Side, records: Sequence[Record]) -> list[Value]:
        """References of Business Central as ids of the other side, where that is known."""
        if side is Side.CRM or self.rule.erp.fields[name].type is not FieldType.REFERENCE:
            return [record.values.get(name) for record in records]
        there = self.special.translated(name, records)
        return [Ref("", there[record.id]) if record.id in there else None for record in records]


def _transfer(rule: TableRule, field: FieldRule | None) -> Transfer | None:
    """The transfer of this pair of fields alone, in the direction in which it is transformed, else in the mapping's
    first."""
    if field is None:
        return None
    possible = [way for way in rule.direction.passes if field.direction.includes(way)] or field.direction.passes
    way = next((way for way in possible if steps(field.transformations, way)), possible[0])
    return Transfer(replace(rule, fields=(field,)), way)


def _text(transfer: Transfer, name: str) -> Callable[[Value], str]:
    """Values of a field of the destination as text. Long text stays itself: a digest would tell its case apart."""
    field = transfer.rule.table(transfer.direction.destination).fields[name]
    return _plain if field.type.textual else normalizer(field)


def _plain(value: Value) -> str:
    return "" if value is None else str(value)
