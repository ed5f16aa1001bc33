"""A cheap look: has anything changed since these cursors? One batch, with one request for each; no cursor moves."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from integration.dataverse import batch
from integration.dataverse.metadata import Entity
from integration.dataverse.problems import problem_of
from integration.dataverse.reading import query
from integration.dataverse.reading.changes import BY, DELTA, SINCE
from integration.dataverse.rows import listed, moment
from integration.dataverse.session import Session
from integration.http import Answer
from integration.systems.errors import CursorExpired
from integration.systems.filters import Comparison

ONE = {"Prefer": "odata.maxpagesize=1"}

log = logging.getLogger(__name__)


def look(session: Session, cursors: Sequence[tuple[Entity, str]]) -> list[bool]:
    """For each table and cursor: is there a row that whoever holds the cursor has not seen? A cursor that is too old
    counts as one behind which something changed. Raises ``ConnectionProblem`` where nobody answers."""
    paths = [_path(session, entity, cursor) for entity, cursor in cursors]
    parts = [batch.Part("GET", path, ONE) for path in paths if path]
    answers = iter(batch.send(session, parts, tries=1) if parts else [])
    return [not path or _says_so(entity, next(answers)) for path, (entity, _) in zip(paths, cursors, strict=True)]


def _path(session: Session, entity: Entity, cursor: str) -> str:
    """The request that answers one row at most; blank for a cursor that says nothing."""
    try:
        opened = json.loads(cursor)
        if DELTA in opened:
            return session.address(str(opened[DELTA])).removeprefix(session.root)
        timed, newest = opened.get(BY) or entity.table.modified_field, moment(opened[SINCE])
    except (ValueError, TypeError, KeyError):
        return ""
    if not timed or newest is None:
        return ""
    later = query.where(entity, Comparison(timed, ">", newest))
    return entity.set_name + query.options(select=entity.key, filter=later, top="1")


def _says_so(entity: Entity, answer: Answer) -> bool:
    if answer.ok:
        return bool(listed(answer.json()))
    problem = problem_of(answer)
    if isinstance(problem, CursorExpired):
        return True
    log.warning("Nobody knows whether %s changed: %s", entity.table.label, problem)
    return False
