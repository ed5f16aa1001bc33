"""Many narrow rows at once, without a model instance each: a first load writes one for every record there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models


def insert_rows(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    key: Sequence[str] = (),
    expressions: Mapping[str, str] | None = None,
) -> None:
    """Insert rows given as values of these fields. With ``key`` (fields of a unique constraint, among ``names``) a row
    that is there already is changed instead; ``expressions`` say how where a column does not just take the new value
    (``{t}`` is the table, ``EXCLUDED`` the new row). It takes less than half the time of ``bulk_create``; defaults of
    other fields are not filled in."""
    by_name = {field.name: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    prepare = [field.get_db_prep_save for field in fields]
    columns = [_column(field) for field in fields]
    marks = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names of our own
    if key:
        unique = [_column(by_name[name]) for name in key]
        known = {_column(by_name[name]): one.format(t=table) for name, one in (expressions or {}).items()}
        changed = ", ".join(f"{c} = {known.get(c, f'EXCLUDED.{c}')}" for c in columns if c not in unique)
        sql += f" ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {changed}"
    values = [[prep(value, connection) for prep, value in zip(prepare, row, strict=True)] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)


def _column(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))
