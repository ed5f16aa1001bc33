"""Does the organization have what the mappings need: tables, columns, types and privileges of the integration user?

The mappings that are there are asked for; before the first enabling those that are going to be created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from integration.dataverse import schema
from integration.dataverse.schema import Needed, check_schema
from integration.dataverse.store import SalesOrganization
from integration.defaults import STANDARD
from integration.models.findings import Finding, wrong
from integration.models.mapping import TableMapping
from integration.sync.rules import Direction
from integration.systems.errors import Problem

if TYPE_CHECKING:
    from integration.models.connection import ConnectionSetup

FOLLOWS = {("productpricelevel", "productnumber")}
"""Columns that stand in the standard mappings and that Sales fills in by itself; nothing is ever written there."""
WHAT = "Tables, columns and privileges"
Pair = tuple[str, Direction]


def fitness(setup: ConnectionSetup) -> list[Finding]:
    """One finding for each thing that is missing, or a single one that all is there. Never raises a ``Problem``."""
    try:
        with closing(setup.open(even_disabled=True)) as connected:
            if not isinstance(connected.crm, SalesOrganization):
                return []
            wanted = list(needed(setup))
            missing = [f"{one.mapping}: {one.message}" for one in unfit(setup, connected.crm)]
    except Problem as problem:
        return [wrong(WHAT, problem)]
    if not missing:
        return [Finding(True, WHAT, f"All that {len(wanted)} table mappings need is there.")]
    return [Finding(False, WHAT, message) for message in dict.fromkeys(missing)]


def unfit(setup: ConnectionSetup, crm: SalesOrganization) -> list[schema.Finding]:
    """What the organization lacks, one by one with its kind. Raises a ``ConnectionProblem``."""
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
    if "." in table:
        return
    pairs = [pair for pair in fields if pair[0]]
    to_crm = way.includes(Direction.TO_CRM)
    writes = frozenset(column for column, one in pairs if to_crm and one.includes(Direction.TO_CRM))
    writes -= {column for owner, column in FOLLOWS if owner == table}
    yield Needed(name, table, frozenset(column for column, _ in pairs), writes, inserts=bool(writes))
