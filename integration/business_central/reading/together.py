"""Questions to several tables in one statement: a page that asks eighteen tables does not wait eighteen times."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from integration.business_central import words
from integration.business_central.reading.filter_sql import condition
from integration.business_central.reading.records import Reader, count
from integration.business_central.reading.search import ordered
from integration.business_central.tables import TableColumns, columns_of
from integration.systems.filters import AnyOf, Comparison, Filter
from integration.systems.system import Wanted
from integration.systems.values import Record

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
    model: Any = columns.model
    text = words.text_asked(where, _named(columns)) if words.words_of(model) else ""
    if connection.vendor != "sqlite" or not text:
        return count(columns, where, most)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({words.matching(model, most)})", (words.quoted(text),))  # noqa: S608
        return int(cursor.fetchone()[0])


def few_with(table: str, most: int, text: str) -> list[uuid.UUID] | None:
    """The ids of the rows whose number or name contains a text; ``None`` where they are more than ``most``, or where
    the table has no index of its words."""
    columns = columns_of(table)
    fields = _named(columns)
    where = AnyOf(tuple(Comparison(name, "contains", text) for name in fields))
    if not words.words_of(columns.model) or not words.text_asked(where, fields):
        return None
    rows: Any = columns.model._default_manager.filter(condition(where, columns)).order_by()
    if connection.vendor == "sqlite":
        rows = columns.model._default_manager.order_by().extra(  # noqa: S610 - our own names
            where=[f"{columns.model._meta.db_table}.rowid IN ({words.matching(columns.model, most + 1)})"],
            params=[words.quoted(text)],
        )
    found = list(rows.values_list("pk", flat=True)[: most + 1])
    return found if len(found) <= most else None


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
    text = words.text_asked(wanted.where, wanted.fields)
    if connection.vendor != "sqlite" or not words.words_of(model) or not text:
        return None
    fields: list[Any] = [model._meta.get_field(name) for name in (model._meta.pk.name, *wanted.fields)]
    columns = [field.column for field in fields]
    names = ", ".join(f't."{column}"' for column in columns)
    found = words.matching(model, size)
    table = model._meta.db_table
    return f'SELECT {names} FROM {table} t WHERE t.rowid IN ({found}) ORDER BY +t."{columns[1]}"', (words.quoted(text),)  # noqa: S608


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
