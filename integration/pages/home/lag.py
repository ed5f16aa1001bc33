"""How far each mapping is behind: when the run began that has last gone through all changes in each direction. A run of
a few records, or of what was still open, has not looked for others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Subquery
from django.utils import timezone

from integration.defaults.tasks import TASK_PASSES
from integration.models import JobQueueEntry, SyncJob, TableMapping
from integration.pages.states import Shown, Style, of_row
from integration.sync.rules import Direction
from integration.sync.run import Scope

OF_ALL = [Scope.CHANGED.value, Scope.EVERYTHING.value]
SYNCHRONIZED_BY: Mapping[str, tuple[str, ...]] = {
    task: tuple({one.mapping: None for one in passes if one.kind == SyncJob.Kind.SYNCHRONIZE})
    for task, passes in TASK_PASSES.items()
}
"""Task -> the mappings that it synchronizes."""
LATE = 3
"""A mapping that has missed so many of its times is late."""


@dataclass(frozen=True, slots=True)
class Lag:
    """One mapping: since when each direction is up to date (``None``: never, or the mapping does not go there), and
    its recurring job."""

    mapping: TableMapping
    to_crm: dt.datetime | None
    to_erp: dt.datetime | None
    entry: JobQueueEntry | None

    @property
    def state(self) -> Shown:
        """How its recurring job stands; one whose time has long gone by is late."""
        if self.entry is None:
            return Shown("No recurring job", Style.SUBDUED)
        if self.entry.status == JobQueueEntry.Status.READY and self.is_late:
            return Shown("Late", Style.AMBIGUOUS)
        return of_row(self.entry)

    @property
    def is_late(self) -> bool:
        done = [moment for moment in (self.to_crm, self.to_erp) if moment is not None]
        if not done or self.entry is None:
            return False
        return timezone.now() - min(done) > dt.timedelta(minutes=self.entry.minutes) * LATE

    @property
    def goes_to_crm(self) -> bool:
        return Direction(self.mapping.direction).includes(Direction.TO_CRM)

    @property
    def goes_to_erp(self) -> bool:
        return Direction(self.mapping.direction).includes(Direction.TO_ERP)


def lags(mappings: Sequence[TableMapping]) -> list[Lag]:
    """Those mappings that have run or have a recurring job: their own, or a task that does it. Two queries."""
    entries: dict[int | str, JobQueueEntry] = {}
    for entry in JobQueueEntry.objects.order_by("pk"):
        for place in [entry.mapping_id] if entry.mapping_id else SYNCHRONIZED_BY.get(entry.task, ()):
            entries.setdefault(place, entry)
    begun = _begun(mappings)
    found = [
        Lag(
            one,
            to_crm=begun.get(f"{Direction.TO_CRM}_{one.pk}"),
            to_erp=begun.get(f"{Direction.TO_ERP}_{one.pk}"),
            entry=entries.get(one.pk) or entries.get(one.name),
        )
        for one in mappings
    ]
    return [one for one in found if one.entry or one.to_crm or one.to_erp]


def _begun(mappings: Sequence[TableMapping]) -> Mapping[str, Any]:
    """When the last run of each mapping in each of its directions began, by ``to_crm_7``. Each is asked for with its
    own number: a database that has to guess how many runs a mapping has reads all there are for one that never ran."""
    ways = [(way, mapping.pk) for mapping in mappings for way in Direction(mapping.direction).passes]
    asked = {f"{way}_{pk}": _last(way, pk) for way, pk in ways}
    return TableMapping.objects.order_by().values(**asked).first() or {} if asked else {}


def _last(direction: Direction, mapping: int) -> Subquery:
    done = SyncJob.objects.filter(
        mapping=mapping,
        direction=direction.value,
        status=SyncJob.Status.FINISHED,
        kind=SyncJob.Kind.SYNCHRONIZE,
        options__scope__in=OF_ALL,
    )
    return Subquery(done.order_by("-finished_at").values("started_at")[:1])
