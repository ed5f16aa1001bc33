"""The ids that a full reading has met. A company of a million customers must not cost the memory for their ids, so they
are in a private temporary file of SQLite, which keeps in memory what fits into two megabytes."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Container, Iterable
from contextlib import closing
from types import TracebackType


class SeenIds(Container[uuid.UUID]):
    """A set of ids to add to and to ask, for as long as its ``with`` block lasts."""

    def __init__(self) -> None:
        # An empty name is a file that nobody else sees and that is gone with its connection.
        self._stored = sqlite3.connect("", check_same_thread=False)
        self._stored.execute("CREATE TABLE seen (id BLOB PRIMARY KEY) WITHOUT ROWID")
        self._closing = closing(self._stored)
        self._is_empty = True

    def __enter__(self) -> SeenIds:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.__exit__(kind, error, at)

    def __bool__(self) -> bool:
        return not self._is_empty

    def __contains__(self, id: object) -> bool:
        if not isinstance(id, uuid.UUID):
            return False
        return self._stored.execute("SELECT 1 FROM seen WHERE id = ?", [id.bytes]).fetchone() is not None

    def add(self, ids: Iterable[uuid.UUID]) -> None:
        """Add these ids; those that are there already stay."""
        rows = [(id.bytes,) for id in ids]
        self._stored.executemany("INSERT OR IGNORE INTO seen VALUES (?)", rows)
        self._is_empty = self._is_empty and not rows
