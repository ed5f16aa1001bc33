# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""Rows as JSON texts with what ``$expand`` asks for beside them."""

from __future__ import annotations

from collections.abc import Sequence
from json.encoder import encode_basestring as quoted

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import LARGEST_PAGE
from integration.sandbox.dataverse.query.options import Expand
from integration.sandbox.dataverse.query.paging import Position, link, write_cookie
from integration.sandbox.dataverse.query.render import Renderer, Row, shape
from integration.sandbox.dataverse.query.selecting import (
    Reading,
    Selection,
    collection_rows,
    fetch,
    joined,
    order_by,
    select_rows,
)
from integration.sandbox.dataverse.query.where import ROOT
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.store.database import identifiers
from integration.sandbox.dataverse.store.model import Column, Table

PRINCIPALS = frozenset({"systemuser", "team"})
PLAIN_ONLY = (
    "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or "
    "nested one-to-many relationship."
)


def render(
    reading: Reading,
    table: Table,
    columns: Sequence[Column],
    rows: Sequence[Row],
    expand: Sequence[Expand],
    nested: bool = False,
) -> list[str]:
    """The rows as JSON texts with what was expanded. ``nested``: they were expanded themselves."""
    expanded: dict[str, str] = {}
    for part in expand:
        found = _expanded(reading, table, rows, part, nested)
        for row in rows:
            text, following = found.get(row[1], ("null", ""))
            expanded[row[1]] = f"{expanded.get(row[1], '')},{quoted(part.navigation)}:{text}"
            if following:
                expanded[row[1]] += f",{quoted(f'{part.navigation}@odata.nextLink')}:{quoted(following)}"
    return Renderer(reading.model, reading.connection, table, columns, reading.preferences).rows(rows, expanded)


# --- $expand -------------------------------------------------------------------------------------------------


def _expanded(
    reading: Reading, table: Table, rows: Sequence[Row], part: Expand, nested: bool
) -> dict[str, tuple[str, str]]:
    """Row id -> JSON text of the expanded property and, where it goes on, the address of the next page."""
    ids = [row[1] for row in rows]
    if part.navigation in table.navigation:
        column, target = table.navigation[part.navigation]
        if part.options.orderby is not None or part.options.top is not None or part.options.filter is not None:
            raise odata(PLAIN_ONLY)
        texts = _expand_lookup(reading, table, ids, column, target, part)
        return {row: (text, "") for row, text in texts.items()}
    if part.navigation in table.collections:
        if part.reference:
            raise odata("Expand with $ref is only supported on lookup type navigation property.")
        if nested and (part.options.orderby is not None or part.options.top is not None):
            raise odata(PLAIN_ONLY)
        return _expand_collection(reading, table, ids, part)
    raise refusals.unknown_property(part.navigation, table.name)


def _expand_lookup(
    reading: Reading, table: Table, ids: Sequence[str], column: Column, target: str, part: Expand
) -> dict[str, str]:
    kind = f'"{column.type_column}"' if column.type_column else f"'{target or column.targets[0]}'"
    pairs = reading.connection.execute(
        f'SELECT "{table.id}", "{column.name}", {kind} FROM "{table.name}" '
        f'WHERE "{table.id}" IN (SELECT value FROM json_each(?)) AND "{column.name}" IS NOT NULL',
        (identifiers(ids),),
    ).fetchall()
    found: dict[str, str] = {}
    for far_name in {kind for _, _, kind in pairs if not target or kind == target}:
        far = reading.model[far_name]
        texts = _by_id(reading, far, {to for _, to, kind in pairs if kind == far_name}, part)
        found.update({row: texts[to] for row, to, kind in pairs if kind == far_name and to in texts})
    return found


def _by_id(reading: Reading, table: Table, ids: set[str], part: Expand) -> dict[str, str]:
    options = part.options
    select = options.select
    if select is not None and table.name in PRINCIPALS:
        select = tuple(name for name in select if name != "ownerid")  # comes by itself
    columns = shape(table, () if part.reference else select)
    key = f'{ROOT}."{table.id}"'
    chosen = Selection(condition=f"{key} IN (SELECT value FROM json_each(?))", arguments=(identifiers(ids),))
    rows = fetch(reading, table, columns, chosen, key)
    if part.reference:
        return {row[1]: f'{{"@odata.id":{quoted(f"{reading.root}{table.set}({row[1]})")}}}' for row in rows}
    texts = render(reading, table, columns, rows, options.expand, nested=True)
    if table.name in PRINCIPALS:
        texts = [f'{text[:-1]},"ownerid":"{row[1]}"}}' for row, text in zip(rows, texts, strict=True)]
    return {row[1]: text for row, text in zip(rows, texts, strict=True)}


def _expand_collection(reading: Reading, table: Table, ids: Sequence[str], part: Expand) -> dict[str, tuple[str, str]]:
    collection, options = table.collections[part.navigation], part.options
    far = reading.model[collection.table]
    columns = shape(far, options.select)
    wanted = select_rows(reading, far, options)
    order, joins = f'{ROOT}."{far.id}"', wanted.joins
    if options.orderby is not None:
        order, joins = order_by(reading, far, options, wanted)
        order = f'{order}, {ROOT}."{far.id}"'
    size = min(reading.preferences.page_size or LARGEST_PAGE, LARGEST_PAGE if options.top is None else options.top)
    found = {}
    for row in ids:
        own = collection_rows(reading, table, row, collection)
        chosen = joined(Selection(joins, wanted.condition, wanted.arguments), own)
        rows = fetch(reading, far, columns, chosen, order, size + 1)
        more, rows = len(rows) > size and options.top is None, rows[:size]
        text = "[" + ",".join(render(reading, far, columns, rows, options.expand, nested=True)) + "]"
        address = f"{reading.root}{table.set}({row})/{part.navigation}"
        following = write_cookie(Position(2, rows[-1][1])) if more else ""
        found[row] = text, link(address, options.raw, skiptoken=following) if more else ""
    return found
