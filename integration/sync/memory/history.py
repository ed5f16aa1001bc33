"""What the history of a record keeps of a write, and what people call the record. Pure."""

from __future__ import annotations

from integration.sync.actions import Insert, SideWrite, Update
from integration.sync.run import Changed
from integration.systems.values import Record, Side, Table, Value
from integration.systems.wording import record_name, shorten, value_text

HISTORY, LABEL = 200, 250
"""Longer values are cut in the history."""


def changes_of(action: Insert | Update, side: Side) -> Changed | None:
    """For the history of the record, which was written on this side; a row that an interrupted run made is told of when
    it is completed."""
    pair = action.pair
    if isinstance(action, Insert):
        new = [(name, "", in_words(value)) for name, value in action.values.items() if value not in (None, "")]
        return Changed(pair.erp_id, pair.crm_id, "inserted", new, side=side)
    if action.completes:
        made = {**action.twin.values, **action.values}
        new = [(name, "", in_words(value)) for name, value in made.items() if value not in (None, "")]
        return Changed(pair.erp_id, pair.crm_id, "inserted", new, side=side)
    if action.changes:
        written = [(one.field, in_words(one.old), in_words(one.new)) for one in action.changes]
        exact = {one.field: (one.old, one.new) for one in action.changes}
        return Changed(pair.erp_id, pair.crm_id, "modified", written, exact, side)
    return None


def changes_besides(write: SideWrite, side: Side) -> Changed:
    """For the history of a row of this side that was written beside a record."""
    of = f" ({write.label})" if write.must and write.label else ""
    fields = [(f"{one.field}{of}", in_words(one.old), in_words(one.new)) for one in write.changes]
    return Changed(write.erp_id, write.crm_id, "modified", fields, side=side)


def in_words(value: Value) -> str:
    """A value as the history keeps it."""
    text = value if isinstance(value, str) else value_text(value)
    return shorten(text, HISTORY)


def label_of(table: Table, record: Record) -> str:
    """The name of the record as the columns of labels hold it."""
    return record_name(table, record)[:LABEL]
