"""Sleeping jobs wake when something changes that they carry.

Here that is seen by the row versions, with every tick of the scheduler: two cheap queries, and none more while nothing
is written. In Sales it is seen once a minute by a task: one batch, with one request for each table, from where the
mapping has read up to. Only what a mapping has read before can have changed since: one without a cursor is not looked
at, its next run reads everything anyway.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from django.utils import timezone

from integration.business_central.reading.changes import changed_since
from integration.business_central.row_versions import committed_version
from integration.defaults.tasks import Task
from integration.jobs.open_work import has_open_work
from integration.jobs.opening import open_now
from integration.models import ConnectionSetup, JobQueueEntry, TableMapping, TaskRun
from integration.sync.rules import Direction
from integration.systems.errors import CursorExpired
from integration.systems.system import System

TASK = Task.LOOK_AT_SALES
EVERY = dt.timedelta(minutes=1)
Sleeper = tuple[JobQueueEntry, TableMapping]

log = logging.getLogger(__name__)


class BusinessCentralLook:
    """Looks for changes in Business Central; remembers what it has looked at, so that it asks nothing twice."""

    def __init__(self) -> None:
        self._seen: tuple[int, frozenset[tuple[int, str]]] = (-1, frozenset())

    def __call__(self) -> list[JobQueueEntry]:
        """Wake whose table changed. Answers the entries that were woken."""
        entries = _asleep(Direction.TO_CRM)
        if not entries:
            return []
        now = committed_version(), frozenset((entry.pk, mapping.erp_cursor) for entry, mapping in entries)
        if now == self._seen:
            return []
        looks = {entry: (mapping.erp_table, _version(mapping.erp_cursor)) for entry, mapping in entries}
        changed = changed_since(looks.values())
        woken = [entry for entry, look in looks.items() if look in changed and entry.wake()]
        self._seen = now
        _say(woken, "Business Central")
        return woken


def look_at_sales() -> dict[str, int]:
    """The task: wake who owes something by now, and whose table changed in Sales. Raises ``ConnectionProblem``."""
    owing = [entry for entry, mapping in _may_run() if has_open_work(mapping)]
    woken = [entry for entry in owing if entry.wake()]
    _say(woken, "what waited")
    return {"woken": len(woken) + len(_wake_by_sales(_asleep(Direction.TO_ERP)))}


def _wake_by_sales(entries: list[Sleeper]) -> list[JobQueueEntry]:
    if not entries:
        return []
    with open_now() as connected:
        looks = [(mapping.crm_table, mapping.crm_cursor) for _, mapping in entries]
        changed = _have_changed(connected.crm, looks)
    woken = [entry for (entry, _), one in zip(entries, changed, strict=True) if one and entry.wake()]
    _say(woken, "Dynamics 365 Sales")
    return woken


@runtime_checkable
class Watchable(Protocol):
    """A system that says cheaply whether anything changed since some cursors."""

    def have_changed(self, cursors: Sequence[tuple[str, str]]) -> list[bool]: ...


def _have_changed(system: System, looks: Sequence[tuple[str, str]]) -> list[bool]:
    if isinstance(system, Watchable):
        return system.have_changed(looks)
    return [_has_changed(system, table, cursor) for table, cursor in looks]


def _has_changed(system: System, table: str, cursor: str) -> bool:
    try:
        return any(page.records or page.deleted for page in system.changes(table, (), cursor))
    except CursorExpired:
        return True


def sales_is_to_be_looked_at() -> bool:
    """Is a minute over, and does anybody sleep who wants to know?"""
    last = TaskRun.objects.last_of(TASK)
    if last.is_active or (last.asked_at is not None and timezone.now() - last.asked_at < EVERY):
        return False
    return bool(_may_run())


def _may_run() -> list[Sleeper]:
    """The sleeping entries with their mappings, as far as the connection is on for them."""
    setup = ConnectionSetup.current()
    found = [(entry, entry.mapping) for entry in JobQueueEntry.objects.asleep()]
    return [(entry, mapping) for entry, mapping in found if mapping is not None and setup.is_on(mapping)]


def _asleep(direction: Direction) -> list[Sleeper]:
    """Those that carry something this way and have read its source before."""
    column = f"{direction.source}_cursor"
    return [
        (entry, mapping) for entry, mapping in _may_run() if getattr(mapping, column) and mapping.carries(direction)
    ]


def _version(cursor: str) -> int:
    """The row version of a cursor of the company; of one that nobody can read, the first: its run finds out."""
    version = cursor.partition("/")[0]
    return int(version) if version.isdecimal() else 0


def _say(woken: list[JobQueueEntry], where: str) -> None:
    if woken:
        log.info("Something changed in %s: %s", where, ", ".join(entry.name for entry in woken))
