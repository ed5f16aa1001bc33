"""The one free record on the other side that is the same beyond doubt: equal in what records are matched by, or in
number, name or e-mail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from coupling.pages import records
from coupling.pages.asking.ours import is_our_price_list
from integration.connection.systems import Connected
from integration.models import TableMapping
from integration.sync.given_ids.marks import is_marked
from integration.sync.memory.ledger import State
from integration.sync.rules import TableRule
from integration.systems.filters import AllOf, AnyOf, Comparison, both, fields_of, matches
from integration.systems.values import FieldType, Record, Side, Value
from integration.systems.wording import field_name

READ = 10
"""So many records that are equal to one are read."""
AT_ONCE = 50
"""For so many records the other side is asked in one question."""
UNEQUAL = (FieldType.REFERENCE, FieldType.OPTION, FieldType.UUID, FieldType.TABLE)
"""Types whose values are not the same on both sides."""
MAIL = "mail"
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Exact:
    """The match, and by which fields (as the person's side calls them). ``others``: those that are equal by the fields
    tried last, where there is not exactly one."""

    record: Record | None
    name: str = ""
    by: str = ""
    others: Sequence[Record] = ()

    @property
    def several(self) -> int:
        return len(self.others)

    @property
    def all(self) -> list[Record]:
        """The match, or those among which a person has to choose."""
        return [self.record] if self.record is not None else list(self.others)


def exact(connected: Connected, mapping: TableMapping, rule: TableRule, side: Side, record: Record) -> Exact:
    """Look for it by one group of fields after the other. ``side``: where ``record`` is. Raises what the other side
    raises."""
    return exact_of_each(connected, mapping, rule, side, [record])[record.id]


def exact_of_each(
    connected: Connected, mapping: TableMapping, rule: TableRule, side: Side, records_here: Sequence[Record]
) -> dict[uuid.UUID, Exact]:
    """``exact`` of each of these records, by their ids: a question for ``AT_ONCE`` of them."""
    found: dict[uuid.UUID, Exact] = {}
    table, there = rule.table(side), rule.table(side.other)
    for pairs in _groups(mapping, rule):
        names = [_of(side, pair) for pair in pairs]
        by = " and ".join(field_name(table.fields[name]) for name in names if name in table.fields)
        open_ones = [one for one in records_here if one.id not in found or found[one.id].record is None]
        asked = {one.id: where for one in open_ones if (where := _equal(rule, side, one, pairs)) is not None}
        for id, free in _free_for_each(connected, mapping, rule, side.other, asked).items():
            if len(free) == 1:
                found[id] = Exact(free[0], records.name_of(side.other, there, free[0]), by)
            elif free:
                found[id] = Exact(None, by=by, others=free)
    return {one.id: found.get(one.id, Exact(None)) for one in records_here}


def _groups(mapping: TableMapping, rule: TableRule) -> Iterator[Pairs]:
    """The criteria by priority, then number, name and e-mail as they are mapped or as both tables are named."""
    tried: list[Pairs] = []
    for _, group in groupby(mapping.criteria(), key=lambda one: one.priority):
        tried.append([(one.erp_field, one.crm_field) for one in group])
    mapped = [(one.erp_field, one.crm_field) for one in rule.fields if one.erp_field and one.crm_field]
    tried += [[pair] for pair in mapped if pair[0] in (rule.erp.number_field, rule.erp.name_field)]
    for ours, theirs in ((rule.erp.number_field, rule.crm.number_field), (rule.erp.name_field, rule.crm.name_field)):
        if ours and theirs:
            tried.append([(ours, theirs)])
    tried += [[pair] for pair in mapped if MAIL in pair[0] and MAIL in pair[1]]
    seen: list[set[tuple[str, str]]] = []
    for pairs in tried:
        if set(pairs) not in seen:
            seen.append(set(pairs))
            yield pairs


def _of(side: Side, pair: tuple[str, str]) -> str:
    return pair[0] if side is Side.ERP else pair[1]


def _equal(rule: TableRule, side: Side, record: Record, pairs: Pairs) -> AllOf | None:
    """The filter of the other side that asks for these values; ``None`` where one is blank or cannot be compared."""
    parts: list[Comparison] = []
    for pair in pairs:
        here, there = (rule.table(one).fields.get(_of(one, pair)) for one in (side, side.other))
        value: Value = record.values.get(_of(side, pair))
        if here is None or there is None or here.type in UNEQUAL or there.type in UNEQUAL:
            return None
        if value is None or value == "" or here.type.textual is not there.type.textual:
            return None
        parts.append(Comparison(there.name, "=", value))
    return AllOf(tuple(parts)) if parts else None


def _free_for_each(
    connected: Connected, mapping: TableMapping, rule: TableRule, side: Side, asked: Mapping[uuid.UUID, AllOf]
) -> dict[uuid.UUID, list[Record]]:
    """The free records of this side that meet each of these conditions."""
    found: dict[uuid.UUID, list[Record]] = {}
    ids = list(asked)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        conditions = dict.fromkeys(asked[id] for id in some)
        free = free_ones(connected, mapping, rule, side, list(conditions))
        if free is None:  # So many are equal that one condition's could hide another's.
            for id in some:
                found[id] = free_ones(connected, mapping, rule, side, [asked[id]]) or []
        else:
            found |= {id: [one for one in free if matches(asked[id], one)] for id in some}
    return found


def free_ones(
    connected: Connected, mapping: TableMapping, rule: TableRule, side: Side, conditions: Sequence[AllOf]
) -> list[Record] | None:
    """Those that meet one of the conditions, at most ``READ`` of each; ``None`` where that are not all of several."""
    table, system = rule.table(side), connected.system(side)
    columns = list(dict.fromkeys([*rule.columns(side), *records.read_columns(side, table), *fields_of(conditions[0])]))
    if table.mark_field:
        columns.append(table.mark_field)
    where = conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions))
    page = system.find(table.name, both(rule.filter(side), where), columns, [], READ * len(conditions), None)
    if page.cursor is not None and len(conditions) > 1:
        return None
    held = taken(mapping, side, [one.id for one in page.records])
    whole = [one for one in page.records if not is_marked(table, one) and not is_our_price_list(table.name, one)]
    return [one for one in whole if one.id not in held]


def taken(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these few records that are coupled, in this mapping or in another one of their table."""
    same = {f"mapping__{side}_table": mapping.table(side), f"{side}_id__in": list(ids)}
    rows = mapping.couplings.model.objects.filter(**same).exclude(state=State.RESERVED.value)
    return set(rows.order_by().values_list(f"{side}_id", flat=True))
