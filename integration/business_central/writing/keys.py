"""Conflicts of ids and keys: with stored rows, and inside one batch."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from integration.business_central.models import CompanyRow
from integration.business_central.rows import Change
from integration.business_central.tables import TableColumns
from integration.systems.errors import DuplicateKey, InvalidValue, RecordProblem


class Keys:
    """The ids and keys that a batch of new rows meets. Keys of one column are looked up in one query a batch; longer
    ones (sales prices, exchange rates) are left to the constraint of their table."""

    def __init__(self, table: TableColumns, ids: Sequence[uuid.UUID]) -> None:
        self.table = table
        self._ids = set(table.model.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))

    def id_conflict(self, id: uuid.UUID) -> RecordProblem | None:
        """The problem of a new row whose id is stored or reserved."""
        if id not in self._ids:
            return None
        return DuplicateKey(f"There is a {self.table.table.label} with the id {id} already.")

    def reserve_id(self, id: uuid.UUID) -> None:
        """Note the id of a row that is going to be inserted."""
        self._ids.add(id)

    def key_conflicts(self, rows: Mapping[int, CompanyRow]) -> dict[int, RecordProblem]:
        """The problems, by position, of rows whose key is stored or belongs to an earlier row of the batch."""
        key = self.table.model.key
        if len(key) != 1:
            return {}
        values = {position: getattr(row, key[0]) for position, row in rows.items() if getattr(row, key[0])}
        if not values:
            return {}
        stored = self.table.model.objects.filter(**{f"{key[0]}__in": list(values.values())})
        used = set(stored.values_list(key[0], flat=True))
        problems: dict[int, RecordProblem] = {}
        for position, value in values.items():
            if value in used:
                problems[position] = _duplicate(self.table, value)
            used.add(value)
        return problems


def changed_key_conflict(table: TableColumns, change: Change) -> RecordProblem | None:
    """The problem of a change that gives a row a blank key or the key of another row."""
    key = table.model.key
    if len(key) != 1 or not change.changed(key[0]):
        return None
    value = getattr(change.row, key[0])
    if value and not table.model.objects.filter(**{key[0]: value}).exclude(pk=change.row.pk).exists():
        return None
    if value:
        return _duplicate(table, value)
    label = table.columns[key[0]].field.label
    return InvalidValue(f"{label} must be filled in.", field=key[0], value=value)


def _duplicate(table: TableColumns, value: Any) -> DuplicateKey:
    return DuplicateKey(f"There is a {table.table.label} {value} already.")
