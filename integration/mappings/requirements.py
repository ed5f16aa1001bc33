"""Does the organization have what the mappings need: tables, columns, types and privileges of the integration user?

The mappings that are there are asked for; before the first enabling those that are going to be created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from integration.dataverse.access.schema import Needed, check_schema
from integration.dataverse.store import SalesOrganization
from integration.defaults import STANDARD
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.rules import Direction
from integration.systems.findings import Finding
from integration.systems.values import is_option_table

if TYPE_CHECKING:
    from integration.models.connection.setup import ConnectionSetup

FOLLOWS = {("productpricelevel", "productnumber")}
"""Columns that stand in the standard mappings and that Sales fills in by itself; nothing is ever written there."""
WHAT = "Tables, columns and privileges"
Pair = tuple[str, Direction]


def missing_requirements(setup: ConnectionSetup, crm: SalesOrganization) -> list[Finding]:
    """What the organization lacks, one by one. Raises a ``ConnectionProblem``."""
    return check_schema(crm, list(needed(setup)))


def needed(setup: ConnectionSetup) -> Iterator[Needed]:
    """What each mapping of the parts that are switched on reads and writes in Sales; option columns are not asked."""
    stored = TableMapping.objects.filter(part__in=setup.parts()).prefetch_related("fields")
    if stored:
        for mapping in stored:
            fields = [(one.crm_field, Direction(one.direction)) for one in mapping.fields.all() if one.is_enabled]
            yield from _needed(mapping.name, mapping.crm_table, Direction(mapping.direction), fields)
        return
    for default in STANDARD:
        if default.part in setup.parts():
            fields = [(one.crm_field, one.direction) for one in default.fields if one.enabled]
            yield from _needed(default.name, default.crm_table, default.direction, fields)


def _needed(name: str, table: str, way: Direction, fields: Iterable[Pair]) -> Iterator[Needed]:
    if is_option_table(table):
        return
    pairs = [pair for pair in fields if pair[0]]
    to_crm = way.includes(Direction.TO_CRM)
    writes = frozenset(column for column, one in pairs if to_crm and one.includes(Direction.TO_CRM))
    writes -= {column for owner, column in FOLLOWS if owner == table}
    yield Needed(name, table, frozenset(column for column, _ in pairs), writes, inserts=bool(writes))
