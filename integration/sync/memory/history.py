"""What the history of a record keeps of a write, and what people call the record. Pure."""

from __future__ import annotations

from integration.sync.actions import Insert, SideWrite, Update
from integration.sync.run import Changed
from integration.systems.values import Field, Record, Side, Table, Value
from integration.systems.wording import field_name, record_name, shorten, value_text

HISTORY, LABEL = 200, 250
"""Longer values are cut in the history."""


def changes_of(action: Insert | Update, side: Side, table: Table) -> Changed | None:
    """For the history of the record, which was written in this table of this side; a row that an interrupted run made
    is told of when it is completed."""
    pair = action.pair
    if isinstance(action, Insert):
        new = [_made(table, name, value) for name, value in action.values.items() if value not in (None, "")]
        return Changed(pair.erp_id, pair.crm_id, "inserted", new, side=side)
    if action.completes:
        made = {**action.twin.values, **action.values}
        new = [_made(table, name, value) for name, value in made.items() if value not in (None, "")]
        return Changed(pair.erp_id, pair.crm_id, "inserted", new, side=side)
    if action.changes:
        written = [written_in_words(table, one.field, one.old, one.new) for one in action.changes]
        exact = {one.field: (one.old, one.new) for one in action.changes}
        return Changed(pair.erp_id, pair.crm_id, "modified", written, exact, side)
    return None


def _made(table: Table, column: str, value: Value) -> tuple[str, str, str]:
    return written_in_words(table, column, "", value)


def written_in_words(table: Table, column: str, old: Value, new: Value) -> tuple[str, str, str]:
    """A field that was written, as the history keeps it: its caption, and both values as people read them."""
    described = table.fields.get(column)
    caption = field_name(described) if described is not None else column
    return caption, in_words(old, described), in_words(new, described)


def changes_besides(write: SideWrite, side: Side) -> Changed:
    """For the history of a row of this side that was written beside a record."""
    of = f" ({write.label})" if write.must and write.label else ""
    fields = [(f"{one.field}{of}", in_words(one.old), in_words(one.new)) for one in write.changes]
    return Changed(write.erp_id, write.crm_id, "modified", fields, side=side)


def in_words(value: Value, described: Field | None = None) -> str:
    """A value as the history keeps it; an option by its label where its column is given."""
    text = value if isinstance(value, str) else value_text(value, described)
    return shorten(text, HISTORY)


def label_of(table: Table, record: Record) -> str:
    """The name of the record as the columns of labels hold it."""
    return record_name(table, record)[:LABEL]
