"""The rows of one table of a twin, with their versions and the traces of deleted ones."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from integration.systems.errors import DuplicateKey, NotFound
from integration.systems.memory.accept import blank
from integration.systems.values import FieldType, Record, Ref, Table, Value


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row as it is now. ``sequence`` grows with every write in the whole system and is the row's version."""

    id: uuid.UUID
    values: dict[str, Value]
    sequence: int
    modified_at: dt.datetime
    modified_by: uuid.UUID


class MemoryTable:
    """Rows and tombstones by id. ``unique`` are further keys; rows with a blank part are not compared."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: dict[uuid.UUID, StoredRow] = {}
        self.tombstones: dict[uuid.UUID, int] = {}
        self.numbered = 0

    def existing(self, id: uuid.UUID) -> StoredRow:
        if id not in self.rows:
            raise NotFound(f"{self.table.label} {id} is not there.")
        return self.rows[id]

    def store(self, row: StoredRow) -> None:
        self.tombstones.pop(row.id, None)
        self.rows[row.id] = row

    def drop(self, id: uuid.UUID, sequence: int) -> None:
        if self.rows.pop(id, None) is not None:
            self.tombstones[id] = sequence

    def withdraw(self, id: uuid.UUID) -> None:
        """Take back a row that was just inserted, as if it had never been there."""
        self.rows.pop(id, None)

    def check_unique(self, id: uuid.UUID, values: dict[str, Value], keys: Sequence[tuple[str, ...]]) -> None:
        """Raises ``DuplicateKey`` where another row has the same key."""
        for key in keys:
            wanted = [sort_key(values.get(name)) for name in key]
            if any(values.get(name) in (None, "") for name in key):
                continue
            for other in self.rows.values():
                if other.id != id and [sort_key(other.values.get(name)) for name in key] == wanted:
                    shown = ", ".join(str(values[name]) for name in key)
                    raise DuplicateKey(f"{self.table.label} {shown} already exists.")

    def events(self, after: int, upto: int, *, deletions: bool) -> list[tuple[int, uuid.UUID]]:
        """(sequence, id) of all rows, and tombstones if wanted, written in between, oldest first."""
        found = [(row.sequence, row.id) for row in self.rows.values()]
        found += [(sequence, id) for id, sequence in self.tombstones.items() if deletions]
        return sorted(event for event in found if after < event[0] <= upto)

    def is_current(self, sequence: int, id: uuid.UUID) -> bool:
        """Is this still the last thing that happened to the row?"""
        row = self.rows.get(id)
        return self.tombstones.get(id) == sequence if row is None else row.sequence == sequence

    def value(self, row: StoredRow, name: str) -> Value:
        """One column; blank text is ``""``. A TABLE column says where the reference beside it points to."""
        field = self.table.fields[name]
        if field.type is FieldType.TABLE:
            beside = row.values.get(name.removesuffix("type"))
            return beside.table if isinstance(beside, Ref) else ""
        return row.values[name] if name in row.values else blank(field)

    def label_of(self, id: uuid.UUID) -> str:
        """What people call a row: its number, or else its name; ``""`` where it is gone."""
        row = self.rows.get(id)
        named = self.table.number_field or self.table.name_field
        return str(self.value(row, named)) if row is not None and named else ""


def sort_key(value: Any) -> tuple[bool, Any]:
    """Blank first, text without regard to case, references by label."""
    if isinstance(value, Ref):
        value = value.label
    folded = value.casefold() if isinstance(value, str) else value
    return (False, "") if folded in (None, "") else (True, folded)


def without_labels(record: Record) -> Record:
    """The same row, whose references do not say what they lead to."""
    values = {
        name: Ref(value.table, value.id) if isinstance(value, Ref) else value for name, value in record.values.items()
    }
    return replace(record, values=values)
