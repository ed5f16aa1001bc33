"""How far a run is: its counters, rows done of how many, rate and time left."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone

from integration.sync.run import Counters

COUNTERS = tuple(Counters().as_dict())


class Progress(models.Model):
    """The columns of a job that say how far it is. Rates and times are estimates over the whole run."""

    inserted = models.PositiveIntegerField(default=0)
    modified = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    deleted = models.PositiveIntegerField(default=0)
    coupled = models.PositiveIntegerField(default=0)
    uncoupled = models.PositiveIntegerField(default=0)
    records_done = models.PositiveIntegerField(default=0)
    records_total = models.PositiveIntegerField(null=True)
    requests = models.PositiveIntegerField(default=0)

    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    class Meta:
        abstract = True

    @property
    def counters(self) -> Counters:
        return Counters(**{name: getattr(self, name) for name in COUNTERS})

    @property
    def duration(self) -> dt.timedelta | None:
        """From the start until the end, or until now."""
        return (self.finished_at or timezone.now()) - self.started_at if self.started_at else None

    @property
    def rate(self) -> float | None:
        """Records a second, ``None`` before the first page."""
        seconds = self.duration.total_seconds() if self.duration else 0.0
        return self.records_done / seconds if self.records_done and seconds > 0 else None

    @property
    def percent(self) -> int | None:
        """0 to 100; ``None`` where nobody knows how many rows there are."""
        if self.finished_at is not None and self.records_total is not None:
            return 100
        return min(99, self.records_done * 100 // self.records_total) if self.records_total else None

    @property
    def time_left(self) -> dt.timedelta | None:
        """About how long the run still takes; ``None``: it has ended, or nobody can say."""
        if self.finished_at is not None or self.rate is None or self.records_total is None:
            return None
        return dt.timedelta(seconds=round(max(0, self.records_total - self.records_done) / self.rate))
