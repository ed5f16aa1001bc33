"""How people edit one table of Business Central: the part ``[editing]`` of its file.

A table without that part is not edited here. Documents have pages of their own; what posting writes (ledgers, posted
documents, archives) is never edited, nor are the links that the company keeps itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integration.models.people.rights import EDIT_RECORD


@dataclass(frozen=True, slots=True)
class Editing:
    """``first``: the fields of a new record that stand above all others, in their order. ``offers``: text fields that
    are typed by the code of a table, and that table. ``suggests``: text fields for which what other records hold is
    offered, each with the field that stands beside it. ``fills``: fields that fill in another one when they are
    chosen. ``narrowed``: which records a relation offers, in the language of filters. ``right``: who may edit."""

    first: tuple[str, ...]
    offers: Mapping[str, str] = field(default_factory=dict)
    suggests: Mapping[str, str] = field(default_factory=dict)
    fills: Mapping[str, str] = field(default_factory=dict)
    narrowed: Mapping[str, str] = field(default_factory=dict)
    right: str = EDIT_RECORD


def read_editing(part: Mapping[str, Any] | None) -> Editing | None:
    """Raises ``TypeError`` for a word that this part does not have."""
    return Editing(**{**part, "first": tuple(part["first"])}) if part is not None else None
