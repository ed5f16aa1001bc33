"""The test database as it was made, put back after each test that commits.

Django empties all tables and then makes content types, permissions and groups anew, which takes longer than most of
those tests. What an installation has after ``migrate`` is kept instead. A SQLite database is copied back whole, in a
few milliseconds; on PostgreSQL the tables that a test has filled are emptied, and those in which it
touched what ``migrate`` had made are written again (as a superuser: triggers and foreign keys have to look away).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from unittest import mock

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import TransactionTestCase

TRIES = 20
"""A copy waits for who still reads or writes: a quarter of a second each time."""
PATIENCE = "10s"
"""The same on PostgreSQL: how long it waits for a lock that somebody holds."""

PutBack = Callable[[], None]


@contextmanager
def put_back_after_each_test() -> Iterator[None]:
    """Within, tests that commit find the database as it is now."""
    connection.ensure_connection()
    with KEEPERS[connection.vendor]() as put_back:

        def after(case: TransactionTestCase) -> None:
            assert not case.serialized_rollback, "what is kept is put back whole"
            assert case.available_apps is None, "what is kept has the tables of all apps"
            put_back()

        with mock.patch.object(TransactionTestCase, "_fixture_teardown", after):
            yield


@contextmanager
def _sqlite() -> Iterator[PutBack]:
    with closing(sqlite3.connect(":memory:")) as kept:
        connection.connection.backup(kept)
        yield lambda: _copy(kept)


def _copy(kept: sqlite3.Connection) -> None:
    waited = 0

    def patient(status: int, remaining: int, total: int) -> None:
        nonlocal waited
        waited += status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if waited > TRIES:
            raise AssertionError("A test has left somebody behind who still uses the database.")

    connection.ensure_connection()
    kept.backup(connection.connection, progress=patient)


@contextmanager
def _postgresql() -> Iterator[PutBack]:
    tables = connection.introspection.table_names()
    kept = {table: _rows(table) for table in _filled(tables)}
    yield lambda: _fill_again(tables, kept)


def _filled(tables: Sequence[str]) -> set[str]:
    questions = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(questions))
        return {name for (name,) in cursor.fetchall()}


def _rows(table: str) -> bytes:
    question = f'COPY (SELECT * FROM "{table}" AS row ORDER BY row) TO STDOUT'
    with connection.cursor() as cursor, cursor.copy(question) as rows:
        return b"".join(bytes(block) for block in rows)


def _fill_again(tables: Sequence[str], kept: Mapping[str, bytes]) -> None:
    filled = _filled(tables)
    emptied = {table for table in filled | {*kept} if table not in kept or _rows(table) != kept[table]}
    if not emptied:
        return
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in emptied]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        cursor.execute("SET LOCAL session_replication_role = replica")  # in any order, and no trigger counts them
        for table in emptied:
            cursor.execute(f'DELETE FROM "{table}"')
        for table in emptied & {*kept}:
            with cursor.copy(f'COPY "{table}" FROM STDIN') as into:
                into.write(kept[table])
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


KEEPERS = {"sqlite": _sqlite, "postgresql": _postgresql}
