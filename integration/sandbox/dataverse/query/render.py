# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""Rows as JSON text. Written piece by piece, so that decimals stay exact and a page of 5,000 rows stays cheap."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import Preferences
from integration.sandbox.dataverse.store.database import identifiers
from integration.sandbox.dataverse.store.model import CHOICES, Column, Model, Table
from integration.sandbox.dataverse.store.values import encoder

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOGICAL_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"
ASSOCIATED = "Microsoft.Dynamics.CRM.associatednavigationproperty"
Row = Sequence[Any]


def shape(table: Table, select: Sequence[str] | None) -> list[Column]:
    """The columns of an answer: those selected, the primary key, and the currency of money. Raises
    :class:`Refusal` for a property that does not exist."""
    if select is None or "*" in select:
        return list(table.properties.values())
    wanted: dict[str, Column] = {}
    for name in (*select, table.id):
        column = table.properties.get(name)
        if column is None:
            raise refusals.unknown_property(name, table.name)
        wanted[name] = column
        if column.type == "Money" and table.has_currency:
            currency = table.columns["transactioncurrencyid"]
            wanted[currency.property] = currency
    return list(wanted.values())


def fetched(table: Table, columns: Sequence[Column]) -> list[str]:
    """The SQL columns a row must have to be rendered: version and id first, then the columns, then the tables their
    lookups point to."""
    kinds = [column.type_column for column in columns if column.type_column]
    return ["versionnumber", table.id, *(column.name for column in columns), *kinds]


@dataclass
class Renderer:
    """Renders rows of one shape. ``expanded`` are expanded properties: per row id the JSON text to put in."""

    model: Model
    connection: sqlite3.Connection
    table: Table
    columns: Sequence[Column]
    preferences: Preferences = field(default_factory=Preferences)

    def rows(self, rows: Sequence[Row], expanded: Mapping[str, str] | None = None) -> list[str]:
        """Each row as the inside and the braces of a JSON object."""
        if any(self.preferences.wants(name) for name in (FORMATTED, LOGICAL_NAME, ASSOCIATED)):
            write = self._annotated(rows)
        else:
            write = self._bare()
        expanded = expanded or {}
        return [f'{{"@odata.etag":"W/\\"{row[0]}\\"",{write(row)}{expanded.get(row[1], "")}}}' for row in rows]

    def _bare(self) -> Callable[[Row], str]:
        pieces = [(at, f'"{column.property}":', encoder(column)) for at, column in enumerate(self.columns, 2)]

        def write(row: Row) -> str:
            return ",".join([key + ("null" if row[at] is None else encode(row[at])) for at, key, encode in pieces])

        return write

    def _annotated(self, rows: Sequence[Row]) -> Callable[[Row], str]:
        kinds = self._kinds()
        names = self._names(rows, kinds)
        symbols = self._symbols(rows)
        pieces = [
            (at, column, encoder(column), self._annotator(column, kinds.get(column.name), names, symbols))
            for at, column in enumerate(self.columns, 2)
        ]

        def write(row: Row) -> str:
            found = []
            for at, column, encode, annotate in pieces:
                if row[at] is None:
                    found.append(f'"{column.property}":null')
                    continue
                found += [f'"{column.property}@{name}":{quoted(text)}' for name, text in annotate(row, row[at])]
                found.append(f'"{column.property}":{encode(row[at])}')
            return ",".join(found)

        return write

    def _symbols(self, rows: Sequence[Row]) -> Mapping[str, str]:
        """The currency symbol of each row, by row id; under a blank id that of the base currency."""
        if not any(column.type == "Money" for column in self.columns):
            return {}
        by_currency = symbols_of(self.connection)
        symbols = {"": by_currency[""]}
        for at, column in enumerate(self.columns, 2):
            if column.name == "transactioncurrencyid":
                symbols.update({row[1]: by_currency.get(row[at], "") for row in rows})
        return symbols

    def _kinds(self) -> dict[str, int]:
        """Where in the row the target table of a lookup stands, for lookups with several."""
        several = [column.name for column in self.columns if column.type_column]
        return {name: 2 + len(self.columns) + at for at, name in enumerate(several)}

    def _names(self, rows: Sequence[Row], kinds: Mapping[str, int]) -> dict[str, str]:
        """What the rows behind all lookups are called, by id."""
        wanted: dict[str, set[str]] = {}
        for at, column in enumerate(self.columns, 2):
            if not column.is_lookup:
                continue
            for row in rows:
                if row[at] is not None:
                    kind = row[kinds[column.name]] if column.type_column else column.targets[0]
                    wanted.setdefault(kind, set()).add(row[at])
        return names_of(self.model, self.connection, wanted)

    def _annotator(
        self, column: Column, kind_at: int | None, names: Mapping[str, str], symbols: Mapping[str, str]
    ) -> Callable[[Row, Any], list[tuple[str, str]]]:
        wants = self.preferences.wants
        if column.is_lookup:
            return lambda row, value: [
                pair
                for pair in about_lookup(column, row[kind_at] if kind_at else column.targets[0], names.get(value))
                if wants(pair[0])
            ]
        if column.type == "Money" and wants(FORMATTED):
            return lambda row, value: [(FORMATTED, shown_money(value, symbols.get("" if column.base_of else row[1])))]
        show = formatter(column) if wants(FORMATTED) else None
        if show is None:
            return lambda row, value: []
        return lambda row, value: [(FORMATTED, show(value))]


def names_of(model: Model, connection: sqlite3.Connection, wanted: Mapping[str, set[str]]) -> dict[str, str]:
    """Row id -> what the row is called; ``wanted`` holds ids by table."""
    names: dict[str, str] = {}
    for kind, ids in wanted.items():
        far = model.tables.get(kind)
        if far is not None and far.name_column:
            found = connection.execute(
                f'SELECT "{far.id}", "{far.name_column}" FROM "{kind}" '
                f'WHERE "{far.id}" IN (SELECT value FROM json_each(?))',
                (identifiers(ids),),
            )
            names.update(found.fetchall())
    return names


def symbols_of(connection: sqlite3.Connection) -> dict[str, str]:
    """Currency id -> symbol, under a blank id that of the base currency."""
    found = dict(connection.execute("SELECT transactioncurrencyid, currencysymbol FROM transactioncurrency"))
    base = connection.execute("SELECT basecurrencysymbol FROM organization").fetchone()
    return {**found, "": base[0] if base else ""}


def about_lookup(column: Column, kind: str, name: str | None) -> list[tuple[str, str]]:
    """The annotations of a lookup that leads to a row of table ``kind``."""
    named = [(FORMATTED, name)] if name is not None else []
    return [*named, (ASSOCIATED, column.navigation_to(kind)), (LOGICAL_NAME, kind)]


def formatter(column: Column) -> Callable[[Any], str] | None:
    """How people see a value of this column; ``None`` where the service adds nothing."""
    if column.type in CHOICES or column.type == "Boolean":
        return lambda value: column.words[value].label if value in column.words else str(value)
    if column.type in ("Integer", "BigInt"):
        return lambda value: f"{value:,}"
    if column.type == "DateTime":
        return _shown_moment
    return None


def shown_money(value: int, symbol: str | None) -> str:
    """Ten-thousandths as people see an amount."""
    amount = Decimal(value).scaleb(-4).quantize(Decimal("0.01"))
    return f"{'-' if amount < 0 else ''}{symbol or ''}{abs(amount):,}"


def _shown_moment(value: str) -> str:
    day = f"{int(value[5:7])}/{int(value[8:10])}/{value[:4]}"
    if len(value) == 10:
        return day
    hour = int(value[11:13])
    return f"{day} {hour % 12 or 12}:{value[14:16]} {'AM' if hour < 12 else 'PM'}"
