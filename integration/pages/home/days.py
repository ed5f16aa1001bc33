"""What ran on each of the last days, as two charts of Home: jobs, and the records they wrote."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When
from django.utils import timezone

from integration.models import SyncJob
from integration.pages.home.charts import Chart, Day

DAYS = 14
WENT_WELL, WENT_WRONG = "went-well", "went-wrong"


def charts(days: int = DAYS) -> tuple[Chart, Chart]:
    """Jobs that ended and records that were written, day by day as the reader's clock has them, oldest first. A dry run
    writes nothing."""
    begins = _begins(days)
    good = Q(status=SyncJob.Status.FINISHED, failed=0)
    rows = (
        SyncJob.objects.filter(finished_at__gte=begins[0])
        .exclude(kind=SyncJob.Kind.PLAN)
        .order_by()
        .annotate(day=_day(begins))
        .values("day")
        .annotate(
            well=Count("pk", filter=good), every=Count("pk"), written=Sum(F("inserted") + F("modified") + F("deleted"))
        )
    )
    found = {row["day"]: row for row in rows}
    labels = [timezone.localtime(begin) for begin in begins]
    jobs, records = [], []
    for place, label in enumerate(labels):
        row = found.get(place, {"well": 0, "every": 0, "written": 0})
        short, spoken = f"{label.day} {label:%b}", f"{label:%A} {label.day} {label:%B}"
        jobs.append(Day(short, spoken, (row["well"], row["every"] - row["well"])))
        records.append(Day(short, spoken, (row["written"] or 0,)))
    return (
        Chart("Jobs a day", (("jobs went well", WENT_WELL), ("jobs failed or had errors", WENT_WRONG)), jobs),
        Chart("Records written a day", (("records", WENT_WELL),), records),
    )


def _begins(days: int) -> list[dt.datetime]:
    """When each day began where the reader lives, today last. One of 23 or 25 hours is one day, too."""
    today = timezone.localdate()
    dates = [today - dt.timedelta(days=before) for before in range(days - 1, -1, -1)]
    return [timezone.make_aware(dt.datetime.combine(date, dt.time())).astimezone(dt.UTC) for date in dates]


def _day(begins: list[dt.datetime]) -> Case:
    """The place of a job's day, asked from the last one back."""
    latest_first = reversed(list(enumerate(begins)))
    return Case(
        *(When(finished_at__gte=begin, then=Value(place)) for place, begin in latest_first),
        output_field=IntegerField(),
    )
