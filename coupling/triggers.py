"""What the database itself does when a coupling comes, changes or goes: it keeps the tallies, and notes the news that
catalogs have to read. No way past a model's methods (bulk statements, cascades, a statement by hand) is forgotten.

``install`` follows every migration: SQLite throws triggers away whenever a table is made anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from coupling import tallies
from coupling.models import Coupling, Tally
from integration.models import TableMapping
from integration.models.stored.catalog import CatalogRow, CatalogTable, CouplingNews
from integration.systems.values import Side

TABLE = Coupling._meta.db_table
NEEDED = {model._meta.db_table for model in (Coupling, Tally, TableMapping, CatalogTable, CatalogRow, CouplingNews)}
CAME_OR_WENT = "OLD.state <> NEW.state OR OLD.erp_id <> NEW.erp_id OR OLD.crm_id <> NEW.crm_id"


def install(**_of_the_signal: Any) -> None:
    """Make the triggers anew, and count once. Before all tables are there, nothing is made."""
    if not set(connection.introspection.table_names()) >= NEEDED:
        return
    news = {"insert": _news("NEW"), "update": f"{_news('OLD')}; {_news('NEW')}", "delete": _news("OLD")}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (
            *_triggers("coupling_tally", tallies.statements(), tallies.matters()),
            *_triggers("coupling_news", news, CAME_OR_WENT),
        ):
            cursor.execute(statement)
        tallies.repair()


def _news(row: str) -> str:
    """Both records of a coupling are news for the catalogs of their tables, where there are such."""
    heads, mappings = CatalogTable._meta.db_table, TableMapping._meta.db_table
    each = (
        f"SELECT t.id, {row}.{side}_id FROM {heads} t JOIN {mappings} m ON m.{side}_table = t.name "  # noqa: S608
        f"WHERE t.side = '{side}' AND m.id = {row}.mapping_id"
        for side in Side
    )
    return f"INSERT INTO {CouplingNews._meta.db_table} (table_id, record_id) {' UNION ALL '.join(each)}"


def _triggers(name: str, bodies: Mapping[str, str], matters: str) -> list[str]:
    """The statements that make these triggers. ``matters``: which updates count."""
    made: list[str] = []
    for event, body in bodies.items():
        trigger, condition = f"{name}_{event}", f"WHEN ({matters})" if event == "update" else ""
        head = f"CREATE TRIGGER {trigger} AFTER {event.upper()} ON {TABLE} FOR EACH ROW {condition}"
        if connection.vendor == "sqlite":
            made += [f"DROP TRIGGER IF EXISTS {trigger}", f"{head} BEGIN {body}; END"]
            continue
        function = f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS"
        made += [
            f"{function} $$ BEGIN {body}; RETURN NULL; END $$",
            f"DROP TRIGGER IF EXISTS {trigger} ON {TABLE}",
            f"{head} EXECUTE FUNCTION {trigger}()",
        ]
    return made
