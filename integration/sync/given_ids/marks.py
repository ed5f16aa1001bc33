"""Marks: how a row that was just made is found again where the other side gives the ids. Pure.

    r = 0f8fad5b-d9cb-469f-a165-70867728950e       the id that the ledger has set aside
    BCIB6H22W6ZZNDJ7ILFOCDHOKEVBY                  what the new row carries until it has its place in the ledger

29 characters, all of them signs that a code takes, too. A row that carries one is nobody's record yet.
"""

from __future__ import annotations

import base64
import binascii
import uuid

from integration.systems.values import Record, Table, Value

PREFIX, LENGTH = "BCI", 29
PADDING = "======"


def mark(reserved: uuid.UUID) -> str:
    """The mark of the row that is made for this id."""
    return PREFIX + base64.b32encode(reserved.bytes).decode("ascii").rstrip("=")


def reserved_of(value: Value) -> uuid.UUID | None:
    """The id that a mark was made of; ``None`` for what is no mark."""
    if not isinstance(value, str) or len(value) != LENGTH or not value.startswith(PREFIX):
        return None
    try:
        found = uuid.UUID(bytes=base64.b32decode(value[len(PREFIX) :] + PADDING))
    except (binascii.Error, ValueError):
        return None
    return found if mark(found) == value else None


def is_marked(table: Table, record: Record) -> bool:
    """Is this row, read with the table's mark field, nobody's yet?"""
    return bool(table.mark_field) and reserved_of(record.values.get(table.mark_field)) is not None
