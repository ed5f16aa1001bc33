# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""Which rows a query is about, and fetching them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import LARGEST_PAGE, Preferences
from integration.sandbox.dataverse.query import criteria
from integration.sandbox.dataverse.query.conditions import RequestContext
from integration.sandbox.dataverse.query.options import QueryOptions, split_outside
from integration.sandbox.dataverse.query.render import Row, fetched
from integration.sandbox.dataverse.query.where import ROOT, Where
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.store.model import Collection, Column, Model, Table


@dataclass(frozen=True)
class Reading:
    """What every query needs: the model, a connection, the caller's preferences, the root address, who asks and
    what that one may see."""

    model: Model
    connection: sqlite3.Connection
    preferences: Preferences
    root: str
    request_context: RequestContext
    guard: Guard


@dataclass(frozen=True)
class Selection:
    """The rows a query is about: a condition in SQL with its joins and arguments."""

    joins: tuple[str, ...] = ()
    condition: str = "1"
    arguments: tuple[Any, ...] = ()


def context_of(reading: Reading, table: Table, options: QueryOptions, suffix: str = "") -> str:
    named = ",".join((*(options.select or ()), *(f"{part.navigation}()" for part in options.expand)))
    return f"{reading.root}$metadata#{table.set}{f'({named})' if named else ''}{suffix}"


def select_rows(reading: Reading, table: Table, options: QueryOptions) -> Selection:
    """What ``$filter`` says. Raises :class:`Refusal`."""
    if options.filter is None:
        return Selection()
    where = Where(reading.model, table, reading.request_context, reading.guard)
    condition = where.condition(criteria.parse(options.filter, options.aliases))
    reading.guard.require_reading(reading.model, where.met)
    return Selection(tuple(where.joins), condition, tuple(where.arguments))


def joined(one: Selection, other: Selection) -> Selection:
    """Both conditions; the joins are those of ``one``."""
    return replace(
        one,
        condition=f"{one.condition} AND {other.condition}",
        arguments=(*one.arguments, *other.arguments),
    )


def narrowed(selection: Selection, condition: str, *arguments: Any) -> Selection:
    return joined(selection, Selection(condition=condition, arguments=arguments))


def order_by(
    reading: Reading, table: Table, options: QueryOptions, selection: Selection
) -> tuple[str, tuple[str, ...]]:
    """ORDER BY for ``$orderby``, and the joins it needs."""
    terms, joins = order_terms(reading, table, options, selection)
    return ", ".join(f"{expression} {direction}" for expression, direction in terms), joins


def order_terms(
    reading: Reading, table: Table, options: QueryOptions, selection: Selection
) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """What ``$orderby`` sorts by, each with its direction; a lookup sorts by the name of the row it leads to. A column
    may be named by an alias."""
    terms, joins = [], list(selection.joins)
    for at, part in enumerate(split_outside(options.orderby or "", ",")):
        name, _, direction = part.strip().partition(" ")
        name = options.aliases.get(name, name)
        direction = direction.strip() or "asc"
        column = table.properties.get(name)
        if column is None:
            raise refusals.unknown_property(name, table.name)
        if direction not in ("asc", "desc"):
            raise odata(f"Syntax error in '$orderby': '{part}'.")
        expression = f'{ROOT}."{name}"'
        if column.is_lookup:
            far = reading.model.tables.get(column.targets[0])
            if far is None:
                raise odata(f"The rows cannot be sorted by '{name}'.")
            joins.append(f'LEFT JOIN "{far.name}" o{at} ON o{at}."{far.id}" = {ROOT}."{column.name}"')
            expression = f'o{at}."{far.name_column}"'
        collate = " COLLATE NOCASE" if column.is_lookup or column.type in ("String", "Memo") else ""
        terms.append((f"{expression}{collate}", direction))
    return terms, tuple(joins)


def behind(terms: Sequence[tuple[str, str]], values: Sequence[Any]) -> tuple[str, list[Any]]:
    """The condition for rows that come after one with these values of what is sorted by; nothing comes first."""
    either: list[str] = []
    arguments: list[Any] = []
    for at, (expression, direction) in enumerate(terms):
        if direction == "asc":
            later = f"{expression} IS NOT NULL" if values[at] is None else f"{expression} > ?"
        else:
            later = "0" if values[at] is None else f"({expression} < ? OR {expression} IS NULL)"
        alike = [f"{before} IS ?" for before, _ in terms[:at]]
        either.append("(" + " AND ".join([*alike, later]) + ")")
        arguments += [*values[:at], *([] if values[at] is None else [values[at]])]
    return f"({' OR '.join(either)})", arguments


def visible(reading: Reading, table: Table, selection: Selection) -> Selection:
    """Without the rows that are too far away for who asks. Raises :class:`Refusal` where nothing may be read."""
    reach = reading.guard.within("Read", reading.model, table, ROOT)
    return selection if reach is None else narrowed(selection, reach.condition, *reach.arguments)


def fetch(
    reading: Reading,
    table: Table,
    columns: Sequence[Column],
    selection: Selection,
    order: str,
    limit: int = -1,
    offset: int = 0,
) -> list[Row]:
    selection = visible(reading, table, selection)
    listed = ", ".join(f'{ROOT}."{name}"' for name in fetched(table, columns))
    return reading.connection.execute(
        f'SELECT {listed} FROM "{table.name}" {ROOT} {" ".join(selection.joins)} WHERE {selection.condition} '
        f"ORDER BY {order} LIMIT ? OFFSET ?",
        (*selection.arguments, limit, offset),
    ).fetchall()


def count(reading: Reading, table: Table, selection: Selection) -> int:
    """How many rows, never more than 5,000: the service stops counting there."""
    selection = visible(reading, table, selection)
    found = reading.connection.execute(
        f'SELECT COUNT(*) FROM (SELECT 1 FROM "{table.name}" {ROOT} {" ".join(selection.joins)} '
        f"WHERE {selection.condition} LIMIT {LARGEST_PAGE + 1})",
        selection.arguments,
    ).fetchone()
    return int(found[0])


def collection_rows(reading: Reading, table: Table, row: str, collection: Collection) -> Selection:
    """The rows of a collection-valued navigation property of one row."""
    far = reading.model[collection.table]
    if collection.between:
        return Selection(
            condition=f'{ROOT}."{far.id}" IN (SELECT "{collection.far}" FROM "{collection.between}" '
            f'WHERE "{collection.near}" = ?)',
            arguments=(row,),
        )
    found = Selection(condition=f'{ROOT}."{collection.lookup}" = ?', arguments=(row,))
    type_column = far.columns[collection.lookup].type_column
    return narrowed(found, f'{ROOT}."{type_column}" = ?', table.name) if type_column else found
