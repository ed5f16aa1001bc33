"""The SQLite file behind the organization: schema, one connection per thread, one writer at a time.

``counter`` holds the row version of the whole organization. It grows inside the writing transaction, and there is one
writer at a time, so versions become visible in the order they were given: a delta link can trust them.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache

from integration.sandbox.dataverse.security.privileges import add_all
from integration.sandbox.dataverse.security.rights import watch
from integration.sandbox.dataverse.store import zones
from integration.sandbox.dataverse.store.decimal_aggregates import ExactAverage, ExactSum
from integration.sandbox.dataverse.store.folding import folded_part, folded_value
from integration.sandbox.dataverse.store.model import Column, Model, Table
from integration.sandbox.dataverse.store.presets import PRESETS
from integration.sandbox.dataverse.store.values import storage
from integration.sandbox.shell.registrations import TABLES

KEPT_BESIDE = """
CREATE TABLE IF NOT EXISTS counter (value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tombstone (entity TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS tombstone_version ON tombstone (entity, version);
CREATE TABLE IF NOT EXISTS choice (entity TEXT, attribute TEXT, value INTEGER, label TEXT NOT NULL, state INTEGER,
    PRIMARY KEY (entity, attribute, value));
CREATE TABLE IF NOT EXISTS customization (kind TEXT, entity TEXT, name TEXT, content TEXT NOT NULL,
    PRIMARY KEY (kind, entity, name));
CREATE TABLE IF NOT EXISTS endpoint_secret (endpoint TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (job TEXT PRIMARY KEY, endpoint TEXT NOT NULL, user TEXT NOT NULL,
    keep INTEGER NOT NULL, headers TEXT NOT NULL, body TEXT NOT NULL);
INSERT INTO counter SELECT 1000 WHERE NOT EXISTS (SELECT 1 FROM counter);
"""

PEOPLE_AND_MONEY = frozenset({"systemuser", "team", "businessunit", "organization", "transactioncurrency"})
"""Nearly every row points to these: an index would cost more than it gives."""

INDEXES = """
CREATE INDEX IF NOT EXISTS product_number_folded ON product (folded(productnumber));
CREATE INDEX IF NOT EXISTS systemuser_application ON systemuser (applicationid) WHERE applicationid IS NOT NULL;
CREATE INDEX IF NOT EXISTS systemuserroles_user ON systemuserroles (systemuserid);
"""


class Database:
    """All access to the file. Connections live as long as their thread."""

    def __init__(self, path: str, model: Model) -> None:
        self.path = path
        self._local = threading.local()
        self._writing = threading.Lock()
        self._opened: list[sqlite3.Connection] = []
        self._create(model)

    def _create(self, model: Model) -> None:
        connection = self.connection()
        connection.executescript(TABLES + KEPT_BESIDE)
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        for table in model:
            lay_out(connection, table, there)
        connection.executescript(INDEXES)
        if connection.execute("INSERT OR IGNORE INTO setting VALUES ('system_pricing', 'chosen')").rowcount:
            # A file from before prices were worked out: its no was nobody's choice.
            connection.execute("UPDATE organization SET oobpricecalculationenabled = 1")
        zones.keep(connection)
        watch(connection)
        add_all(connection, model)

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode: reading outside a transaction sees the last commit."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = _open(self.path)
            self._opened.append(found)
        return found

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The one writer. Commits at the end, rolls everything back on any exception."""
        connection = self.connection()
        with self._writing:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def version(self) -> int:
        """The highest row version committed so far."""
        return int(self.connection().execute("SELECT value FROM counter").fetchone()[0])

    def setting(self, name: str, make: Callable[[], str]) -> str:
        """A value kept in the file, made at the first call."""
        connection = self.connection()
        connection.execute("INSERT OR IGNORE INTO setting VALUES (?, ?)", (name, make()))
        return str(connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()[0])

    def close(self) -> None:
        """Close every connection; only when no request is running any more."""
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._local = threading.local()


def lay_out(connection: sqlite3.Connection, table: Table, there: Container[str] = ()) -> None:
    """The table with its indexes; ``there`` are names of tables and indexes that the file has."""
    if table.name not in there:
        connection.execute(create_table(table))
    columns = {name for _, name, *_ in connection.execute(f'PRAGMA table_info("{table.name}")')}
    for column in table.columns.values():
        if column.name not in columns:  # a file of an earlier version
            connection.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {define_column(column, table)}')
    if f"{table.name}_version" not in there:
        connection.execute(f'CREATE INDEX IF NOT EXISTS "{table.name}_version" ON "{table.name}" (versionnumber)')
    for column in table.columns.values():
        if f"{table.name}_{column.name}" not in there:
            add_index(connection, table, column)


def add_index(connection: sqlite3.Connection, table: Table, column: Column) -> None:
    """An index on a lookup, where one is worth it."""
    if column.targets and not PEOPLE_AND_MONEY.issuperset(column.targets):
        connection.execute(create_index(table, column))


def create_table(table: Table) -> str:
    columns = ", ".join(define_column(column, table) for column in table.columns.values())
    return f'CREATE TABLE IF NOT EXISTS "{table.name}" ({columns})'


def create_index(table: Table, column: Column) -> str:
    """Rows that point somewhere, by where: asked whenever the row they point to is deleted or expanded."""
    name = f'"{table.name}_{column.name}"'
    return f'CREATE INDEX IF NOT EXISTS {name} ON "{table.name}" ("{column.name}") WHERE "{column.name}" IS NOT NULL'


def define_column(column: Column, table: Table) -> str:
    if column.name == table.id:
        return f'"{column.name}" TEXT NOT NULL PRIMARY KEY'
    collation = " COLLATE EXACT" if column.type == "Decimal" else ""
    preset = PRESETS.get((table.name, column.name), 0 if column.type == "Boolean" else None)
    default = "" if preset is None else f" DEFAULT {preset!r}"
    return f'"{column.name}" {storage(column)}{collation}{default}'


def identifiers(rows: Iterable[str]) -> str:
    """Ids as the JSON text that ``IN (SELECT value FROM json_each(?))`` takes: no limit on their number."""
    return "[" + ",".join(f'"{row}"' for row in rows) + "]"


def _open(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA cache_size=-2000")
    connection.execute("PRAGMA mmap_size=268435456")
    connection.create_collation("EXACT", _compare)
    connection.create_function("matches", 2, matches, deterministic=True)
    connection.create_function("folded", 1, folded_value, deterministic=True)
    connection.create_aggregate("exact_sum", 1, ExactSum)
    connection.create_aggregate("exact_avg", 1, ExactAverage)
    return connection


def _compare(left: str, right: str) -> int:
    one, other = Decimal(left), Decimal(right)
    return (one > other) - (one < other)


def matches(pattern: str, text: str | None) -> bool | None:
    """SQL Server's LIKE, by the same folding as every comparison: ``%``, ``_``, ``[a-f]`` and ``[^a-f]``."""
    return None if text is None else _like(pattern).fullmatch(folded_part(text)) is not None


@lru_cache(maxsize=512)
def _like(pattern: str) -> re.Pattern[str]:
    parts = []
    for wild, group, plain in re.findall(r"([%_])|(\[\^?[^\]]+\])|(.)", pattern, re.DOTALL):
        if wild:
            parts.append(".*" if wild == "%" else ".")
        elif group:
            parts.append(_group(group[1:-1]))
        else:
            parts.append(re.escape(folded_part(plain)))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def _group(body: str) -> str:
    """One of these letters, or with ``^`` none of them; a range that runs backwards holds nothing."""
    negated = body.startswith("^")
    letters = []
    for first, last, single in re.findall(r"(.)-(.)|(.)", body[negated:], re.DOTALL):
        if single:
            letters.append(re.escape(single))
        elif first <= last:
            letters.append(f"{re.escape(first)}-{re.escape(last)}")
    inside = "".join(letters)
    if not inside:
        return "." if negated else r"[^\s\S]"
    return f"[{'^' if negated else ''}{inside}]"
