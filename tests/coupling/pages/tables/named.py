"""What a file of a table names."""

from __future__ import annotations

from collections.abc import Collection

from coupling.pages.tables import TablePage


def unknown_fields(page: TablePage, fields: Collection[str]) -> list[str]:
    """The fields that it names and that the table does not have."""
    named = [*page.columns, *page.filters, *(name for names in page.groups.values() for name in names)]
    return sorted({name for name in [*named, page.order] if name and name not in fields})
