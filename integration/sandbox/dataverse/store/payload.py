"""A request body becomes column values: every key is known, every value has its column's type, or it is refused.

What a key means is worked out once per table and message and kept, so that a bulk message costs one dictionary
look-up and one small function per value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.keys import read_key
from integration.sandbox.dataverse.store.model import Column, Model, Table
from integration.sandbox.dataverse.store.values import reader

Values = dict[str, Any]
Step = tuple[str, Callable[[Any], Any], str]
BIND = "@odata.bind"
ADDRESS = re.compile(r"(?:https?://[^/]+)?/?(?:api/data/v\d+\.\d+/)?(\w+)\((.*)\)", re.DOTALL)
REMEMBERED_BINDS = 20_000


class Payload:
    """Reads bodies of one table, for creating or for updating."""

    def __init__(self, model: Model, table: Table, creating: bool) -> None:
        self.model = model
        self.table = table
        self.creating = creating
        self._steps: dict[str, Step | None] = {}
        for column in table.columns.values():
            if not column.is_lookup and column.name not in table.hidden:
                self._steps[column.name] = self._plain(column)

    def read(self, body: Any) -> Values:
        """Column name -> value as it is kept (money still a ``Decimal``). Raises :class:`Refusal`."""
        if not isinstance(body, dict):
            raise refusals.payload(self.table.set, "The body is not a JSON object.")
        values: Values = {}
        steps = self._steps
        for key, value in body.items():
            step = steps[key] if key in steps else self._learn(key, value)
            if step is None:
                continue
            name, convert, type_column = step
            if type_column:
                values[name], values[type_column] = (None, None) if value is None else convert(value)
            else:
                values[name] = None if value is None else convert(value)
        return values

    def _plain(self, column: Column) -> Step | None:
        if not (column.creatable if self.creating else column.updatable):
            return None
        return column.name, reader(column, self.table.set), ""

    def _learn(self, key: str, value: Any) -> Step | None:
        step = self._step(key, value)
        if not (value is None and step is not None and BIND not in key):
            self._steps[key] = step
        return step

    def _step(self, key: str, value: Any) -> Step | None:
        name, mark, annotation = key.partition("@")
        if mark and annotation == "odata.bind":
            return self._bind(name)
        if mark:
            return None if not name or name in self.table.properties else self._unknown(name)
        if key in self.table.properties:
            raise refusals.odata(
                "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead."
            )
        if key in self.table.navigation and value is None:
            return self._bind(key)
        if key in self.table.navigation or key in self.table.collections:
            if self.creating:
                raise refusals.not_offered("rows inside the rows of a bulk message")
            raise refusals.odata(f"Rows inside '{key}' can be made with a new row only: there is no deep update.")
        return self._unknown(key)

    def _unknown(self, key: str) -> Step:
        raise refusals.unknown_column(key, self.table.set, self.table.name)

    def _bind(self, name: str) -> Step | None:
        found = self.table.navigation.get(name)
        if found is None:
            raise refusals.undeclared_navigation(name, self.table.set)
        column, target = found
        if not (column.creatable if self.creating else column.updatable):
            return None
        allowed = (target,) if target else column.targets
        return column.name, self._binder(name, allowed, bool(column.type_column)), column.type_column

    def _binder(self, name: str, allowed: tuple[str, ...], several: bool) -> Callable[[Any], Any]:
        resolved: dict[str, Any] = {}

        def read(value: Any) -> Any:
            found = resolved.get(value) if type(value) is str else None
            if found is None:
                target, row = parse_address(self.model, value)
                if target not in allowed:
                    raise refusals.payload(
                        self.table.set, f"'{value}' is not a row that the navigation property '{name}' can lead to."
                    )
                found = (row, target) if several else row
                if len(resolved) < REMEMBERED_BINDS and "=" not in value:
                    resolved[value] = found
            return found

        return read


def parse_address(model: Model, value: Any) -> tuple[str, str]:
    """``/accounts(guid)`` -> (table, id). Raises :class:`Refusal`."""
    found = ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise refusals.odata(f"The value '{value}' is not the address of a row.")
    table = model.sets.get(found[1])
    if table is None:
        raise refusals.unknown_segment(found[1])
    return table.name, row_key(model, table, found[2])


def row_key(model: Model, table: Table, key: str) -> str:
    """The id of the row that what stands between the parentheses names. Raises :class:`Refusal` where it is an
    alternate key that no row has."""
    named = read_key(table, key)
    if isinstance(named, str):
        return named
    found = model.find(table, named)
    if found is None:
        raise refusals.missing_key(table.name)
    return found


class Payloads:
    """One :class:`Payload` per table and message, made when first needed."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._made: dict[tuple[str, bool], Payload] = {}

    def get(self, table: Table, creating: bool) -> Payload:
        made = self._made.get((table.name, creating))
        if made is None:
            made = self._made[table.name, creating] = Payload(self._model, table, creating)
        return made

    def forget(self) -> None:
        """Start over after tables changed."""
        self._made = {}
