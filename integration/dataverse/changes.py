"""Reading what changed: by delta link where the table tracks changes, else by the time of the last change.

A cursor is JSON text: the link to go on with, or the moment read up to. A next link is a resume point like any other.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from integration.dataverse import query, rows
from integration.dataverse.metadata import Entity
from integration.dataverse.session import Session
from integration.systems.base import Page
from integration.systems.errors import CursorExpired
from integration.systems.filters import Comparison, Filter, both

OVERLAP = dt.timedelta(seconds=5)
DELTA, SINCE = "delta", "since"
REMOVED = "$deletedEntity"


def read(
    session: Session, entity: Entity, fields: Sequence[str], since: str | None, where: Filter, page_size: int
) -> Iterator[Page]:
    """Pages of changes since the cursor. Raises ``CursorExpired`` where the cursor is too old or of another kind."""
    if entity.tracks_changes:
        yield from _by_delta(session, entity, fields, since, page_size)
    else:
        yield from _by_time(session, entity, fields, since, where, page_size)


def _by_delta(
    session: Session, entity: Entity, fields: Sequence[str], since: str | None, page_size: int
) -> Iterator[Page]:
    link = _opened(since, DELTA) if since else None
    path = link or entity.set_name + query.options(select=query.select(entity, rows.columns(entity, fields)))
    prefer = f"{rows.ANNOTATIONS},odata.maxpagesize={page_size}"
    if link is None:
        prefer += ",odata.track-changes"
    while True:
        told = session.request("GET", path, headers={"Prefer": prefer}).json()
        onward = told.get("@odata.nextLink") or told.get("@odata.deltaLink")
        yield _page(entity, told["value"], fields, _cursor(DELTA, onward or path))
        if "@odata.nextLink" not in told:
            return
        path = onward


def _by_time(
    session: Session, entity: Entity, fields: Sequence[str], since: str | None, where: Filter, page_size: int
) -> Iterator[Page]:
    """By ``modifiedon``, a little before the newest one read: rows written at the same moment are seen twice rather
    than never."""
    newest = rows.moment(_opened(since, SINCE)) if since else None
    if newest is not None:
        where = both(where, Comparison("modifiedon", ">=", newest - OVERLAP))
    path = entity.set_name + query.options(
        select=query.select(entity, rows.columns(entity, fields)),
        filter=query.where(entity, where),
        orderby=f"modifiedon asc,{entity.key} asc",
    )
    prefer = f"{rows.ANNOTATIONS},odata.maxpagesize={page_size}"
    while path:
        told = session.request("GET", path, headers={"Prefer": prefer}).json()
        page = _page(entity, told["value"], fields, None)
        seen = [record.modified_at for record in page.records if record.modified_at is not None]
        newest = max([*seen, *([newest] if newest else [])], default=None)
        cursor = _cursor(SINCE, newest.isoformat() if newest else dt.datetime(1900, 1, 1, tzinfo=dt.UTC).isoformat())
        yield Page(page.records, (), cursor)
        path = told.get("@odata.nextLink") or ""


def _page(entity: Entity, told: Sequence[Any], fields: Sequence[str], cursor: str | None) -> Page:
    changed, deleted = [], []
    for row in told:
        if REMOVED in str(row.get("@odata.context", "")) or "reason" in row:
            deleted.append(uuid.UUID(str(row["id"])))
        else:
            changed.append(rows.record(entity, row, fields))
    return Page(changed, deleted, cursor)


def _cursor(kind: str, value: str) -> str:
    return json.dumps({kind: value})


def _opened(cursor: str, kind: str) -> str:
    try:
        return str(json.loads(cursor)[kind])
    except (ValueError, KeyError, TypeError) as error:
        raise CursorExpired("The cursor belongs to another way of reading this table.") from error
