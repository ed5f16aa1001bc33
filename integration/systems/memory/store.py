"""What a twin keeps and enforces: tables, versions, its clock, and the checks a real system makes before it stores."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from threading import RLock

from integration.systems.errors import (
    CursorExpired,
    DuplicateKey,
    FieldMissing,
    InvalidValue,
    ReferenceMissing,
    Refused,
    TableMissing,
    VersionConflict,
)
from integration.systems.filters import EVERYTHING, Filter, fields_of, matches
from integration.systems.memory.accept import accept
from integration.systems.memory.rows import MemoryTable, StoredRow, sort_key
from integration.systems.values import FieldType, Page, Record, Ref, Row, Side, Table, Value
from integration.systems.wording import field_name

START = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)

PlugIn = Callable[[dict[str, Value]], dict[str, Value]]


class MemoryStore:
    """Tables in dicts. See :class:`MemorySystem` for the switches."""

    def __init__(self, side: Side, tables: Iterable[Table]) -> None:
        self.skew = dt.timedelta()
        self.filters_changes = side is Side.ERP
        self.check_references = True
        self.unique: dict[str, Sequence[tuple[str, ...]]] = {}
        self.numbers: dict[str, str] = {}
        self.lacking: dict[str, dict[str, str]] = {}
        self.plug_ins: dict[str, PlugIn] = {}
        self._tables = {table.name: MemoryTable(table) for table in tables}
        self._sequence = 0
        self._generation = 1
        self._lock = RLock()

    def add_table(self, table: Table) -> None:
        """Somebody customizes the system: one more table."""
        self._tables[table.name] = MemoryTable(table)

    def values(self, table: str, id: uuid.UUID) -> dict[str, Value]:
        """All columns of a row as they are now. Raises ``NotFound``."""
        held = self._table(table)
        return self._values(held, held.existing(id), tuple(held.table.fields))

    def ids(self, table: str) -> list[uuid.UUID]:
        """All rows of a table, oldest first."""
        return list(self._table(table).rows)

    def expire_cursors(self) -> None:
        """Every cursor given so far is too old from now on."""
        self._generation += 1

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing, as a database transaction would have it."""
        with self._lock:
            before = deepcopy(self._tables), self._sequence
            try:
                yield
            except BaseException:
                self._tables, self._sequence = before
                raise

    # --- reading ---------------------------------------------------------------------------------------------

    def _table(self, name: str) -> MemoryTable:
        if name not in self._tables:
            raise TableMissing(f"There is no table {name}.")
        return self._tables[name]

    def _checked(self, table: str, fields: Iterable[str], where: Filter = EVERYTHING) -> MemoryTable:
        held = self._table(table)
        for name in (*fields, *sorted(fields_of(where))):
            if name not in held.table.fields:
                raise FieldMissing(f"{held.table.label} has no field “{name}”.")
        return held

    def _shown(self, table: str, fields: Iterable[str], where: Filter = EVERYTHING) -> MemoryTable:
        """The same for what does not come through the verbs."""
        held, asked = self._table(table), list(fields)
        for name in (*asked, *sorted(fields_of(where))):
            if name in self.lacking.get(table, {}):
                raise FieldMissing(f"{held.table.label} does not show its field “{name}” here.")
        return self._checked(table, asked, where)

    def _cursor(self, position: int) -> str:
        return f"{self._generation}-{position}"

    def _position(self, cursor: str | None) -> int:
        generation, _, position = (cursor or self._cursor(0)).partition("-")
        if generation != str(self._generation) or not position.isdecimal():
            raise CursorExpired("The changes since then are no longer kept.")
        return int(position)

    def _record(self, held: MemoryTable, row: StoredRow, fields: Sequence[str]) -> Record:
        values = self._values(held, row, fields)
        return Record(held.table.name, row.id, values, str(row.sequence), row.modified_at, row.modified_by)

    def _values(self, held: MemoryTable, row: StoredRow, fields: Sequence[str]) -> dict[str, Value]:
        return {name: self._labelled(held.value(row, name)) for name in fields}

    def _labelled(self, value: Value) -> Value:
        """A reference comes with what people call its row."""
        if not isinstance(value, Ref) or value.table not in self._tables:
            return value
        return Ref(value.table, value.id, self._tables[value.table].label_of(value.id) or value.label)

    def _matching(self, held: MemoryTable, where: Filter, order: Sequence[str] = ()) -> list[uuid.UUID]:
        """Ids of the rows that pass, sorted; rows alike keep the order they came in."""
        found = [row for row in held.rows.values() if self._passes(held, row, where)]
        for name in reversed(order):
            column = name.removeprefix("-")
            keys = {row.id: sort_key(self._labelled(held.value(row, column))) for row in found}
            found.sort(key=lambda row, keys=keys: keys[row.id], reverse=name.startswith("-"))  # type: ignore[misc]
        return [row.id for row in found]

    def _passes(self, held: MemoryTable, row: StoredRow, where: Filter) -> bool:
        return where == EVERYTHING or matches(where, self._record(held, row, sorted(fields_of(where))))

    def _changed(
        self, held: MemoryTable, events: Sequence[tuple[int, uuid.UUID]], fields: Sequence[str], where: Filter
    ) -> Page:
        """The rows and deletions behind these events; what was written again since comes with its later event."""
        current = [id for sequence, id in events if held.is_current(sequence, id)]
        rows = [held.rows[id] for id in current if id in held.rows]
        kept = [row for row in rows if not self.filters_changes or self._passes(held, row, where)]
        return Page([self._record(held, row, fields) for row in kept], [id for id in current if id not in held.rows])

    def _changed_by(self, held: MemoryTable, fields: Sequence[str], since: str | None, where: Filter, by: str) -> Page:
        """The rows whose column ``by`` is not before the cursor, on one page; the cursor is the latest of them."""
        column, _, moment = (since or f"{by}>").partition(">")
        if column != by:
            raise CursorExpired("The cursor belongs to another column.")
        with self._lock:
            moments = {id: str(held.value(row, by) or "") for id, row in held.rows.items()}
            rows = [held.rows[id] for id, when in moments.items() if when >= moment]
            kept = [row for row in rows if not self.filters_changes or self._passes(held, row, where)]
            latest = max([moment, *moments.values()])
            return Page([self._record(held, row, fields) for row in kept], cursor=f"{by}>{latest}")

    # --- writing ---------------------------------------------------------------------------------------------

    def _insert(self, table: str, row: Row, by: uuid.UUID, *, of_document: bool = False) -> str:
        """Insert a row; one of a document may also hold what else only a change sets."""
        held = self._checked(table, row.values)
        if row.id in held.rows:
            raise DuplicateKey(f"{held.table.label} {row.id} already exists.")
        values = self._numbered(held, dict(row.values))
        for name, field in held.table.fields.items():
            if field.type is not FieldType.TABLE and (field.required or name in values):
                values.setdefault(name, None)
        return self._store(held, row.id, {}, values, by, of_document=of_document)

    def _update(self, table: str, row: Row, by: uuid.UUID) -> str:
        held = self._checked(table, row.values)
        stored = held.existing(row.id)
        if row.version is not None and row.version != str(stored.sequence):
            raise VersionConflict(f"{held.table.label} {row.id} was changed meanwhile.")
        self._check_state(held, stored, row)
        return self._store(held, row.id, stored.values, row.values, by)

    def _check_state(self, held: MemoryTable, stored: StoredRow, row: Row) -> None:
        state = stored.values.get(held.table.state_field)
        if row.from_states and held.table.state_field and state not in row.from_states:
            raise Refused(f"{held.table.label} {row.id} is in the state {state}.")

    def _delete(self, table: str, row: Row, by: uuid.UUID) -> None:
        held = self._table(table)
        stored = held.rows.get(row.id)
        if stored is not None and row.version not in (None, str(stored.sequence)):
            raise VersionConflict(f"{held.table.label} {row.id} was changed meanwhile.")
        self._sequence += 1
        held.drop(row.id, self._sequence)

    def _store(
        self,
        held: MemoryTable,
        id: uuid.UUID,
        old: Mapping[str, Value],
        new: Mapping[str, Value],
        by: uuid.UUID,
        *,
        of_document: bool = False,
    ) -> str:
        fields = held.table.fields
        fresh = {name for name, field in fields.items() if field.insertable or (of_document and field.updatable)}
        writable = {name for name, field in fields.items() if field.updatable} if old else fresh
        accepted = {name: self._accepted(held, name, value, name in writable) for name, value in new.items()}
        plug_in = self.plug_ins.get(held.table.name)
        values = {**old, **(plug_in(accepted) if plug_in else accepted)}
        held.check_unique(id, values, self.unique.get(held.table.name, ()))
        self._sequence += 1
        now = START + dt.timedelta(seconds=self._sequence) + self.skew
        held.store(StoredRow(id, values, self._sequence, now, by))
        return str(self._sequence)

    def _accepted(self, held: MemoryTable, name: str, value: Value, writable: bool) -> Value:
        field = held.table.fields[name]
        if not writable:
            raise InvalidValue(f"{field_name(field)} cannot be written.", field=name, value=value)
        accepted = accept(field, value)
        if isinstance(accepted, Ref) and self._dangles(accepted):
            raise ReferenceMissing(f"{field_name(field)} points to a row that is not there.", field=name)
        return accepted

    def _dangles(self, ref: Ref) -> bool:
        target = self._tables.get(ref.table)
        return self.check_references and target is not None and ref.id not in target.rows

    def _numbered(self, held: MemoryTable, values: dict[str, Value]) -> dict[str, Value]:
        """A blank number comes from the number series, where the table has one."""
        named, prefix = held.table.number_field, self.numbers.get(held.table.name)
        if prefix is not None and named and not values.get(named):
            held.numbered += 1
            values[named] = f"{prefix}{held.numbered:05d}"
        return values
