"""Answering queries: pages of rows, single rows, single properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from json.encoder import encode_basestring as quoted
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import LARGEST_PAGE, Preferences
from integration.sandbox.dataverse.query.expanding import render
from integration.sandbox.dataverse.query.options import QueryOptions
from integration.sandbox.dataverse.query.paging import Position, link, read_cookie, write_cookie
from integration.sandbox.dataverse.query.render import Row, shape
from integration.sandbox.dataverse.query.selecting import (
    Reading,
    Selection,
    behind,
    context_of,
    count,
    fetch,
    joined,
    narrowed,
    order_terms,
    select_rows,
)
from integration.sandbox.dataverse.query.where import ROOT
from integration.sandbox.dataverse.store.model import Column, Table
from integration.sandbox.dataverse.store.values import encoder


def read_page(
    reading: Reading, table: Table, options: QueryOptions, address: str, base: Selection | None = None
) -> str:
    """One page of a query as JSON text. ``base`` limits the rows beforehand (a collection of one row)."""
    _check_plain(options)
    columns = shape(table, options.select)
    selection = select_rows(reading, table, options)
    if base is not None:
        selection = joined(selection, base)
    position = read_cookie(options.skiptoken) if options.skiptoken is not None else Position()
    size, last_page = _size(reading.preferences, options)
    rows = _page_rows(reading, table, columns, selection, options, position, size + 1)
    more, rows = len(rows) > size and not last_page, rows[:size]
    parts = [f'"@odata.context":{quoted(context_of(reading, table, options))}']
    if options.count:
        parts += _counted(reading, count(reading, table, selection))
    parts.append(f'"value":[{",".join(render(reading, table, columns, rows, options.expand))}]')
    if more:
        at = _sorted_by(reading, table, options, selection, rows[-1][1])
        following = Position(position.page + 1, rows[-1][1], at=at)
        parts.append(f'"@odata.nextLink":{quoted(link(address, options.raw, skiptoken=write_cookie(following)))}')
    return "{" + ",".join(parts) + "}"


def _check_plain(options: QueryOptions) -> None:
    """Other query languages are for whole tables; ignored they would answer something else than was asked."""
    if options.apply is not None or "fetchXml" in options.others:
        raise refusals.not_offered("'$apply' and 'fetchXml' on a part of a table")
    if options.deltatoken is not None:
        raise refusals.odata("Changes are tracked of whole tables only, not of a part of one.")


def _size(preferences: Preferences, options: QueryOptions) -> tuple[int, bool]:
    """How many rows, and whether nothing may follow. With both a page size and ``$top``, ``$top`` is ignored."""
    if preferences.page_size is not None:
        return preferences.page_size, False
    if options.top is not None:
        return min(options.top, LARGEST_PAGE), True
    return LARGEST_PAGE, False


def _page_rows(
    reading: Reading,
    table: Table,
    columns: Sequence[Column],
    selection: Selection,
    options: QueryOptions,
    position: Position,
    limit: int,
) -> list[Row]:
    key = f'{ROOT}."{table.id}"'
    if options.orderby is not None:
        terms, joins = order_terms(reading, table, options, selection)
        terms = [*terms, (key, "asc")]
        selection, offset = replace(selection, joins=joins), 0
        if len(position.at) == len(terms) - 1 and position.last:
            condition, arguments = behind(terms, [*position.at, position.last])
            selection = narrowed(selection, condition, *arguments)
        else:
            offset = (position.page - 1) * (limit - 1)
        order = ", ".join(f"{expression} {direction}" for expression, direction in terms)
        return fetch(reading, table, columns, selection, order, limit, offset)
    if position.last:
        selection = narrowed(selection, f"{key} > ?", position.last)
    return fetch(reading, table, columns, selection, key, limit)


def _sorted_by(
    reading: Reading, table: Table, options: QueryOptions, selection: Selection, row: str
) -> tuple[Any, ...]:
    """The values that a row is sorted by."""
    if options.orderby is None:
        return ()
    terms, joins = order_terms(reading, table, options, selection)
    listed = ", ".join(expression for expression, _ in terms)
    return tuple(
        reading.connection.execute(
            f'SELECT {listed} FROM "{table.name}" {ROOT} {" ".join(joins)} WHERE {ROOT}."{table.id}" = ?',  # noqa: S608
            (row,),
        ).fetchone()
    )


def _counted(reading: Reading, found: int) -> list[str]:
    parts = [f'"@odata.count":{min(found, LARGEST_PAGE)}']
    if reading.preferences.wants("Microsoft.Dynamics.CRM.totalrecordcount"):
        parts.append(f'"@Microsoft.Dynamics.CRM.totalrecordcount":{min(found, LARGEST_PAGE)}')
        exceeded = "true" if found > LARGEST_PAGE else "false"
        parts.append(f'"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":{exceeded}')
    return parts


def read_row(reading: Reading, table: Table, row: str, options: QueryOptions) -> tuple[str, int] | None:
    """One row as JSON text with its version, ``None`` if there is none."""
    _check_plain(options)
    columns = shape(table, options.select)
    key = f'{ROOT}."{table.id}"'
    rows = fetch(reading, table, columns, Selection(condition=f"{key} = ?", arguments=(row,)), key)
    if not rows:
        return None
    (text,) = render(reading, table, columns, rows, options.expand)
    context = context_of(reading, table, options, "/$entity")
    return f'{{"@odata.context":{quoted(context)},{text[1:]}', rows[0][0]


def property_text(reading: Reading, table: Table, row: str, name: str) -> str | None:
    """The JSON text of one property, ``None`` if the row does not exist."""
    column = table.properties.get(name)
    if column is None:
        raise refusals.unknown_segment(name)
    key = f'{ROOT}."{table.id}"'
    found = fetch(reading, table, [column], Selection(condition=f"{key} = ?", arguments=(row,)), key)
    if not found:
        return None
    value = found[0][2]
    return "null" if value is None else encoder(column)(value)
