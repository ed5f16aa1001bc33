"""Indexes of what texts contain: a search reads no table of a hundred thousand rows.

PostgreSQL has an index of trigrams (all three letters behind each other) on the columns of a table, SQLite a table of
trigrams beside it, which triggers keep. Each room says which of its tables have one, and installs them behind every
migration: SQLite throws triggers away whenever a table is made anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction

logger = logging.getLogger(__name__)
SHORTEST = 3
"""Letters: a shorter text is no trigram, and is looked for in the rows themselves."""
PENDING = 64
"""Kilobytes of new words that PostgreSQL puts off sorting in. With the usual 4 MB a search reads the whole table
instead, until the next vacuum."""
NO_TRIGRAMS = (
    "The search reads whole tables: this PostgreSQL has no trigrams. Install its contrib package, have its "
    "administrator execute CREATE EXTENSION pg_trgm in this database, and run manage.py migrate again."
)


@dataclass(frozen=True, slots=True)
class WordIndex:
    """The index of these columns of a table. ``folded``: their texts are folded already; others are found in upper and
    lower case alike. ``place``: the number under which SQLite keeps a row in it, made of the columns of ``{row}``. Rows
    that are looked for together get numbers behind each other, so that no others are read."""

    name: str
    table: str
    columns: tuple[str, ...]
    folded: bool = False
    place: str = "{row}.rowid"

    def matching(self, most: int, more: str = "") -> str:
        """The places of the rows that contain a ``quoted`` text and meet one more condition, on SQLite: a subquery."""
        return f"SELECT rowid FROM {self.name} WHERE {self.name} MATCH %s {more} LIMIT {int(most)}"  # noqa: S608 - our own names


def quoted(text: str) -> str:
    """A text as SQLite looks for it, letter by letter."""
    return '"{}"'.format(text.replace('"', '""'))


def enable(**_of_the_signal: Any) -> None:
    """Behind a migration, first of all: have the trigrams of PostgreSQL, or say that the search goes without."""
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        logger.warning(NO_TRIGRAMS)


def install(indexes: Iterable[WordIndex]) -> None:
    """Make these indexes and fill them. A table that is not there yet has none."""
    there = set(connection.introspection.table_names())
    make = _beside if connection.vendor == "sqlite" else _on_columns
    with transaction.atomic(), connection.cursor() as cursor:
        for index in indexes:
            for statement in make(index) if index.table in there else ():
                cursor.execute(statement)


def _on_columns(index: WordIndex) -> list[str]:
    """Nothing without trigrams."""
    texts = (f'"{name}"' if index.folded else f'LOWER("{name}")' for name in index.columns)
    columns = ", ".join(f"{text} gin_trgm_ops" for text in texts)
    made = f"CREATE INDEX IF NOT EXISTS {index.name} ON {index.table} USING gin ({columns})"
    set_up = f"ALTER INDEX {index.name} SET (gin_pending_list_limit = {PENDING})"
    there = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"
    return [f"DO $$ BEGIN IF EXISTS ({there}) THEN {made}; {set_up}; END IF; END $$"]


def _beside(index: WordIndex) -> list[str]:
    """The table of trigrams and its triggers, all anew: VACUUM gives rows other numbers. It keeps no texts, so whoever
    takes a row out of it says what it was."""
    name, table, columns = index.name, index.table, ", ".join(f'"{column}"' for column in index.columns)
    old, new, each = (_row(index, row) for row in ("OLD", "NEW", "each"))
    add, take = f"INSERT INTO {name} (rowid, {columns})", f"INSERT INTO {name} ({name}, rowid, {columns})"
    taken, added = f"{take} VALUES ('delete', {old});", f"{add} VALUES ({new});"
    triggers = {"insert": added, "delete": taken, "update": taken + added}
    tokens = f"trigram case_sensitive {int(index.folded)}"
    made = [
        f"DROP TABLE IF EXISTS {name}",
        f"CREATE VIRTUAL TABLE {name} USING fts5({columns}, content='', tokenize='{tokens}')",
        f"{add} SELECT {each} FROM {table} AS each ORDER BY 1",  # noqa: S608 - our own names
    ]
    for event, body in triggers.items():
        when = f"WHEN ({old}) <> ({new})" if event == "update" else ""
        made += [
            f"DROP TRIGGER IF EXISTS {name}_{event}",
            f"CREATE TRIGGER {name}_{event} AFTER {event.upper()} ON {table} FOR EACH ROW {when} BEGIN {body} END",
        ]
    return made


def _row(index: WordIndex, row: str) -> str:
    """The place and the texts of a row."""
    return ", ".join([f"({index.place.format(row=row)})", *(f'{row}."{column}"' for column in index.columns)])
