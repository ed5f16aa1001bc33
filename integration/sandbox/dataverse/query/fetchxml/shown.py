"""What a query shows: every output with its SQL, and a row of values as JSON text. Null is left out, not written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from json.encoder import encode_basestring as quoted
from typing import Any

from integration.sandbox.dataverse.http.messages import Preferences
from integration.sandbox.dataverse.query.fetchxml.joins import Joined
from integration.sandbox.dataverse.query.fetchxml.tree import Attribute
from integration.sandbox.dataverse.query.render import (
    FORMATTED,
    about_lookup,
    formatter,
    names_of,
    shown_money,
    symbols_of,
)
from integration.sandbox.dataverse.store.model import Column, Model
from integration.sandbox.dataverse.store.values import encoder

DOT = "_x002e_"
Row = Sequence[Any]


@dataclass(frozen=True)
class Output:
    """One property of the answer. ``kind`` and ``currency`` are the SQL of what its annotations need: the table a
    lookup leads to, the currency of an amount. A number that is counted has no column."""

    key: str
    sql: str
    column: Column | None = None
    kind: str = ""
    currency: str = ""


def outputs(joined: Joined, attributes: Sequence[Attribute] | None) -> list[Output]:
    """The outputs of one table. Raises :class:`Refusal` for a column it does not have."""
    if attributes is None:
        listed = [Attribute(column.name) for column in joined.table.properties.values()]
        return [_output(joined, attribute) for attribute in listed]
    return [_output(joined, attribute) for attribute in attributes]


def _output(joined: Joined, attribute: Attribute) -> Output:
    sql, column = joined.column(attribute.name)
    if attribute.alias:
        key = attribute.alias
    elif joined.alias:
        key = f"{joined.alias}{DOT}{column.name}"
    else:
        key = column.property
    return described(Output(key, sql, column), joined)


def described(output: Output, joined: Joined) -> Output:
    """With what its annotations need."""
    column = output.column
    if column is None:
        return output
    if column.type == "Money" and not column.base_of and joined.table.has_currency:
        return replace(output, currency=f"{joined.sql}.transactioncurrencyid")
    return replace(output, kind=f'{joined.sql}."{column.type_column}"') if column.type_column else output


@dataclass
class Writer:
    """Writes rows that hold, for every output, its value, its kind and its currency."""

    model: Model
    connection: sqlite3.Connection
    preferences: Preferences
    outputs: Sequence[Output]
    omit_null: bool = True
    _names: Mapping[str, str] = field(default_factory=dict)
    _symbols: Mapping[str, str] = field(default_factory=dict)

    @property
    def selected(self) -> str:
        """The SELECT list that ``rows`` expects."""
        return ", ".join(
            f"{output.sql}, {output.kind or 'NULL'}, {output.currency or 'NULL'}" for output in self.outputs
        )

    def rows(self, rows: Sequence[Row]) -> list[str]:
        """Each row as the inside of a JSON object."""
        if self.preferences.annotations:
            self._names = self._named(rows)
            self._symbols = symbols_of(self.connection)
        writers = [self._writer(output) for output in self.outputs]
        return [
            ",".join(
                part
                for at, write in enumerate(writers)
                if row[3 * at] is not None or not self.omit_null
                for part in write(row[3 * at], row[3 * at + 1], row[3 * at + 2])
            )
            for row in rows
        ]

    def _writer(self, output: Output) -> Callable[[Any, Any, Any], list[str]]:
        encode = encoder(output.column) if output.column else str
        annotate = self._annotator(output)
        key = output.key

        def write(value: Any, kind: Any, currency: Any) -> list[str]:
            if value is None:
                return [f'"{key}":null']
            notes = [f'"{key}@{name}":{quoted(text)}' for name, text in annotate(value, kind, currency)]
            return [*notes, f'"{key}":{encode(value)}']

        return write

    def _annotator(self, output: Output) -> Callable[[Any, Any, Any], list[tuple[str, str]]]:
        column, wants = output.column, self.preferences.wants
        if column is not None and column.is_lookup:
            return lambda value, kind, currency: [
                pair
                for pair in about_lookup(column, kind or column.targets[0], self._names.get(value))
                if wants(pair[0])
            ]
        if not wants(FORMATTED):
            return lambda value, kind, currency: []
        if column is not None and column.type == "Money":
            return lambda value, kind, currency: [(FORMATTED, shown_money(value, self._symbols.get(currency or "")))]
        show = formatter(column) if column is not None else "{:,}".format
        if show is None:
            return lambda value, kind, currency: []
        return lambda value, kind, currency: [(FORMATTED, show(value))]

    def _named(self, rows: Sequence[Row]) -> dict[str, str]:
        """What the rows behind all lookups are called, by id."""
        wanted: dict[str, set[str]] = {}
        for at, output in enumerate(self.outputs):
            if output.column is None or not output.column.is_lookup:
                continue
            for row in rows:
                if row[3 * at] is not None:
                    wanted.setdefault(row[3 * at + 1] or output.column.targets[0], set()).add(row[3 * at])
        return names_of(self.model, self.connection, wanted)
