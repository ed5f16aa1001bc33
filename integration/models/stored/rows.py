"""Many narrow rows at once, without a model instance each: a first load writes one for every record there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, models, transaction

AT_ONCE = 1000
"""Rows of one statement on SQLite, whose index of words writes its pages anew for each statement."""
TRIES = 5
"""So often somebody else may be faster, each time with another row."""


@dataclass(frozen=True, slots=True)
class Condition:
    """On what rows are stored: ``insert`` is asked of each row before it is (``{t}`` is the table, ``{lock}`` what
    makes a subquery wait for whoever is changing its row), ``change`` of the row that is there already. ``values`` are
    what the marks in ``insert`` stand for, row by row, as the database takes them (``as_stored``)."""

    insert: str
    change: str
    values: Iterable[Sequence[Any]]


def insert_rows(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    key: Sequence[str] = (),
    expressions: Mapping[str, str] | None = None,
    condition: Condition | None = None,
) -> int:
    """Insert rows given as values of these fields. With ``key`` (fields of a unique constraint, among ``names``) a row
    that is there already is changed instead; ``expressions`` say how where a column does not just take the new value
    (``{t}`` is the table, ``EXCLUDED`` the new row). It takes less than half the time of ``bulk_create``; defaults of
    other fields are not filled in. Answers how many rows are stored: with a ``condition`` not all of them may be."""
    by_name = {field.name: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    prepare = [_preparation(field) for field in fields]
    columns = [_column(field) for field in fields]
    marks = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    lock = "FOR UPDATE" if connection.features.has_select_for_update else ""
    into, conflict = f"INSERT INTO {table} ({', '.join(columns)})", ""
    if key:
        unique = [_column(by_name[name]) for name in key]
        computed = {_column(by_name[name]): one.format(t=table) for name, one in (expressions or {}).items()}
        changed = ", ".join(f"{c} = {computed.get(c, f'EXCLUDED.{c}')}" for c in columns if c not in unique)
        conflict = f"ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {changed}"
    ready = [[value if make is None else make(value) for make, value in zip(prepare, row, strict=True)] for row in rows]
    if not ready:
        return 0
    with connection.cursor() as cursor:
        if condition:
            asked = f"SELECT {marks} WHERE {condition.insert.format(t=table, lock=lock)}"
            standing = f"WHERE {condition.change.format(t=table)}" if conflict else ""
            values = [[*row, *more] for row, more in zip(ready, condition.values, strict=True)]
            cursor.executemany(f"{into} {asked} {conflict} {standing}", values)
            return int(cursor.rowcount)
        if connection.vendor != "sqlite":
            cursor.executemany(f"{into} VALUES ({marks}) {conflict}", ready)
            return len(ready)
        size = min(AT_ONCE, connection.ops.bulk_batch_size(fields, ready))
        for first in range(0, len(ready), size):
            some = ready[first : first + size]
            listed = ", ".join([f"({marks})"] * len(some))
            cursor.execute(f"{into} VALUES {listed} {conflict}", [value for row in some for value in row])
    return len(ready)


def behind_others(store: Callable[[], int]) -> int:
    """Store under a ``Condition``, once more where somebody else was faster. A condition does not see what others have
    not committed yet, so of two that couple one record of Sales at the same moment both are told yes::

        A inserts (10000, account X)          not committed
        B inserts (20000, account X)          waits for A, since one account is in one pair
        A commits                             B: IntegrityError; back to the savepoint
                                              B inserts once more, sees the row of A, and stores nothing
    """
    if not connection.features.has_select_for_update:
        return store()  # Only one writes at a time.
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return store()
        except IntegrityError:
            continue
    return store()


def as_stored(*values: uuid.UUID) -> list[Any]:
    """Ids as the database takes them."""
    return list(values) if connection.features.has_native_uuid_field else [value.hex for value in values]


def _preparation(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """What makes a value of this field ready for the database; ``None`` where it is as it stands. Asking the field for
    each of half a million values costs more than writing them."""
    if isinstance(field, models.ForeignKey):
        return _preparation(field.target_field)
    if isinstance(field, models.CharField | models.TextField | models.BooleanField | models.IntegerField):
        return None
    if isinstance(field, models.UUIDField):
        return None if connection.features.has_native_uuid_field else lambda value: value.hex
    return lambda value: field.get_db_prep_save(value, connection)


def _column(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))
