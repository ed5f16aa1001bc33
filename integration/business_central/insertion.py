"""How complete rows come into a table many at once, by the way that is quickest in the database at hand.

What a value becomes in the database is found out once for equal ones: documents are wide rows of which most columns are
alike. PostgreSQL takes them as a COPY, a fifth of the time that it needs to parse and plan a statement with a mark for
each value; SQLite takes statements of many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.db import models

LINES_AT_ONCE = 1500
"""Rows that are inserted by one statement; the database cuts them smaller where it takes fewer values."""


def insert_rows(model: Any, rows: Sequence[Any], connection: Any) -> None:
    """Insert rows as they are, without any rule. Raises ``django.db.DatabaseError`` as ``bulk_create`` does."""
    fields = model._meta.concrete_fields
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    into = f"{quote(model._meta.db_table)} ({columns})"
    if connection.vendor == "postgresql":
        _copy(into, _prepared(fields, rows, connection), connection)
        return
    size = min(LINES_AT_ONCE, connection.ops.bulk_batch_size(fields, rows))
    marks = f"({', '.join(['%s'] * len(fields))})"
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        parameters = [value for row in _prepared(fields, some, connection) for value in row]
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {into} VALUES {', '.join([marks] * len(some))}", parameters)  # noqa: S608 - our names


def _copy(into: str, rows: Iterator[list[Any]], connection: Any) -> None:
    """Django's cursor passes a COPY on to the driver, whose errors it does not make its own."""
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {into} FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _prepared(fields: Sequence[Any], rows: Sequence[Any], connection: Any) -> Iterator[list[Any]]:
    """The values of each row as the database takes them."""
    columns = [(_reader(field), _Prepared(field, connection).get) for field in fields]
    for row in rows:
        yield [prepare(read(row)) for read, prepare in columns]


def _reader(field: Any) -> Callable[[Any], Any]:
    """What reads the value of a column that is to be inserted; some are tidied up on the way."""
    if type(field).pre_save is models.Field.pre_save:
        return attrgetter(field.attname)
    return lambda row: field.pre_save(row, True)


class _Prepared:
    """Values of a column as the database takes them, by value."""

    def __init__(self, field: Any, connection: Any) -> None:
        self._field, self._connection = field, connection
        self._kept: dict[Any, Any] = {}

    def get(self, value: Any) -> Any:
        try:
            return self._kept[value]
        except KeyError:
            made = self._kept[value] = self._field.get_db_prep_save(value, self._connection)
            return made
