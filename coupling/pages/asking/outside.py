"""Which condition of a mapping's filter a record does not meet, in words."""

from __future__ import annotations

from integration.models import TableMapping
from integration.systems.filters import FilterError, parse, reason_outside
from integration.systems.values import Record, Side, Table


def why_outside(mapping: TableMapping, side: Side, table: Table, record: Record | None) -> str:
    """The conditions of the mapping's filter that the record does not meet; blank where it is inside, or where
    nobody can say."""
    if record is None:
        return ""
    try:
        return reason_outside(parse(mapping.filter(side), table), record, table)
    except FilterError:
        return ""
