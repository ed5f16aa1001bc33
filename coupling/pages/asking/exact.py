"""The one free record on the other side that is the same beyond doubt: equal in what records are matched by, or in
number, name or e-mail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from coupling.pages import records
from coupling.pages.asking.ours import is_our_price_list
from integration.connection.systems import Connected
from integration.models import TableMapping
from integration.sync.given_ids.marks import is_marked
from integration.sync.memory.ledger import State
from integration.sync.rules import TableRule
from integration.systems.filters import AllOf, Comparison, both
from integration.systems.values import FieldType, Record, Side, Value
from integration.systems.wording import field_name

READ = 10
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
    others: list[Record] = []
    by = ""
    for pairs in _groups(mapping, rule):
        where = _equal(rule, side, record, pairs)
        if where is None:
            continue
        found = _free(connected, mapping, rule, side.other, where)
        names = [field_name(rule.table(side).fields[_of(side, pair)]) for pair in pairs]
        if len(found) == 1:
            return Exact(found[0], records.name_of(side.other, rule.table(side.other), found[0]), " and ".join(names))
        if found:
            others, by = found, " and ".join(names)
    return Exact(None, by=by, others=others)


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


def _free(connected: Connected, mapping: TableMapping, rule: TableRule, side: Side, where: AllOf) -> list[Record]:
    table, system = rule.table(side), connected.system(side)
    columns = list(dict.fromkeys([*rule.columns(side), *records.read_columns(side, table)]))
    if table.mark_field:
        columns.append(table.mark_field)
    page = system.find(table.name, both(rule.filter(side), where), columns, [], READ, None)
    held = taken(mapping, side, [one.id for one in page.records])
    whole = [one for one in page.records if not is_marked(table, one) and not is_our_price_list(table.name, one)]
    return [one for one in whole if one.id not in held]


def taken(mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these few records that are coupled, in this mapping or in another one of their table."""
    same = {f"mapping__{side}_table": mapping.table(side), f"{side}_id__in": list(ids)}
    rows = mapping.couplings.model.objects.filter(**same).exclude(state=State.RESERVED.value)
    return set(rows.order_by().values_list(f"{side}_id", flat=True))
