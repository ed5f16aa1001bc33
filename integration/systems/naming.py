"""What the records are called that others refer to: asked of their own system, so that no page has to show an id."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import suppress

from integration.systems.errors import Problem
from integration.systems.system import System
from integration.systems.values import Ref, Value
from integration.systems.wording import record_name


def names_of(system: System, values: Iterable[Value]) -> dict[uuid.UUID, str]:
    """id -> name of the records of this system that these values refer to; other values are no matter. One request a
    table. What the system does not answer, or does not have, is left out."""
    by_table: dict[str, list[uuid.UUID]] = {}
    for value in values:
        if isinstance(value, Ref):
            by_table.setdefault(value.table, []).append(value.id)
    found: dict[uuid.UUID, str] = {}
    for name, ids in by_table.items():
        with suppress(Problem):
            table = system.describe(name)
            columns = [one for one in (table.number_field, table.name_field) if one in table.fields]
            rows = system.get(name, list(dict.fromkeys(ids)), columns)
            named = {id: record_name(table, row) for id, row in rows.items()}
            found |= {id: text for id, text in named.items() if text != str(id)}
    return found
