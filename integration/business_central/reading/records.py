"""Rows on their way out: values instead of model instances, references with their labels by one join."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from integration.business_central.reading.filter_sql import condition
from integration.business_central.tables import Column, TableColumns
from integration.systems.filters import EVERYTHING, Filter
from integration.systems.values import Record, Ref, Value

FETCHED_AT_ONCE = 1000
"""Rows fetched from the database in one go, and ids asked for in one statement."""

_FIXED_PATHS = ("pk", "row_version", "system_modified_at")


@dataclass(frozen=True, slots=True)
class _Selected:
    """A column of the answer and where its value stands in the row. ``target``: the table a reference points to; its
    label stands one place further."""

    name: str
    position: int
    target: str = ""
    by_name: bool = False


class Reader:
    """Reads some columns of one table. Made per call; it keeps the references it has made, so that equal ones are one
    object. Raises ``FieldMissing``."""

    def __init__(self, table: TableColumns, names: Sequence[str]) -> None:
        self.table = table
        self._paths = list(_FIXED_PATHS)
        self._selected = [self._select(column) for column in table.select(list(dict.fromkeys(names)))]
        self._references: dict[uuid.UUID, Ref] = {}

    def _select(self, column: Column) -> _Selected:
        position = len(self._paths)
        if column.by_name:
            self._paths.append(column.label)
            return _Selected(column.name, position, by_name=True)
        if column.target is not None:
            self._paths += [column.attribute, column.label]
            return _Selected(column.name, position, column.target.slug())
        self._paths.append(column.name)
        return _Selected(column.name, position)

    def rows(self, where: Filter = EVERYTHING) -> QuerySet[Any]:
        """The rows that pass a filter, in no order yet."""
        return self.table.model.objects.filter(condition(where, self.table)).order_by()

    def records(self, rows: QuerySet[Any], extra: Sequence[str] = ()) -> Iterator[tuple[Record, Sequence[Any]]]:
        """The rows as records, each with the values of ``extra`` annotations."""
        name = self.table.table.name
        width = len(self._paths)
        for row in rows.values_list(*self._paths, *extra).iterator(FETCHED_AT_ONCE):
            values = {selected.name: self._value(selected, row) for selected in self._selected}
            yield Record(name, row[0], values, str(row[1]), row[2]), row[width:]

    def _value(self, selected: _Selected, row: Sequence[Any]) -> Value:
        stored = row[selected.position]
        if selected.by_name:
            return stored or ""
        if not selected.target:
            return stored
        if stored is None:
            return None
        reference = self._references.get(stored)
        if reference is None:
            reference = Ref(selected.target, stored, str(row[selected.position + 1]))
            self._references[stored] = reference
        return reference


def get(table: TableColumns, ids: Sequence[uuid.UUID], names: Sequence[str]) -> dict[uuid.UUID, Record]:
    """The records with these ids; ids that are not there are left out. Raises ``FieldMissing``."""
    reader = Reader(table, names)
    records: dict[uuid.UUID, Record] = {}
    for start in range(0, len(ids), FETCHED_AT_ONCE):
        rows = reader.rows().filter(pk__in=ids[start : start + FETCHED_AT_ONCE])
        records.update((record.id, record) for record, _ in reader.records(rows))
    return records


def count(table: TableColumns, where: Filter, most: int | None = None) -> int:
    """How many rows pass a filter; ``most``: where counting stops. Raises ``FieldMissing``."""
    return int(Reader(table, ()).rows(where)[:most].count())
