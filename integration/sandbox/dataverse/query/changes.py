# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""Change tracking: a first read that ends in a delta link, and delta links that list what changed or was deleted.

A delta token is the organization's row version before the first page was read. Rows written while the pages are read
may come twice, once now and once with the next link, but are never missed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted

from integration.sandbox.dataverse.http.messages import LARGEST_PAGE
from integration.sandbox.dataverse.query.expanding import render
from integration.sandbox.dataverse.query.options import QueryOptions
from integration.sandbox.dataverse.query.paging import (
    Position,
    link,
    read_cookie,
    read_delta,
    write_cookie,
    write_delta,
)
from integration.sandbox.dataverse.query.render import Row, shape
from integration.sandbox.dataverse.query.selecting import Reading, Selection, context_of, fetch
from integration.sandbox.dataverse.query.where import ROOT
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.store.model import Column, Table
from integration.sandbox.shell.refusal import Refusal

REFUSED = ("filter", "orderby", "expand", "top")


@dataclass(frozen=True)
class Moment:
    """Now, the newest row version, and how many days a token lives."""

    now: dt.datetime
    newest: int
    days: int


def tracks(reading: Reading, options: QueryOptions) -> bool:
    """Is this a query that change tracking answers?"""
    if options.deltatoken is not None:
        return True
    if options.skiptoken is not None and 'istracking="True"' in options.skiptoken:
        return True
    return reading.preferences.track_changes and options.skiptoken is None


def read_changes(reading: Reading, table: Table, options: QueryOptions, address: str, moment: Moment) -> str:
    """One page of a tracked read as JSON text. Raises :class:`Refusal`."""
    _check(reading, table, options)
    if options.deltatoken is not None:
        since = read_delta(options.deltatoken, moment.now, moment.days, moment.newest)
        position = Position(tracking=True, since=since, upto=moment.newest)
    elif options.skiptoken is not None:
        position = read_cookie(options.skiptoken)
    else:
        position = Position(tracking=True, upto=moment.newest)
    size = reading.preferences.page_size or LARGEST_PAGE
    columns = shape(table, options.select)
    delta = position.since > 0
    rows = (_changed if delta else _all)(reading, table, columns, position, size + 1)
    more, rows = len(rows) > size, rows[:size]
    entries = render(reading, table, columns, rows, ())
    if more:
        last = str(rows[-1][0]) if delta else rows[-1][1]
        following = Position(position.page + 1, last, True, position.since, position.upto)
        end = _link("nextLink", link(address, options.raw, skiptoken=write_cookie(following)))
    else:
        if delta:
            entries += _deleted(reading, table, position)
        end = _link("deltaLink", link(address, options.raw, deltatoken=write_delta(position.upto, moment.now)))
    context = quoted(context_of(reading, table, options, "/$delta" if delta else ""))
    return f'{{"@odata.context":{context},"value":[{",".join(entries)}],{end}}}'


def count_changes(reading: Reading, table: Table, options: QueryOptions, moment: Moment) -> int:
    """How many rows the delta link would bring, deletions included."""
    _check(reading, table, options)
    since = read_delta(options.deltatoken or "", moment.now, moment.days, moment.newest)
    changed = reading.connection.execute(
        f'SELECT COUNT(*) FROM "{table.name}" WHERE versionnumber > ?', (since,)
    ).fetchone()[0]
    return int(changed) + len(_deleted(reading, table, Position(since=since, upto=moment.newest)))


def _link(name: str, address: str) -> str:
    return f'"@odata.{name}":{quoted(address)}'


def _check(reading: Reading, table: Table, options: QueryOptions) -> None:
    reading.guard.require_everywhere("Read", table)
    if not table.tracked:
        raise Refusal(400, "0x80072491", f"Entity {table.name} isn't enabled for change tracking.")
    for name in REFUSED:
        if getattr(options, name) not in (None, ()):
            raise odata(f'The "{name}" query parameter isn\'t supported when Change Tracking is enabled.')


def _all(reading: Reading, table: Table, columns: Sequence[Column], position: Position, limit: int) -> list[Row]:
    key = f'{ROOT}."{table.id}"'
    rows = Selection(condition=f"{key} > ?", arguments=(position.last,))
    return fetch(reading, table, columns, rows, key, limit)


def _changed(reading: Reading, table: Table, columns: Sequence[Column], position: Position, limit: int) -> list[Row]:
    version = f"{ROOT}.versionnumber"
    after = int(position.last) if position.last else position.since
    rows = Selection(condition=f"{version} > ? AND {version} <= ?", arguments=(after, position.upto))
    return fetch(reading, table, columns, rows, version, limit)


def _deleted(reading: Reading, table: Table, position: Position) -> list[str]:
    """Rows gone since then. One that was created again under its id is no deletion."""
    found = reading.connection.execute(
        "SELECT id, MAX(version) AS version FROM tombstone WHERE entity = ? AND version > ? AND version <= ? "
        f'AND NOT EXISTS (SELECT 1 FROM "{table.name}" WHERE "{table.id}" = tombstone.id) GROUP BY id ORDER BY version',
        (table.name, position.since, position.upto),
    )
    context = quoted(f"{reading.root}$metadata#{table.set}/$deletedEntity")
    return [f'{{"@odata.context":{context},"id":"{row}","reason":"deleted"}}' for row, _ in found]
