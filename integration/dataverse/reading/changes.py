"""Reading what changed: by delta link where the table tracks changes, else by the time of the last change.

A cursor is JSON text: ``{"delta": path, "select": columns}`` or ``{"since": moment}``, the latter with ``by`` where a
person chose the column that tells the time, and with ``next`` and ``select`` in the middle of a read. A next link is a
resume point like any other. Links are kept as paths below the API's root, since an organization has several names.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integration.dataverse import batch, rows
from integration.dataverse.metadata import Entity
from integration.dataverse.reading import query
from integration.dataverse.session import Session
from integration.systems.errors import BadAnswer, CursorExpired, FieldMissing
from integration.systems.filters import Comparison, Filter, both, fields_of
from integration.systems.values import FieldType, Page, Record

OVERLAP = dt.timedelta(minutes=2)
"""A row gets its time when its transaction starts and is seen when that ends, at most 2 minutes later."""
DELTA, SINCE, NEXT, SELECT, BY = "delta", "since", "next", "select", "by"
REMOVED = "$deletedEntity"


def read(
    session: Session,
    entity: Entity,
    fields: Sequence[str],
    since: str | None,
    where: Filter,
    page_size: int,
    by: str = "",
) -> Iterator[Page]:
    """Pages of changes since the cursor. Raises ``CursorExpired`` where the cursor is too old or of another kind."""
    unknown = sorted(name for name in fields_of(where) if name not in entity.table.fields)
    if unknown:
        raise FieldMissing(f"{entity.table.label} has no column “{unknown[0]}”.")
    prefer = f"{_annotated(entity, fields, where)},odata.maxpagesize={page_size}"
    if by and (by not in entity.table.fields or entity.table.fields[by].type is not FieldType.DATETIME):
        raise FieldMissing(f"{entity.table.label} has no date and time column “{by}” to read changes by.")
    if entity.tracks_changes and not by:
        yield from _by_delta(session, entity, fields, since, prefer)
    else:
        yield from _by_time(session, entity, fields, since, where, prefer, by)


def _annotated(entity: Entity, fields: Sequence[str], where: Filter) -> str:
    """The preference for annotations: labels only where the caller's filter looks at a reference, since a label for
    every number and date makes an answer a third longer."""
    looked_at = [entity.table.fields[name] for name in fields_of(where) if name in fields]
    return rows.ANNOTATIONS if any(field.targets for field in looked_at) else rows.KINDS_ONLY


# --- change tracking ----------------------------------------------------------------------------------------


def _by_delta(
    session: Session, entity: Entity, fields: Sequence[str], since: str | None, prefer: str
) -> Iterator[Page]:
    select = query.select(entity, rows.columns(entity, fields))
    path = _link(session, since, select) if since else entity.set_name + query.options(select=select)
    reader = rows.Reader(entity, fields)
    while True:
        # A delta link knows that it tracks, and with which columns; everything before the first one has to be told.
        tracking = "" if "deltatoken" in path else ",odata.track-changes"
        answer = batch.read_one(session, path, {"Prefer": prefer + tracking})
        link = answer.get("@odata.nextLink") or answer.get("@odata.deltaLink") if isinstance(answer, dict) else None
        if not isinstance(link, str):
            raise BadAnswer(f"The answer does not say how to follow the changes of {entity.table.label}.")
        yield _page(reader, answer, json.dumps({DELTA: session.below_root(link), SELECT: select}))
        path = onward(session, answer, path)
        if not path:
            return


def onward(session: Session, answer: Any, path: str) -> str:
    """The path of the next page, blank after the last one. Raises ``BadAnswer`` for a link that leads nowhere, or round
    in a circle."""
    link = answer.get("@odata.nextLink")
    further = session.below_root(link) if isinstance(link, str) and link else link
    if further is None:
        return ""
    if not isinstance(further, str) or not further or further == path:
        raise BadAnswer("The organization's link to the next page leads nowhere.")
    return further


def _link(session: Session, cursor: str, select: str) -> str:
    """The path to go on with, if it brings all the columns wanted now."""
    opened = _opened(cursor, DELTA)
    if not _brings(opened, select):
        raise CursorExpired("The mapping reads other columns than before.")
    return _kept(session, opened[DELTA])


def _kept(session: Session, link: Any) -> str:
    """A path that was kept. Raises ``CursorExpired`` for the link of another address, as once kept as a whole."""
    try:
        return session.below_root(str(link))
    except BadAnswer as error:
        raise CursorExpired("The cursor belongs to another address.") from error


def _brings(opened: Mapping[str, Any], select: str) -> bool:
    """Has the link of a cursor all the columns that are wanted now?"""
    return set(select.split(",")) <= set(str(opened.get(SELECT, "")).split(","))


def _page(reader: rows.Reader, answer: Any, cursor: str) -> Page:
    changed: list[Record] = []
    deleted: list[uuid.UUID] = []
    for row in rows.listed(answer):
        if isinstance(row, dict) and ("reason" in row or REMOVED in str(row.get("@odata.context", ""))):
            deleted.append(_removed(row))
        else:
            changed.append(reader.record(row))
    return Page(changed, deleted, cursor)


def _removed(row: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(row["id"]))
    except (KeyError, ValueError) as error:
        raise BadAnswer("The answer does not say which row was deleted.", raw=str(row)[:500]) from error


# --- by time ------------------------------------------------------------------------------------------------


def _by_time(
    session: Session, entity: Entity, fields: Sequence[str], since: str | None, where: Filter, prefer: str, by: str
) -> Iterator[Page]:
    """Rows written within the overlap before the newest one read come again: rather twice than never. A table without
    ``modifiedon`` is read as a whole, unless ``by`` names another column that tells the time."""
    fields = [*fields, by] if by and by not in fields else fields
    select = query.select(entity, rows.columns(entity, fields))
    opened = _opened(since, SINCE) if since else {BY: by}
    if opened.get(BY, "") != by:
        raise CursorExpired("The mapping goes by another column than before.")
    newest = _moment(opened.get(SINCE))
    if NEXT in opened and _brings(opened, select):
        path = _kept(session, opened[NEXT])
    else:
        path = entity.set_name + _timed(entity, select, newest, where, by)
    reader = rows.Reader(entity, fields)
    kept = {BY: by} if by else {}
    while path:
        answer = batch.read_one(session, path, {"Prefer": prefer})
        records = reader.records(answer)
        newest = max([*_times(records, by), *([newest] if newest else [])], default=None)
        path = onward(session, answer, path)
        cursor = {SINCE: newest.isoformat() if newest else ""} | kept | ({NEXT: path, SELECT: select} if path else {})
        yield Page(records, (), json.dumps(cursor))


def _times(records: Sequence[Record], by: str) -> list[dt.datetime]:
    found = (record.values[by] if by else record.modified_at for record in records)
    return [moment for moment in found if isinstance(moment, dt.datetime)]


def _timed(entity: Entity, select: str, newest: dt.datetime | None, where: Filter, by: str) -> str:
    timed = by or entity.table.modified_field
    if newest is not None and timed:
        where = both(where, Comparison(timed, ">=", newest - OVERLAP))
    order = query.order(entity, [timed] if timed else [])
    return query.options(select=select, filter=query.where(entity, where), orderby=order)


def _moment(text: Any) -> dt.datetime | None:
    try:
        return rows.moment(text)
    except (ValueError, TypeError) as error:
        raise CursorExpired("The cursor does not name a moment.") from error


def _opened(cursor: str, kind: str) -> dict[str, Any]:
    """The cursor's parts. Raises ``CursorExpired`` for one of another kind: the table began or ceased to track."""
    try:
        opened = json.loads(cursor)
    except ValueError as error:
        raise CursorExpired("The cursor cannot be read.") from error
    if not isinstance(opened, dict) or kind not in opened:
        raise CursorExpired("The cursor belongs to another way of reading this table.")
    return opened
