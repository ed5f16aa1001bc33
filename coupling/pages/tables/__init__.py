"""How lists and cards show each table: one small file a table, ``<side>/<table>.toml``.

To change a list or a card, change its file:

=============  ========================================================================================
caption        what one record is called ("Customer"); ``captions``: what the list is called ("Customers")
columns        the columns of the list, in order
order          the column the list is sorted by at first; left out: the number, else the name of the table, if lists
               are sorted by it (``Field.sortable``)
named_by       what a record is called by whose number and name are blank, or whose table has neither; left out: for a
               table that has neither, the first columns of its list
filters        the fields the filter pane offers first; every other field is offered behind them
[groups]       the FastTabs of the card, in order, with their fields; what no group names comes last, by itself
[editing]      how people edit it (``editing.py``); left out: not at all
[navigation]   group, position and (where the navigation says it shorter) label; left out: not in the navigation
=============  ========================================================================================

Names are those of ``System.describe``. What a system does not have (an older version, a real company) is left out; a
table without a file shows its number, its name and the next few columns.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from coupling.pages.tables.editing import Editing, read_editing
from integration.systems.values import FieldType, Side, Table

HERE = Path(__file__).parent
USUAL_COLUMNS, NAMING_COLUMNS = 6, 3
MORE, ADMINISTRATION = "More", "Administration"
KEPT_BY_THE_SYSTEM = (
    "system_", "created", "modified", "overridden", "owning", "version", "importsequence", "timezonerule",
    "utcconversion", "organizationid",
)  # fmt: skip
"""How the names of fields begin that no person fills in."""
KNOWN = {"caption", "captions", "columns", "order", "named_by", "filters", "groups", "editing", "navigation"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the navigation shows a list."""

    group: str
    position: int
    label: str


@dataclass(frozen=True, slots=True)
class TablePage:
    """The file of one table, or what stands for it. ``place``: ``None`` where the navigation does not list it."""

    side: Side
    name: str
    caption: str
    captions: str
    columns: tuple[str, ...]
    order: str = ""
    named_by: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    place: Place | None = None
    editing: Editing | None = None


@cache
def every() -> tuple[TablePage, ...]:
    """All tables that have a file, by side and name."""
    return tuple(_read(side, path) for side in Side for path in sorted((HERE / side.value).glob("*.toml")))


@cache
def _by_name() -> Mapping[tuple[Side, str], TablePage]:
    return {(page.side, page.name): page for page in every()}


@cache
def shown_tables() -> frozenset[str]:
    """The names of the tables that have a file, on either side."""
    return frozenset(page.name for page in every())


def _read(side: Side, path: Path) -> TablePage:
    """Raises ``ValueError`` for a word that no file has, and ``KeyError`` for one that is missing."""
    content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    if unknown := set(content) - KNOWN:
        raise ValueError(f"{path}: {', '.join(sorted(unknown))} is not a word of these files.")
    place = content.get("navigation")
    return TablePage(
        side,
        path.name.removesuffix(".toml"),
        content["caption"],
        content["captions"],
        tuple(content["columns"]),
        content.get("order", ""),
        tuple(content.get("named_by", ())),
        tuple(content.get("filters", ())),
        MappingProxyType({label: tuple(names) for label, names in content.get("groups", {}).items()}),
        Place(place["group"], place["position"], place.get("label", content["captions"])) if place else None,
        read_editing(content.get("editing")),
    )


def listed(side: Side, table: Table) -> TablePage:
    """How this table is shown, as far as the system has its fields today."""
    page = _by_name().get((side, table.name)) or _usual(side, table)
    return replace(
        page,
        columns=tuple(name for name in page.columns if name in table.fields),
        order=next((name for name in (page.order, table.number_field, table.name_field) if _sorts(table, name)), ""),
        named_by=_named_by(page, table),
        filters=tuple(name for name in page.filters if name in table.fields),
    )


def _named_by(page: TablePage, table: Table) -> tuple[str, ...]:
    has_name = table.number_field in table.fields or table.name_field in table.fields
    first = () if has_name else page.columns
    return tuple(name for name in page.named_by or first if name in table.fields)[:NAMING_COLUMNS]


def _sorts(table: Table, name: str) -> bool:
    return name in table.fields and table.fields[name].sortable


def _usual(side: Side, table: Table) -> TablePage:
    """A table without a file: its number, its name and the next few columns."""
    plain = [name for name, field in table.fields.items() if field.type is not FieldType.UUID and not _is_kept(name)]
    named = [name for name in (table.number_field, table.name_field) if name in table.fields]
    columns = tuple(dict.fromkeys([*named, *plain]))[:USUAL_COLUMNS]
    label = table.label or _spelled(table.name)
    return TablePage(side, table.name, label, label, columns, filters=columns)


def editing_of(table: str) -> Editing | None:
    """How people edit this table of Business Central; ``None``: not at all."""
    page = _by_name().get((Side.ERP, table))
    return page.editing if page is not None else None


def caption(table: str, side: Side | None = None) -> str:
    """What one record of this table is called: "Account", "Price List Item". Without a ``side`` either is taken: what
    both have has one name."""
    sides = (side,) if side is not None else tuple(Side)
    found = (_by_name().get((one, table)) for one in sides)
    return next((page.caption for page in found if page is not None), _spelled(table))


def captions(side: Side, table: str) -> str:
    """What the list of this table is called, also while its system does not answer: "Accounts"."""
    page = _by_name().get((side, table))
    return page.captions if page is not None else _spelled(table)


def _spelled(name: str) -> str:
    return name.replace(".", " ").replace("_", " ").title()


def fasttabs(side: Side, table: Table) -> list[tuple[str, list[str]]]:
    """The fields of a card by group, in order. Fields that the file does not name come in a last group, and what the
    system keeps by itself behind it; no group is empty, and no field is in two."""
    left = dict.fromkeys(table.fields)
    grouped: list[tuple[str, list[str]]] = []
    for label, names in listed(side, table).groups.items():
        held = [name for name in names if name in left]
        for name in held:
            del left[name]
        grouped.append((label, held))
    grouped.append((MORE if grouped else "General", [name for name in left if not _is_kept(name)]))
    grouped.append((ADMINISTRATION, [name for name in left if _is_kept(name)]))
    return [(label, held) for label, held in grouped if held]


def _is_kept(name: str) -> bool:
    return name.startswith(KEPT_BY_THE_SYSTEM)
