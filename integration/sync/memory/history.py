"""What the history of a record keeps of a write, and what people call the record. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from integration.sync.actions import Change, Insert, SideWrite, Update
from integration.sync.rules import TableRule
from integration.sync.run import Changed
from integration.systems.values import Field, Record, Side, Table, Value
from integration.systems.wording import record_name, shorten, value_text

HISTORY, LABEL = 200, 250
"""Longer values are cut in the history."""


def changes_of(action: Insert | Update, side: Side, table: Table, label: str = "") -> Changed | None:
    """For the history of the record, which people call ``label`` and which was written on this side; a row that an
    interrupted run made is told of when it is completed. ``table`` is that of the destination: it knows what its
    options are called."""
    pair = action.pair
    if isinstance(action, Insert):
        return Changed(pair.erp_id, pair.crm_id, "inserted", _filled(action.values, table), label, side=side)
    if action.completes:
        made = {**action.twin.values, **action.values}
        return Changed(pair.erp_id, pair.crm_id, "inserted", _filled(made, table), label, side=side)
    if action.changes:
        written = [(one.field, *_both(one, table)) for one in action.changes]
        exact = {one.field: (one.old, one.new) for one in action.changes}
        return Changed(pair.erp_id, pair.crm_id, "modified", written, label, exact=exact, side=side)
    return Changed(pair.erp_id, pair.crm_id, "coupled", [], label) if action.coupled else None


def changes_besides(write: SideWrite, side: Side, table: Table, label: str = "") -> Changed:
    """For the history of a row of this side that was written beside a record. ``table`` is that of the destination;
    ``label`` is what the record is called, which a record of another mapping (a contact's firm) is not."""
    is_another = write.table != table.name and write.id == (write.erp_id if side is Side.ERP else write.crm_id)
    of = f" ({write.label})" if write.must and write.label else ""
    about = table if write.table == table.name else None
    fields = [(f"{one.field}{of}", *_both(one, about)) for one in write.changes]
    if is_another:
        return Changed(write.erp_id, write.crm_id, "modified", fields, write.label, side=side, table=write.table)
    return Changed(write.erp_id, write.crm_id, "modified", fields, label, side=side)


def _filled(values: Mapping[str, Value], table: Table) -> list[tuple[str, str, str]]:
    """The fields of a new row that hold something."""
    there = {name: value for name, value in values.items() if value not in (None, "")}
    return [(name, "", in_words(value, table.fields.get(name))) for name, value in there.items()]


def _both(change: Change, table: Table | None) -> tuple[str, str]:
    field = table.fields.get(change.field) if table is not None else None
    return in_words(change.old, field), in_words(change.new, field)


def in_words(value: Value, field: Field | None = None) -> str:
    """A value as the history keeps it: an option of ``field`` by its label."""
    text = value if isinstance(value, str) else value_text(value, field)
    return shorten(text, HISTORY)


def label_of(table: Table, record: Record) -> str:
    """The name of the record as the columns of labels hold it."""
    return record_name(table, record)[:LABEL]


def label_written(action: Insert | Update, rule: TableRule, side: Side, values: Mapping[str, Value] | None) -> str:
    """What the record that was written on this side was called then: by its number in Business Central, too, where that
    side was written and gave one. ``values``: the row as it is now, where that is known."""
    if side is Side.ERP:
        there = {**(action.twin.values if isinstance(action, Update) else {}), **action.values, **(values or {})}
        if rule.erp.number_field and there.get(rule.erp.number_field):
            return label_of(rule.erp, Record(rule.erp.name, action.pair.erp_id, there, ""))
    return label_of(rule.table(side.other), action.record)


def naming_columns(table: Table) -> list[str]:
    """What has to be read of a record to call it by its name."""
    return [name for name in (table.number_field, table.name_field) if name]
