"""A task of the house: what our side keeps about couplings and rows is caught up with, and mended where it is wrong."""

from __future__ import annotations

from django.db import connection

from coupling import tallies
from integration.connection import systems
from integration.defaults.tasks import Task
from integration.jobs import tasks
from integration.jobs.opening import open_now
from integration.models import CatalogTable, ConnectionSetup, SyncError
from integration.pages import catalog
from integration.systems.errors import TableMissing
from integration.systems.system import System
from integration.systems.values import Side

ROWS_LOOKED_AT = 1000
"""Of each index: enough to know a choice of two from a number, and done in a moment."""


@tasks.performs(Task.CATALOG)
def look() -> dict[str, int]:
    """The catalogs of all lists that somebody has opened, and the numbers of couplings. Those of Sales only while the
    connection is enabled. Raises what Sales says."""
    look_at_sizes()
    found = {"numbers put right": tallies.repair(), "marks put right": _catch_up(Side.ERP, systems.open_erp())}
    if ConnectionSetup.current().is_enabled:
        with open_now() as connected:
            found["marks put right"] += _catch_up(Side.CRM, connected.crm)
    return found


def look_at_sizes() -> None:
    """SQLite takes any index of the errors for as good as another, until it has looked how many are open; PostgreSQL
    looks itself. Of other tables it plans better without."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
            cursor.execute(f"ANALYZE {SyncError._meta.db_table}")


def _catch_up(side: Side, system: System) -> int:
    """Answers how many rows were marked wrong; a table that is gone takes its catalog along."""
    wrong = 0
    for head in CatalogTable.objects.filter(side=side.value):
        try:
            read = catalog.caught_up(system, system.describe(head.name), whole=True)
        except TableMissing:
            head.delete()
            continue
        wrong += catalog.repair(read) if read is not None else 0
    return wrong
