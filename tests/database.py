"""The test database as it was made, put back after each test that commits.

Django empties all tables and then makes content types, permissions and groups anew, which takes longer than most of
those tests. A SQLite database is copied whole instead, in a few milliseconds, and is then what an installation has
after ``migrate``. PostgreSQL goes on as Django does it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from unittest import mock

from django.db import connection
from django.test import TransactionTestCase

TRIES = 20
"""A copy waits for who still reads or writes: a quarter of a second each time."""


@contextmanager
def put_back_after_each_test() -> Iterator[None]:
    """Within, tests that commit find the database as it is now."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(":memory:")) as kept:
        connection.connection.backup(kept)

        def put_back(case: TransactionTestCase) -> None:
            _copy(kept, case)

        with mock.patch.object(TransactionTestCase, "_fixture_teardown", put_back):
            yield


def _copy(kept: sqlite3.Connection, case: TransactionTestCase) -> None:
    assert not case.serialized_rollback, "a copy is put back whole"
    assert case.available_apps is None, "a copy has the tables of all apps"
    waited = 0

    def patient(status: int, remaining: int, total: int) -> None:
        nonlocal waited
        waited += status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if waited > TRIES:
            raise AssertionError("A test has left somebody behind who still uses the database.")

    connection.ensure_connection()
    kept.backup(connection.connection, progress=patient)
