"""Where the directory keeps its tenant, signing key and registered clients: two tables of the service's own file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Protocol

TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS client (id TEXT PRIMARY KEY, secret TEXT NOT NULL, label TEXT NOT NULL);
"""


class Registrations(Protocol):
    """The file of a service; it holds ``TABLES``."""

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode."""

    def setting(self, name: str, make: Callable[[], str]) -> str:
        """A value kept in the file, made at the first call."""
