"""The composite address columns: the parts of an address, a line each, as the service composes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.sandbox.dataverse.store.model import Table

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

PARTS = ("line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")
NUMBERED = tuple(
    (f"{prefix}_composite", tuple(f"{prefix}_{part}" for part in PARTS))
    for prefix in ("address1", "address2", "address3", "billto", "shipto")
)


def compose(write: Write, table: Table, rows: list[Values]) -> None:
    """New rows."""
    given = set().union(*rows)
    for composite, parts in NUMBERED:
        if table.has(composite) and not given.isdisjoint(parts):
            for row in rows:
                row[composite] = _joined([row.get(part) for part in parts])


def recompose(write: Write, table: Table, current: Values, values: Values) -> None:
    """Rows of which a part changes."""
    for composite, parts in NUMBERED:
        if table.has(composite) and not values.keys().isdisjoint(parts):
            values[composite] = _joined([values[part] if part in values else current.get(part) for part in parts])


def _joined(parts: list[str | None]) -> str | None:
    *lines, city, county, code, country = parts
    place = ", ".join(part for part in (city, " ".join(part for part in (county, code) if part)) if part)
    return "\r\n".join(part for part in (*lines, place, country) if part) or None
