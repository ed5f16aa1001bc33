# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""A FetchXML query answered: one page of rows, or the groups of an aggregate query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted
from typing import Any
from urllib.parse import quote

from integration.sandbox.dataverse.http.messages import LARGEST_PAGE
from integration.sandbox.dataverse.query.fetchxml.aggregates import MOST_AGGREGATED, aggregated
from integration.sandbox.dataverse.query.fetchxml.joins import Joins
from integration.sandbox.dataverse.query.fetchxml.shown import Output, Writer, outputs
from integration.sandbox.dataverse.query.fetchxml.tree import Fetch, Order, parse
from integration.sandbox.dataverse.query.selecting import Reading
from integration.sandbox.dataverse.query.where import ROOT
from integration.sandbox.dataverse.refusals import invalid, odata
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

MOST_WITHOUT_COOKIE = 50_000
COOKIE = re.compile(r'<cookie page="(\d{1,9})">(?:<\w+ last="\{([0-9a-fA-F-]{36})\}" first="[^"]*" ?/>)?</cookie>')
ANNOTATION = "Microsoft.Dynamics.CRM."


@dataclass(frozen=True)
class Query:
    """What was asked, ready to run: the tables with their conditions, what is shown, in which order."""

    fetch: Fetch
    joins: Joins
    outputs: Sequence[Output]
    order: str

    @property
    def table(self) -> Table:
        return self.joins.tables[0].table


def answer_fetch(reading: Reading, table: Table, text: str) -> str:
    """One page as JSON text. Raises :class:`Refusal`."""
    fetch = parse(text)
    if fetch.source.name != table.name:
        raise odata(f"The entity '{fetch.source.name}' of the FetchXML is not that of the address, '{table.name}'.")
    joins = Joins(reading.model, fetch.source, reading.request_context, reading.guard)
    joins.keep_within()
    if fetch.aggregate:
        return _aggregate(reading, fetch, joins)
    shown = [output for joined in joins.tables for output in outputs(joined, joined.source.attributes)]
    _check_keys(shown)
    if fetch.distinct and not shown:
        raise invalid("A distinct query needs at least one attribute.")
    order = ", ".join(_ordering(joins, one, joined.alias) for joined in joins.tables for one in joined.source.orders)
    return _page(reading, Query(fetch, joins, shown, order))


def _check_keys(shown: Sequence[Output]) -> None:
    keys = [output.key for output in shown]
    for key in keys:
        if keys.count(key) > 1:
            raise Refusal(400, "0x80041131", f"The alias or attribute '{key}' is used more than once.")


def _ordering(joins: Joins, order: Order, alias: str) -> str:
    """One term of ORDER BY; a lookup sorts by the name of the row it leads to, as the service does."""
    named = order.entity or alias
    joined = joins.named(named) if named else joins.tables[0]
    sql, column = joined.column(order.attribute)
    far = joins.model.tables.get(column.targets[0]) if column.is_lookup else None
    if far is not None and far.name_column:
        sql = f'(SELECT far."{far.name_column}" FROM "{far.name}" far WHERE far."{far.id}" = {sql})'
    collate = " COLLATE NOCASE" if column.is_lookup or column.type in ("String", "Memo") else ""
    return f"{sql}{collate} {'DESC' if order.descending else 'ASC'}"


# --- rows ----------------------------------------------------------------------------------------------------


def _page(reading: Reading, query: Query) -> str:
    fetch, size = query.fetch, query.fetch.count if query.fetch.top is None else query.fetch.top
    rows = _rows(reading, query, size + 1)
    more, rows = len(rows) > size and fetch.top is None, rows[:size]
    writer = Writer(reading.model, reading.connection, reading.preferences, query.outputs)
    if fetch.distinct:
        texts = [f"{{{inside}}}" for inside in writer.rows(rows)]
    else:
        texts = _with_keys(query, rows, writer.rows([row[2:] for row in rows]))
    last = rows[-1][1] if rows and not fetch.distinct and not query.order else ""
    first = rows[0][1] if last else ""
    notes = _about(reading, fetch, query.table, more, (first, last))
    if fetch.total:
        notes += _counted(reading, _count(reading, query.joins, LARGEST_PAGE + 1))
    return _whole(reading, query.table, notes, texts)


def _with_keys(query: Query, rows: Sequence[Sequence[Any]], insides: Sequence[str]) -> list[str]:
    """Each row with its version, and its primary key where that was not asked for."""
    key = query.table.id
    shown = any(output.key == key for output in query.outputs)
    texts = []
    for row, inside in zip(rows, insides, strict=True):
        parts = [f'"@odata.etag":"W/\\"{row[0]}\\""', inside, "" if shown else f'"{key}":"{row[1]}"']
        texts.append("{" + ",".join(part for part in parts if part) + "}")
    return texts


def _rows(reading: Reading, query: Query, limit: int) -> list[Sequence[Any]]:
    fetch, joins, table = query.fetch, query.joins, query.table
    key = f'{ROOT}."{table.id}"'
    last, skipped = _position(fetch, limit - 1)
    condition, arguments = joins.condition, list(joins.arguments)
    if last and not query.order and not fetch.distinct:
        condition, arguments = f"{condition} AND {key} > ?", [*arguments, last]
    else:
        skipped = (fetch.page - 1) * (limit - 1)
    writer = Writer(reading.model, reading.connection, reading.preferences, query.outputs)
    if fetch.distinct:
        listed = f"DISTINCT {writer.selected}"
        order = query.order or ", ".join(str(3 * at + 1) for at in range(len(query.outputs)))
    else:
        listed = f"{ROOT}.versionnumber, {key}, {writer.selected}".rstrip(", ")
        order = f"{query.order}, {key}" if query.order else key
    return reading.connection.execute(
        f"SELECT {listed} FROM {joins.text} WHERE {condition} ORDER BY {order or 1} LIMIT ? OFFSET ?",
        (*arguments, limit, skipped),
    ).fetchall()


def _position(fetch: Fetch, size: int) -> tuple[str, int]:
    """The key after which the page begins, and how many rows it skips. Raises :class:`Refusal`."""
    if not fetch.cookie:
        if (fetch.page - 1) * size > MOST_WITHOUT_COOKIE:
            raise Refusal(400, "0x8004430a", "Paging cookie is required when trying to retrieve so many records.")
        return "", (fetch.page - 1) * size
    found = COOKIE.fullmatch(fetch.cookie)
    if found is None or int(found[1]) >= fetch.page:
        raise invalid("Malformed XML Paging Cookie.")
    return (found[2] or "").lower(), (fetch.page - int(found[1]) - 1) * size


def _about(reading: Reading, fetch: Fetch, table: Table, more: bool, first_and_last: tuple[str, str]) -> list[str]:
    """Whether there is more, and the cookie that leads to it."""
    notes = []
    if reading.preferences.wants(f"{ANNOTATION}morerecords"):
        notes.append(f'"@{ANNOTATION}morerecords":{"true" if more else "false"}')
    if more and reading.preferences.wants(f"{ANNOTATION}fetchxmlpagingcookie"):
        first, last = first_and_last
        key = f'<{table.id} last="{{{last.upper()}}}" first="{{{first.upper()}}}" />' if last else ""
        inner = quote(quote(f'<cookie page="{fetch.page}">{key}</cookie>', safe=""), safe="")
        cookie = f'<cookie pagenumber="{fetch.page + 1}" pagingcookie="{inner}" istracking="False" />'
        notes.append(f'"@{ANNOTATION}fetchxmlpagingcookie":{quoted(cookie)}')
    return notes


def _counted(reading: Reading, found: int) -> list[str]:
    notes = []
    if reading.preferences.wants(f"{ANNOTATION}totalrecordcount"):
        notes.append(f'"@{ANNOTATION}totalrecordcount":{min(found, LARGEST_PAGE)}')
        exceeded = "true" if found > LARGEST_PAGE else "false"
        notes.append(f'"@{ANNOTATION}totalrecordcountlimitexceeded":{exceeded}')
    return notes


def _count(reading: Reading, joins: Joins, limit: int) -> int:
    found = reading.connection.execute(
        f"SELECT COUNT(*) FROM (SELECT 1 FROM {joins.text} WHERE {joins.condition} LIMIT {limit})", joins.arguments
    ).fetchone()
    return int(found[0])


def _whole(reading: Reading, table: Table, notes: Sequence[str], texts: Sequence[str]) -> str:
    context = f'"@odata.context":{quoted(f"{reading.root}$metadata#{table.set}")}'
    return "{" + ",".join([context, *notes, f'"value":[{",".join(texts)}]']) + "}"


# --- aggregates ----------------------------------------------------------------------------------------------


def _aggregate(reading: Reading, fetch: Fetch, joins: Joins) -> str:
    if _count(reading, joins, MOST_AGGREGATED + 1) > MOST_AGGREGATED:
        raise Refusal(400, "0x8004e023", "AggregateQueryRecordLimit exceeded. Cannot perform this operation.")
    named = [(joined, one) for joined in joins.tables for one in joined.source.attributes or ()]
    shown = [aggregated(joined, one) for joined, one in named]
    if not shown:
        raise invalid("An aggregate query needs at least one attribute.")
    _check_keys(shown)
    groups = [str(3 * at + 1) for at, (_, one) in enumerate(named) if one.grouped]
    order = [_by_alias(shown, one) for joined in joins.tables for one in joined.source.orders]
    writer = Writer(reading.model, reading.connection, reading.preferences, shown)
    rows = reading.connection.execute(
        f"SELECT {writer.selected} FROM {joins.text} WHERE {joins.condition} "
        + (f"GROUP BY {', '.join(groups)} " if groups else "")
        + f"ORDER BY {', '.join(order or groups or ['1'])} LIMIT ? OFFSET ?",
        (*joins.arguments, fetch.count + 1 if fetch.top is None else fetch.top, (fetch.page - 1) * fetch.count),
    ).fetchall()
    more = fetch.top is None and len(rows) > fetch.count
    kept = rows if fetch.top is not None else rows[: fetch.count]
    notes = _about(reading, fetch, joins.tables[0].table, more, ("", ""))
    return _whole(reading, joins.tables[0].table, notes, [f"{{{inside}}}" for inside in writer.rows(kept)])


def _by_alias(shown: Sequence[Output], order: Order) -> str:
    for at, output in enumerate(shown):
        if output.key == order.alias:
            return f"{3 * at + 1} {'DESC' if order.descending else 'ASC'}"
    raise invalid(f"There is no attribute with the alias '{order.alias}' to order by.")
