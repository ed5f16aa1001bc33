"""One table of an organization as the client knows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from integration.dataverse.reading.zones import EVERYWHERE
from integration.systems.values import FieldType, Table

OWNED_BY = {"systemuser": "owninguser", "team": "owningteam"}


@dataclass(frozen=True, slots=True)
class Entity:
    """One table: its set, its key, what it can do, and how its lookups are written. ``keys``, ``names`` and
    ``sets`` tell of every table its key column, its naming column and its set. ``shown_as_date`` are dates that travel
    as a moment (user-local behaviour), days in ``zone``; ``choices`` the names of
    option sets that several columns share."""

    table: Table
    set_name: str
    key: str
    tracks_changes: bool
    messages: frozenset[str] = frozenset()
    navigations: Mapping[tuple[str, str], str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    shown_as_date: frozenset[str] = frozenset()
    zone: Callable[[], dt.tzinfo] = lambda: EVERYWHERE

    def column_of(self, name: str) -> str:
        """The column a field is read from: a TABLE field comes with the lookup it belongs to."""
        if self.table.fields[name].type is not FieldType.TABLE:
            return name
        lookups = (name.removesuffix("type"), name.removesuffix("typecode"))
        return next((one for one in lookups if one != name and one in self.table.fields), name)

    def navigation(self, lookup: str, target: str) -> str:
        """The navigation property that sets this lookup to a row of that table."""
        return self.navigations.get((lookup, target), lookup)

    def path(self, lookup: str, target: str) -> str:
        """The navigation property to look through in a filter. An owner is a principal without columns of its own, so
        one looks through the user or the team beside it."""
        beside = OWNED_BY.get(target, "") if lookup == "ownerid" else ""
        return self.navigations.get((beside, target)) or self.navigation(lookup, target)

    def key_of(self, target: str) -> str:
        return self.keys.get(target, f"{target}id")
