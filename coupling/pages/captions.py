"""What tables and records are called in captions such as "Create Account in Dynamics 365 Sales"."""

from __future__ import annotations

from coupling.pages.tables import caption


def noun(table: str) -> str:
    """One record of this table, in a caption."""
    return caption(table)
