"""Which ids and keys are taken already."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from integration.business_central.models import CompanyRow
from integration.business_central.models.rows import Change
from integration.business_central.tables import TableColumns
from integration.systems.errors import DuplicateKey, InvalidValue, RecordProblem

Key = tuple[Any, ...]


class Keys:
    """The ids and keys a batch of new rows meets. Single-column keys are looked up in one query a batch; longer ones
    (sales prices, exchange rates) are left to the constraint of their table."""

    def __init__(self, table: TableColumns, ids: Sequence[uuid.UUID]) -> None:
        self.table = table
        self._ids = set(table.model.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))

    def taken_id(self, id: uuid.UUID) -> RecordProblem | None:
        if id not in self._ids:
            return None
        return DuplicateKey(f"There is a {self.table.table.label} with the id {id} already.")

    def reserve_id(self, id: uuid.UUID) -> None:
        self._ids.add(id)

    def taken(self, rows: Mapping[int, CompanyRow]) -> dict[int, RecordProblem]:
        """The rows whose key is stored, or belongs to an earlier row of the batch."""
        key = self.table.model.key
        if len(key) != 1:
            return {}
        given = {position: getattr(row, key[0]) for position, row in rows.items() if getattr(row, key[0])}
        stored = self.table.model.objects.filter(**{f"{key[0]}__in": list(given.values())})
        seen = set(stored.values_list(key[0], flat=True)) if given else set()
        problems: dict[int, RecordProblem] = {}
        for position, value in given.items():
            if value in seen:
                problems[position] = _duplicate(self.table, value)
            seen.add(value)
        return problems

    @staticmethod
    def of_change(table: TableColumns, change: Change) -> RecordProblem | None:
        """A changed key must be filled in and free; the change is taken back otherwise."""
        key = table.model.key
        if len(key) != 1 or not change.changed(key[0]):
            return None
        value = getattr(change.row, key[0])
        if value and not table.model.objects.filter(**{key[0]: value}).exclude(pk=change.row.pk).exists():
            return None
        setattr(change.row, key[0], change.old[key[0]])
        label = table.columns[key[0]].field.label
        if not value:
            return InvalidValue(f"{label} must be filled in.", field=key[0], value=value)
        return _duplicate(table, value)


def _duplicate(table: TableColumns, value: Any) -> DuplicateKey:
    return DuplicateKey(f"There is a {table.table.label} {value} already.")
