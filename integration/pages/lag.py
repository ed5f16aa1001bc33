"""How far each mapping is behind: when the run began that has last gone through in each direction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, Subquery, When
from django.utils import timezone

from integration.models import JobQueueEntry, SyncJob, TableMapping
from integration.pages.states import Shown, Style, of_row
from integration.sync.rules import Direction

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


def lags() -> list[Lag]:
    """All mappings that have run or have a recurring job, as they depend on each other. Two queries."""
    rows = TableMapping.objects.annotate(at_crm=_last(Direction.TO_CRM), at_erp=_last(Direction.TO_ERP))
    entries: dict[int, JobQueueEntry] = {}
    for entry in JobQueueEntry.objects.exclude(mapping=None).order_by("pk"):
        entries.setdefault(entry.mapping_id or 0, entry)
    found = [Lag(row, row.at_crm, row.at_erp, entries.get(row.pk)) for row in rows.order_by("position", "name")]
    return [one for one in found if one.entry or one.to_crm or one.to_erp]


def _last(direction: Direction) -> Case:
    """When the last such run of a mapping began. A mapping without one is asked for first: PostgreSQL would look for it
    among the runs of all others, from the latest to the first."""
    done = SyncJob.objects.filter(
        mapping=OuterRef("pk"),
        direction=direction.value,
        status=SyncJob.Status.FINISHED,
        kind=SyncJob.Kind.SYNCHRONIZE,
    )
    return Case(When(Exists(done), then=Subquery(done.order_by("-finished_at").values("started_at")[:1])))
