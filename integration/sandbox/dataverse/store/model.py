"""The tables of the organization as values: columns, navigation properties, collections, options.

Read from ``entities.json``. One table a block, one column a line::

    "name": [type, label, writable, {facts}]

``writable`` holds ``c`` (on create) and ``u`` (on update). Facts: ``len``, ``min``/``max``, ``prec`` (decimals),
``source`` (of a money column's decimals: 1 organization, 2 currency), ``base`` (the column this one repeats in base
currency), ``options`` ([value, label, state?]; of a yes/no column
that says something else, its two words), ``to`` (target tables), ``nav`` (navigation names that are not the
column's own), ``need`` (1 by the application, 2 by the system), ``day`` (``only`` or ``format``), ``schema`` (the
schema name of a custom column).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

LOOKUPS = frozenset({"Lookup", "Customer", "Owner"})
CHOICES = frozenset({"Picklist", "State", "Status"})
TEXTS = frozenset({"String", "Memo", "EntityName"})
WHOLE = frozenset({"Integer", "BigInt", "Picklist", "State", "Status"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice column; ``state`` is set on status reasons."""

    label: str
    state: int | None = None


YES_OR_NO = {0: Choice("No"), 1: Choice("Yes")}


@dataclass(frozen=True, eq=False)
class Column:
    """One column. ``property`` is its name in JSON (``_x_value`` for lookups)."""

    table: str
    name: str
    type: str
    label: str
    creatable: bool
    updatable: bool
    length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    precision: int | None = None
    precision_source: int = 0
    base_of: str = ""
    options: dict[int, Choice] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    navigation: Mapping[str, str] = field(default_factory=dict)
    required: int = 0
    day: str = ""
    type_column: str = ""
    schema: str = ""

    @cached_property
    def is_lookup(self) -> bool:
        return self.type in LOOKUPS

    @cached_property
    def property(self) -> str:
        return f"_{self.name}_value" if self.is_lookup else self.name

    @cached_property
    def words(self) -> Mapping[int, Choice]:
        """What its values are called: those of a choice column, the two of a yes/no column."""
        return self.options or (YES_OR_NO if self.type == "Boolean" else {})

    def navigation_to(self, target: str) -> str:
        """The navigation property that leads to this table."""
        return self.navigation.get(target, self.name)


@dataclass(frozen=True)
class Collection:
    """A collection-valued navigation property: the rows of ``table`` whose ``lookup`` points here, or, for a
    many-to-many relationship, those joined by the rows of ``between``."""

    table: str
    lookup: str = ""
    between: str = ""
    near: str = ""
    far: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """An alternate key. One whose index could not be built (rows were alike already) addresses nothing."""

    name: str
    columns: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, eq=False)
class Table:
    """One table. ``navigation`` maps a single-valued navigation property to its column and its target table (empty
    where the row itself says which one, as for owners). ``joins`` are the two tables that a table of pairs joins."""

    name: str
    set: str
    schema: str
    label: str
    code: int
    id: str
    name_column: str
    owned: str
    tracked: bool
    bulk: bool
    columns: dict[str, Column]
    collections: dict[str, Collection]
    keys: dict[str, Key] = field(default_factory=dict)
    custom: bool = False
    joins: tuple[str, ...] = ()

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Columns the service keeps beside a lookup but does not show as a property (``owneridtype``)."""
        return frozenset(
            column.type_column
            for column in self.columns.values()
            if column.type_column and not column.type_column.endswith("typecode")
        )

    @cached_property
    def properties(self) -> dict[str, Column]:
        return {column.property: column for column in self.columns.values() if column.name not in self.hidden}

    @cached_property
    def navigation(self) -> dict[str, tuple[Column, str]]:
        found: dict[str, tuple[Column, str]] = {}
        for column in self.columns.values():
            for target in column.targets:
                name = column.navigation_to(target)
                found[name] = (column, "" if name in found else target)
        return found

    @cached_property
    def money(self) -> tuple[Column, ...]:
        """Money columns a client writes (not their repetition in base currency)."""
        return tuple(c for c in self.columns.values() if c.type == "Money" and not c.base_of)

    @cached_property
    def has_currency(self) -> bool:
        """Are amounts of this table in the currency that the row names?"""
        currency = self.columns.get("transactioncurrencyid")
        return currency is not None and currency.is_lookup and self.has("exchangerate")

    @cached_property
    def base_columns(self) -> dict[str, str]:
        """Money column -> the column that repeats it in base currency."""
        return {c.base_of: c.name for c in self.columns.values() if c.base_of}

    def has(self, name: str) -> bool:
        return name in self.columns


class Model:
    """All tables, by logical name and by entity set name. A changed table replaces the old one as a whole, so that
    requests under way keep what they started with. ``find`` returns the id of the row with the given values."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = dict(tables)
        self.sets = {table.set: table for table in tables.values()}
        self.find: Callable[[Table, Mapping[str, Any]], str | None] = lambda table, values: None

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def put(self, table: Table) -> None:
        """Add a table, or replace the one of the same name."""
        self.tables = {**self.tables, table.name: table}
        self.sets = {**self.sets, table.set: table}

    def remove(self, name: str) -> None:
        self.tables = {key: table for key, table in self.tables.items() if key != name}
        self.sets = {table.set: table for table in self.tables.values()}

    def referencing(self, target: str) -> Iterator[Column]:
        """Every lookup column that may point to this table."""
        for table in self:
            for column in table.columns.values():
                if target in column.targets:
                    yield column


ENTITIES = Path(__file__).with_name("entities.json")


def load_model(path: Path = ENTITIES) -> Model:
    """The standard tables. The file is read once; every model has tables of its own, as they may change."""
    return Model({name: _own(table) for name, table in _standard(path).items()})


@cache
def _standard(path: Path) -> Mapping[str, Table]:
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    tables = {name: read_table(name, entry) for name, entry in facts.items()}
    for name, entry in facts.items():
        for one, other in itertools.permutations(entry.get("between", ()), 2):
            table, column, navigation = one
            tables[table].collections[navigation] = Collection(other[0], between=name, near=column, far=other[1])
    return tables


def _own(table: Table) -> Table:
    """A copy that shares nothing that is ever changed: choices get further values."""
    columns = {
        name: replace(column, options=dict(column.options)) if column.type in CHOICES else column
        for name, column in table.columns.items()
    }
    return replace(table, columns=columns, collections=dict(table.collections), keys=dict(table.keys))


def read_table(name: str, entry: Mapping[str, Any]) -> Table:
    """One block of ``entities.json``."""
    columns = {column: read_column(name, column, facts, entry["columns"]) for column, facts in entry["columns"].items()}
    return Table(
        name=name,
        set=entry["set"],
        schema=entry["schema"],
        label=entry["label"],
        code=entry["code"],
        id=entry["id"],
        name_column=entry["name"],
        owned=entry["owned"],
        tracked=entry["tracked"],
        bulk=entry["bulk"],
        columns=columns,
        collections={key: Collection(*value) for key, value in entry["collections"].items()},
        custom=entry.get("custom", False),
        joins=tuple(side[0] for side in entry.get("between", ())),
    )


def read_column(table: str, name: str, entry: list[Any], siblings: Mapping[str, Any]) -> Column:
    """One line of it; ``siblings`` are all columns of the table."""
    type_, label, writable = entry[:3]
    facts = entry[3] if len(entry) > 3 else {}
    targets = tuple(facts.get("to", ()))
    return Column(
        table=table,
        name=name,
        type=type_,
        label=label,
        creatable="c" in writable,
        updatable="u" in writable,
        length=facts.get("len"),
        minimum=_number(facts.get("min")),
        maximum=_number(facts.get("max")),
        precision=facts.get("prec"),
        precision_source=facts.get("source", 0),
        base_of=facts.get("base", ""),
        options={option[0]: Choice(*option[1:]) for option in facts.get("options", ())},
        targets=targets,
        navigation=facts.get("nav", {}),
        required=facts.get("need", 0),
        day=facts.get("day", ""),
        type_column=_type_column(name, siblings) if len(targets) > 1 else "",
        schema=facts.get("schema", ""),
    )


def _type_column(name: str, siblings: Mapping[str, Any]) -> str:
    named = (f"{name}type", f"{name.removesuffix('id')}typecode")
    return next((column for column in named if column in siblings), "objecttypecode")


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
