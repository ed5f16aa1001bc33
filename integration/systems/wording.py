"""How people read a record, a field and a value: the one place for every page, log, export, command and history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from integration.systems.formats import current
from integration.systems.values import YES_OR_NO, Field, Record, Ref, Table, Value

LONGEST_SHOWN = 60
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Embeddings, overrides and isolates: their end is rarely written. The marks of single letters stay."""
NAMELESS = "a record whose name is not known"
NO_NAME = "(no name)"


def value_text(value: Value, field: Field | None = None, zone: dt.tzinfo | None = None) -> str:
    """A value as people read it: a reference by its label, an option of ``field`` by its label, yes and no by its
    words. With a ``zone`` it is
    worded for who looks: a moment by the clock there, days and numbers as they have chosen. Blank for ``None``."""
    if value is None:
        return ""
    if isinstance(value, Ref):
        return value.label or str(value.id)
    if isinstance(value, bool):
        return (field.words if field is not None else YES_OR_NO)[value]
    if isinstance(value, dt.datetime) and zone is not None:
        return current().moment(value.astimezone(zone), seconds=True)
    if field is not None and field.options:
        return next((option.label.strip() for option in field.options if option.value == value), str(value))
    return str(value) if zone is None else _chosen(value)


def said(value: Value) -> str:
    """A value in a sentence for people: never an id."""
    return NAMELESS if isinstance(value, Ref) and not value.label else value_text(value)


def sentence(text: str) -> str:
    """With one point at its end: what it ends with may bring its own (Phone No., Fabrikam, Inc.)."""
    return text if text.endswith(".") else f"{text}."


def _chosen(value: Value) -> str:
    """A day or a number as who looks has chosen."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return current().day(value)
    return current().number(str(value)) if isinstance(value, Decimal) else str(value)


def field_name(field: Field) -> str:
    """A field as people call it: by its label, else by its name."""
    return field.label or field.name


def record_name(table: Table, record: Record, otherwise: Sequence[str] = ()) -> str:
    """A record as people call it, as far as it was read: number and name; where it has neither, the columns
    ``otherwise``; a record of a table without both columns, what it refers to (a price has its group, its item and its
    unit). An account with a blank name is not called by its owner and its currency: it has no name. Its id, where no
    such column was read."""
    named = [name for name in (table.number_field, table.name_field) if name in table.fields]
    text = _joined(table, record, named) or _joined(table, record, otherwise)
    if not text and not named:
        text = _together(value.label for value in record.values.values() if isinstance(value, Ref))
    return text or (NO_NAME if any(name in record.values for name in named) else str(record.id))


def _joined(table: Table, record: Record, columns: Iterable[str]) -> str:
    return _together(value_text(record.values.get(name), table.fields[name]) for name in columns)


def _together(parts: Iterable[str]) -> str:
    """The parts that hold something, none of them twice."""
    return unturned(" ".join(dict.fromkeys(part for part in parts if part)))


def shorten(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Enough of a text to recognize it."""
    text = unturned(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def unturned(text: str) -> str:
    """A text without what turns the direction of the words behind it: it stands in the middle of sentences."""
    return text if text.isascii() else text.translate(TURNING)
