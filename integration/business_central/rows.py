"""How rows of the company are written many at once: each write gets its row versions and runs the business logic.

``save``, ``update``, ``bulk_create``, ``bulk_update``, ``delete``, the admin and fixtures all come through this module
or through ``models/base.py``; no row is written without a version, and a deleted one leaves a tombstone behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import NotSupportedError, connections, models, transaction
from django.utils import timezone

from integration.business_central.insertion import insert_rows
from integration.business_central.row_versions import allocate

BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One row about to be written again, and its columns as they are stored now. ``validate`` names the columns whose
    own logic runs; ``None``: all of them, as when a person types."""

    row: Any
    old: dict[str, Any]
    validate: frozenset[str] | None = None

    def changed(self, *names: str) -> bool:
        """Whether one of these columns (by attribute name) has another value now."""
        return any(getattr(self.row, name) != self.old[name] for name in names)

    def validated(self, name: str) -> bool:
        """Whether this column has another value now and its own logic runs."""
        return self.changed(name) and (self.validate is None or name.removesuffix("_id") in self.validate)


class CompanyQuerySet(models.QuerySet[Any]):
    """Bulk writes with row versions. ``update`` runs no business logic; the other verbs do."""

    def update(self, **values: Any) -> int:
        with transaction.atomic(using=self.db):
            version = allocate(1, self.db)
            return super().update(row_version=version, system_modified_at=timezone.now(), **values)

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(
        self,
        objs: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Any = None,
        unique_fields: Any = None,
    ) -> list[Any]:
        if ignore_conflicts or update_conflicts:
            raise NotSupportedError("Rows of the company are inserted or changed, and it has to be known which.")
        rows = list(objs)
        if not rows:
            return rows
        with transaction.atomic(using=self.db):
            stamp_new_rows(rows, allocate(len(rows), self.db))
            self.model.before_insert(rows)
            super().bulk_create(rows, batch_size or BATCH_SIZE)
            self.model.after_insert(rows)
        return rows

    def insert_complete(self, rows: Sequence[Any], first: int | None = None) -> None:
        """Insert rows whose business logic has run already: those of documents, which are worked out as a whole.
        ``first``: the first of row versions that were allocated for them before."""
        if rows:
            with transaction.atomic(using=self.db, savepoint=False):
                stamp_new_rows(rows, allocate(len(rows), self.db) if first is None else first)
                insert_rows(self.model, rows, connections[self.db])
                for row in rows:
                    row._state.adding, row._state.db = False, self.db

    insert_complete.alters_data = True  # type: ignore[attr-defined]

    def write_changes(self, changes: Sequence[Change]) -> None:
        """Write changed rows with their business logic. Every row gets a new version, also one that looks unchanged.

        ``executemany`` by set of touched columns: Django's ``bulk_update`` writes one CASE per row and column instead,
        ten times slower for a page of 500.
        """
        if not changes:
            return
        with transaction.atomic(using=self.db):
            first = allocate(len(changes), self.db)
            self.model.before_update(changes)
            self._write_touched(changes, first)
            self.model.after_update(changes)

    write_changes.alters_data = True  # type: ignore[attr-defined]

    def write_complete(self, changes: Sequence[Change], *, always: bool = False) -> None:
        """Write changed rows whose business logic has run already. A row that looks unchanged gets a new version only
        ``always``: something that belongs to it has changed."""
        touched = [change for change in changes if always or change.row.columns() != change.old]
        if touched:
            with transaction.atomic(using=self.db, savepoint=False):
                self._write_touched(touched, allocate(len(touched), self.db))

    write_complete.alters_data = True  # type: ignore[attr-defined]

    def _write_touched(self, changes: Sequence[Change], first: int) -> None:
        now = timezone.now()
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for version, change in enumerate(changes, first):
            change.row.row_version = version
            change.row.system_modified_at = now
            groups.setdefault(_touched_fields(change), []).append(change.row)
        for fields, rows in groups.items():
            self._write_columns(fields, rows)

    def _write_columns(self, fields: Sequence[Any], rows: Sequence[Any]) -> None:
        connection = connections[self.db]
        quote = connection.ops.quote_name
        columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
        table = quote(self.model._meta.db_table)
        key = self.model._meta.get_field("system_id")
        statement = f"UPDATE {table} SET {columns} WHERE {quote('system_id')} = %s"  # noqa: S608 - our names
        parameters = [
            [
                *(field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields),
                key.get_db_prep_value(row.pk, connection),
            ]
            for row in rows
        ]
        with connection.cursor() as cursor:
            cursor.executemany(statement, parameters)

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic(using=self.db):
            version = allocate(1, self.db)
            ids = list(self.values_list("pk", flat=True))
            self.model.before_delete(ids)
            result = super().delete()
            self.model.leave_tombstones(ids, version, self.db)
        return result

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def delete_complete(self) -> list[Any]:
        """Delete rows whose business logic has run already, and return their ids. Tombstones are left all the same."""
        with transaction.atomic(using=self.db):
            version = allocate(1, self.db)
            ids = list(self.values_list("pk", flat=True))
            super().delete()
            self.model.leave_tombstones(ids, version, self.db)
        return ids

    delete_complete.alters_data = True  # type: ignore[attr-defined]
    delete_complete.queryset_only = True  # type: ignore[attr-defined]


def _touched_fields(change: Change) -> tuple[Any, ...]:
    fields = change.row._meta.concrete_fields
    return tuple(field for field in fields if getattr(change.row, field.attname) != change.old[field.attname])


def stamp_new_rows(rows: Sequence[Any], first: int) -> None:
    """Give rows that are about to be inserted their versions, from ``first`` upwards, and their times."""
    now = timezone.now()
    for version, row in enumerate(rows, first):
        row.row_version = version
        row.system_created_at = row.system_modified_at = now
