"""A new record that Sales refuses because another one has its number of Business Central already.

That is what remains where a coupling was deleted: the other record keeps the number, and no second one can be made
beside it. Which one it is is looked up only then.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence

from integration.sync.actions import Insert
from integration.sync.memory.ledger import State
from integration.sync.problems import NumberConflict
from integration.sync.rules import Direction
from integration.sync.special.base import Run
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.text import fold
from integration.systems.values import Record, Value, Written
from integration.systems.wording import record_name

NUMBER, TABLE = "bci_number", "bci_table"
"""The columns of Sales that together are the alternate key of a record of Business Central."""


def find_number_conflicts(run: Run, refused: Sequence[Insert]) -> dict[uuid.UUID, NumberConflict]:
    """The records that hold the numbers of these new ones, by source id; one question for all of them."""
    numbers = {str(action.values[NUMBER]) for action in refused if action.values.get(NUMBER)}
    if not numbers:
        return {}
    table = run.rule.table(run.direction.destination)
    columns = [name for name in (NUMBER, TABLE, table.number_field, table.name_field) if name in table.fields]
    where = OneOf(NUMBER, tuple(sorted(numbers)))
    holders = {_key(row.values): row for row in every(run.destination, table.name, where, sorted(set(columns)))}
    found: dict[uuid.UUID, NumberConflict] = {}
    for action in refused:
        holder = holders.get(_key(action.values))
        if holder is not None:
            found[action.record.id] = _problem(run, action, holder)
    return found


def _problem(run: Run, action: Insert, holder: Record) -> NumberConflict:
    table = run.rule.table(run.direction.destination)
    return NumberConflict(table.label, str(action.values[NUMBER]), record_name(table, holder), table.name, holder.id)


def _key(values: Mapping[str, Value]) -> tuple[str, str]:
    return fold(str(values.get(TABLE) or "")), fold(str(values.get(NUMBER) or ""))


def arrived_by_code(run: Run, refused: Sequence[Insert]) -> dict[uuid.UUID, Written]:
    """Of new rows whose key, a code, is there already, by source id: the row, where an earlier try of ours was meant to
    make it, else ``NumberConflict``. One question for all of them."""
    table = run.rule.table(run.direction.destination)
    key = table.number_field
    codes = sorted({str(action.values[key]) for action in refused if action.values.get(key)})
    columns = [name for name in (key, table.name_field) if name]
    rows = every(run.destination, table.name, OneOf(key, tuple(codes)), columns) if codes else ()
    held = {fold(str(row.values[key])): row for row in rows}
    found: dict[uuid.UUID, Written] = {}
    for action in refused:
        row = held.get(fold(str(action.values.get(key) or "")))
        if row is None:
            continue
        if action.before is not None and action.before.state is State.INTENDED:
            found[action.record.id] = Written(row.id)
        else:
            problem = NumberConflict(table.label, str(row.values[key]), record_name(table, row), table.name, row.id)
            found[action.record.id] = Written(row.id, error=problem)
    return found


def find_number_holders(run: Run, records: Sequence[Record]) -> dict[uuid.UUID, NumberConflict]:
    """Records of Business Central whose numbers these uncoupled records of Sales carry, by source id: they were
    coupled once, and a second record would be a double. One question for all of them, and none where nobody carries a
    number."""
    table = run.rule.erp
    carriers = [one for one in run.rule.fields if one.erp_field == table.number_field and one.crm_field]
    if run.direction is not Direction.TO_ERP or not table.number_field or not carriers:
        return {}
    column = carriers[0].crm_field
    kinds = {fold(one.constant) for one in run.rule.fields if one.crm_field == TABLE and one.constant}
    numbers = {record.id: str(record.values.get(column) or "") for record in records if _is_ours(record, kinds)}
    wanted = sorted({number for number in numbers.values() if number})
    if not wanted:
        return {}
    names = [name for name in (table.number_field, table.name_field) if name]
    rows = every(run.erp, table.name, OneOf(table.number_field, tuple(wanted)), names)
    held = {fold(str(row.values[table.number_field])): row for row in rows}
    found: dict[uuid.UUID, NumberConflict] = {}
    for record in records:
        holder = held.get(fold(numbers.get(record.id, "")))
        if holder is not None:
            called = f"the {run.rule.crm.label.lower()}’s"
            number = str(holder.values[table.number_field])
            found[record.id] = NumberConflict(
                table.label, number, record_name(table, holder), table.name, holder.id, called
            )
    return found


def _is_ours(record: Record, kinds: Collection[str]) -> bool:
    """Does its number mean a record of this table? A vendor may have the number of a customer."""
    kind = fold(str(record.values.get(TABLE) or ""))
    return not kind or not kinds or kind in kinds
