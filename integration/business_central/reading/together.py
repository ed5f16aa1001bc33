"""Questions to several tables in one statement: a page that asks eighteen tables does not wait eighteen times."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from integration.business_central import words
from integration.business_central.reading.records import Reader, count
from integration.business_central.reading.search import ordered
from integration.business_central.tables import TableColumns, columns_of
from integration.systems.filters import Filter
from integration.systems.system import Wanted
from integration.systems.values import Record
from integration.word_index import quoted

Statement = tuple[str, Sequence[Any]]
"""SQL with its parameters."""


def count_each(asked: Sequence[tuple[str, Filter]]) -> list[int]:
    """How many rows of each table match. Raises ``FieldMissing``, ``TableMissing``."""
    rows = [_statement(Reader(columns_of(table), ()).rows(where).values("pk")) for table, where in asked]
    counted = dict(_union("SELECT {place}, COUNT(*) FROM ({rows}) AS found", rows))
    return [int(counted.get(place, 0)) for place in range(len(asked))]


def find_each(asked: Sequence[Wanted], size: int) -> list[list[Record]]:
    """The first rows of each table that match, by the first of their fields. Raises ``FieldMissing``,
    ``TableMissing``."""
    widest = max((len(one.fields) for one in asked), default=0)
    rows = [_by_words(one, size) or _statement(_first(one, size)) for one in asked]
    blanks = [", ''" * (widest - len(one.fields)) for one in asked]
    found: list[list[Record]] = [[] for _ in asked]
    for place, id, *texts in _union("SELECT {place}, found.*{more} FROM ({rows}) AS found", rows, blanks):
        one = asked[place]
        values = dict(zip(one.fields, texts, strict=False))
        found[place].append(Record(one.table, id if isinstance(id, uuid.UUID) else uuid.UUID(id), values, ""))
    return found


def count_some(table: str, where: Filter, most: int) -> int:
    """How many rows match, at most ``most``. On SQLite the index of the words counts those that contain a text. Raises
    ``FieldMissing``, ``TableMissing``."""
    columns = columns_of(table)
    index, text = words.index_of(columns.model), words.text_asked(where, _named(columns))
    if connection.vendor != "sqlite" or index is None or not text:
        return count(columns, where, most)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({index.matching(most)})", (quoted(text),))  # noqa: S608
        return int(cursor.fetchone()[0])


def _named(columns: TableColumns) -> tuple[str, ...]:
    """The number and the name: what the index of the words holds."""
    return tuple(dict.fromkeys((columns.model.number_field, columns.model.name_field)))


def _first(wanted: Wanted, size: int) -> QuerySet[Any, Any]:
    table = columns_of(wanted.table)
    names = [column.name for column in table.select(wanted.fields)]
    return ordered(table, Reader(table, names).rows(wanted.where), names[:1]).values_list("pk", *names)[:size]


def _by_words(wanted: Wanted, size: int) -> Statement | None:
    """The rows that a text was found in first, on SQLite, which cannot know whether many or few contain it."""
    model: Any = columns_of(wanted.table).model
    index, text = words.index_of(model), words.text_asked(wanted.where, wanted.fields)
    if connection.vendor != "sqlite" or index is None or not text:
        return None
    fields: list[Any] = [model._meta.get_field(name) for name in (model._meta.pk.name, *wanted.fields)]
    columns = [field.column for field in fields]
    names = ", ".join(f't."{column}"' for column in columns)
    found = index.matching(size)
    table = model._meta.db_table
    return f'SELECT {names} FROM {table} t WHERE t.rowid IN ({found}) ORDER BY +t."{columns[1]}"', (quoted(text),)  # noqa: S608


def _statement(rows: QuerySet[Any, Any]) -> Statement | None:
    """``None`` where no row can match."""
    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        return None


def _union(statement: str, parts: Sequence[Statement | None], more: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """The rows of one statement a part, those of a part behind each other in its order; the first column says of
    which."""
    statements: list[str] = []
    parameters: list[Any] = []
    for place, part in enumerate(parts):
        if part is None:
            continue
        sql, given = part
        statements.append(statement.format(place=place, rows=sql, more=more[place] if more else ""))
        parameters += given
    if not statements:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        return cursor.fetchall()
