"""The solution as values, read from ``solution.toml`` beside this module."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is the schema name. ``length`` counts characters, ``to`` is the table a lookup leads to."""

    name: str
    type: str
    label: str
    length: int = 100
    required: bool = False
    primary: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of our own, or (``own`` is false) what an existing one gets. ``keys``: name -> logical column names;
    ``command``: the kind of record its button opens in Business Central."""

    name: str
    columns: tuple[Column, ...]
    keys: Mapping[str, tuple[str, ...]]
    own: bool = False
    title: str = ""
    titles: str = ""
    description: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """``privileges``: name -> how far it reaches (Basic, Local, Deep, Global); ``others`` are those among them that
    belong to no table."""

    id: uuid.UUID
    name: str
    privileges: Mapping[str, str]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Web:
    """A file that Sales shows or runs."""

    name: str
    title: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """What the main forms of a table get: the quick view behind a lookup, or a web resource."""

    table: str
    title: str
    lookup: str = ""
    web: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """All of it. One is like no other: what is built of it is kept."""

    name: str
    title: str
    description: str
    version: str
    publisher: Mapping[str, Any]
    tables: tuple[Table, ...]
    roles: tuple[Role, ...]
    webs: tuple[Web, ...]
    quick_view: Mapping[str, str]
    places: tuple[Place, ...]


@cache
def describe(path: Path = HERE / "solution.toml") -> Solution:
    """The solution that comes with this release."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    own = tuple(_table(one["name"], one, own=True) for one in content["table"])
    extended = tuple(_table(name, one, own=False) for name, one in content["extend"].items())
    return Solution(
        name=content["name"],
        title=content["title"],
        description=content["description"],
        version=content["version"],
        publisher=content["publisher"],
        tables=own + extended,
        roles=tuple(_role(one) for one in content["role"]),
        webs=tuple(_web(content["publisher"]["prefix"], one) for one in content["web"]),
        quick_view=content["quick_view"],
        places=tuple(_place(content["publisher"]["prefix"], one) for one in content["place"]),
    )


def _table(name: str, entry: Mapping[str, Any], own: bool) -> Table:
    return Table(
        name=name,
        columns=tuple(_column(column, *facts) for column, facts in entry.get("columns", {}).items()),
        keys={key: tuple(columns) for key, columns in entry.get("keys", {}).items()},
        own=own,
        title=entry.get("title", ""),
        titles=entry.get("titles", ""),
        description=entry.get("description", ""),
        command=entry.get("command", ""),
    )


def _column(name: str, kind: str, label: str, facts: Mapping[str, Any] | None = None) -> Column:
    return Column(name, kind, label, **(facts or {}))


def _role(entry: Mapping[str, Any]) -> Role:
    privileges = {
        f"prv{verb}{table}": depth
        for depth, tables in entry["privileges"].items()
        for table, verbs in tables.items()
        for verb in verbs.split()
    }
    others = tuple(entry.get("others", ()))
    return Role(uuid.UUID(entry["id"]), entry["name"], privileges | dict.fromkeys(others, "Global"), others)


def _web(prefix: str, entry: Mapping[str, str]) -> Web:
    return Web(f"{prefix}_/{entry['file']}", entry["title"], (HERE / "web" / entry["file"]).read_bytes())


def _place(prefix: str, entry: Mapping[str, str]) -> Place:
    web = f"{prefix}_/{entry['web']}" if "web" in entry else ""
    return Place(entry["table"], entry["title"], entry.get("quick_view", ""), web)
