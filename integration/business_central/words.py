"""An index of what numbers and names contain, so that a search reads no table of a hundred thousand rows.

PostgreSQL has an index of trigrams on both columns of a table, SQLite a table of trigrams beside it, which triggers
keep. ``install`` follows every migration: SQLite throws triggers away whenever a table is made anew.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from integration.business_central.tables import MODELS
from integration.systems.filters import AnyOf, Comparison, Filter

logger = logging.getLogger(__name__)
SEARCHED = (
    "customer", "contact", "vendor", "item", "resource", "opportunity", "sales_header", "sales_invoice_header",
    "sales_cr_memo_header", "sales_shipment_header", "sales_header_archive",
)  # fmt: skip
"""The large tables that people look for things in."""
SHORTEST = 3
"""Letters: a shorter text is no trigram, and is looked for in the rows themselves."""
PENDING = 64
"""Kilobytes of new words that PostgreSQL puts off sorting in. With the usual 4 MB a search reads the whole table
instead, until the next vacuum."""
NO_TRIGRAMS = (
    "The search reads whole tables: this PostgreSQL has no trigrams. Install its contrib package, have its "
    "administrator execute CREATE EXTENSION pg_trgm in this database, and run manage.py migrate again."
)


def install(**_of_the_signal: Any) -> None:
    """Make the indexes that are missing. Before all tables are there, nothing is made."""
    there = set(connection.introspection.table_names())
    tables = [MODELS[name] for name in SEARCHED if MODELS[name]._meta.db_table in there]
    if connection.vendor == "sqlite":
        for model in tables:
            _install_beside(model)
    elif _has_trigrams():
        for model in tables:
            _install_index(model)


def words_of(model: Any) -> str:
    """The table of trigrams beside this one on SQLite; blank for a table that has none."""
    return f"{model._meta.db_table}_words" if model.slug() in SEARCHED else ""


def matching(model: Any, most: int) -> str:
    """The places of the rows that contain a ``quoted`` text, on SQLite: a subquery."""
    words = words_of(model)
    return f"SELECT rowid FROM {words} WHERE {words} MATCH %s LIMIT {int(most)}"  # noqa: S608 - our own names


def quoted(text: str) -> str:
    """A text as SQLite looks for it, letter by letter."""
    return '"{}"'.format(text.replace('"', '""'))


def text_asked(where: Filter, fields: tuple[str, ...]) -> str:
    """The text, if this asks for rows that contain it in one of these fields and for nothing else."""
    parts = where.parts if isinstance(where, AnyOf) else (where,)
    asked = [one for one in parts if isinstance(one, Comparison) and one.operator == "contains"]
    texts = {str(one.value) for one in asked}
    is_all = len(asked) == len(parts) and {one.field for one in asked} == set(fields)
    text = texts.pop() if is_all and len(texts) == 1 else ""
    return text if len(text) >= SHORTEST else ""


def _columns(model: Any) -> tuple[str, ...]:
    """The columns that a row is found by."""
    names = dict.fromkeys((model.number_field, model.name_field))
    return tuple(model._meta.get_field(name).column for name in names)


def _has_trigrams() -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        logger.warning(NO_TRIGRAMS)
        return False
    return True


def _install_index(model: type[models.Model]) -> None:
    table = model._meta.db_table
    columns = ", ".join(f"LOWER({connection.ops.quote_name(name)}) gin_trgm_ops" for name in _columns(model))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {words_of(model)} ON {table} USING gin ({columns})")
        cursor.execute(f"ALTER INDEX {words_of(model)} SET (gin_pending_list_limit = {PENDING})")


def _install_beside(model: type[models.Model]) -> None:
    """The table of trigrams and its triggers, filled anew: VACUUM gives rows other numbers."""
    table, words, columns = model._meta.db_table, words_of(model), _columns(model)
    names, new, old = (", ".join(f'{row}"{name}"' for name in columns) for row in ("", "NEW.", "OLD."))
    into = "INSERT INTO"
    added = f"{into} {words} (rowid, {names}) VALUES (NEW.rowid, {new})"
    taken = f"{into} {words} ({words}, rowid, {names}) VALUES ('delete', OLD.rowid, {old})"
    changed = " OR ".join(f'OLD."{name}" <> NEW."{name}"' for name in columns)
    triggers = {"insert": ("", added), "update": (f"WHEN {changed}", f"{taken}; {added}"), "delete": ("", taken)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {words} USING fts5({names}, content='{table}', tokenize='trigram')"
        )
        for event, (when, body) in triggers.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {words}_{event}")
            cursor.execute(
                f"CREATE TRIGGER {words}_{event} AFTER {event.upper()} ON {table} FOR EACH ROW {when} BEGIN {body}; END"
            )
        cursor.execute(f"{into} {words} ({words}) VALUES ('rebuild')")
