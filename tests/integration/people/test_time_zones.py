"""People read the times of the pages in the time of their own place, also in the nights when the clock is changed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integration.models import AuditEntry, SyncJob, TableMapping, User
from integration.pages.home import days
from integration.views.people.time_zone import zone_of
from integration.views.spreadsheet import as_csv
from tests.people import ADMINISTRATOR, client_of, made

pytestmark = pytest.mark.django_db
UTC = dt.UTC
CHOSEN = {"day_format": "iso", "number_format": "point", "theme": "system"}


def reader(zone: str) -> Client:
    """Annette's browser, where she lives."""
    annette = made("annette", ADMINISTRATOR)
    User.objects.filter(pk=annette.pk).update(time_zone=zone)
    return client_of(User.objects.get(pk=annette.pk))


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        ("UTC", "2026-03-29T00:30:00", "2026-03-29 00:30:00"),
        ("Europe/Copenhagen", "2026-03-29T00:30:00", "2026-03-29 01:30:00"),
        ("Europe/Copenhagen", "2026-03-29T01:30:00", "2026-03-29 03:30:00"),
        ("Europe/Copenhagen", "2026-10-25T00:30:00", "2026-10-25 02:30:00"),
        ("Europe/Copenhagen", "2026-10-25T01:30:00", "2026-10-25 02:30:00"),
        ("America/New_York", "2026-03-08T06:59:59", "2026-03-08 01:59:59"),
        ("America/New_York", "2026-03-08T07:00:00", "2026-03-08 03:00:00"),
        ("Pacific/Auckland", "2026-04-04T14:30:00", "2026-04-05 02:30:00"),
        ("Australia/Lord_Howe", "2026-04-04T15:15:00", "2026-04-05 01:45:00"),
        ("Asia/Kolkata", "2026-12-31T20:00:00", "2027-01-01 01:30:00"),
        ("Atlantis/Capital", "2026-03-29T01:30:00", "2026-03-29 01:30:00"),
    ],
)
def test_a_time_is_shown_as_it_is_where_the_reader_lives(zone: str, moment: str, shown: str) -> None:
    client = reader(zone)
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=UTC)
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm", status="finished")
    SyncJob.objects.filter(pk=job.pk).update(started_at=at, finished_at=at)
    assert shown in client.get(reverse("synch_jobs")).content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("UTC", "2026-06-01T12:10:00"),
        ("Europe/Copenhagen", "2026-03-29T10:10:00"),
        ("Europe/Copenhagen", "2026-10-25T10:10:00"),
        ("America/St_Johns", "2026-11-01T14:10:00"),
        ("Australia/Lord_Howe", "2026-04-05T02:10:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:10:00"),
        ("Asia/Kathmandu", "2026-01-01T00:10:00"),
    ],
)
def test_every_run_of_the_last_weeks_is_counted_on_one_day_whatever_the_clock_does_that_night(
    zone: str, now: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    at = dt.datetime.fromisoformat(now).replace(tzinfo=UTC)
    for hours in range(48):
        SyncJob.objects.create(
            mapping=mapping, direction="to_crm", status="finished", finished_at=at - dt.timedelta(hours=hours)
        )
    monkeypatch.setattr(days.timezone, "now", lambda: at)
    with timezone.override(zone_of(zone)):
        jobs, _ = days.charts()
        here = timezone.localtime(at)
        ended = [timezone.localtime(at - dt.timedelta(hours=hours)).date() for hours in range(48)]
    assert len(jobs.days) == 14
    assert sum(well for day in jobs.days for well in day.numbers) == 48
    assert jobs.days[-1].numbers[0] == ended.count(here.date())
    assert jobs.days[-1].spoken == f"{here:%A} {here.day} {here:%B}"


def test_a_dry_run_wrote_nothing_on_any_day() -> None:
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    for kind in (SyncJob.Kind.SYNCHRONIZE, SyncJob.Kind.PLAN):
        SyncJob.objects.create(
            mapping=mapping, direction="to_crm", status="finished", kind=kind, finished_at=timezone.now(), modified=66
        )
    jobs, records = days.charts()

    assert (jobs.days[-1].numbers, records.days[-1].numbers) == ((1, 0), (66,))


def test_everybody_chooses_their_own_zone_and_sees_which_one_it_is() -> None:
    client = reader("UTC")
    page = client.get("/accounts/time-zone/", follow=True).content.decode()
    assert "Europe/Copenhagen" in page
    changed_at = User.objects.get(username="annette").changed_at
    page = client.post("/accounts/settings/", {**CHOSEN, "time_zone": "America/New_York"}, follow=True).content.decode()
    assert "Your settings are saved." in page
    assert "Times in America/New_York" in page
    now = User.objects.get(username="annette")
    assert (now.time_zone, now.changed_at) == ("America/New_York", changed_at)


@pytest.mark.parametrize("zone", ["", "Atlantis/Capital", "../../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    client = reader("UTC")
    assert client.post("/accounts/settings/", {**CHOSEN, "time_zone": zone}).context["form"].errors
    assert zone_of(zone).key == "UTC"


NIGHTS = [
    ("Europe/Copenhagen", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
    ("Europe/Copenhagen", "2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
    ("America/Santiago", "2026-09-06", "2026-09-06T04:00", "2026-09-07T03:00"),
]


@pytest.mark.parametrize(("zone", "day", "begins", "over"), NIGHTS)
def test_a_day_of_the_audit_log_is_the_readers_day_also_where_it_begins_at_one(
    zone: str, day: str, begins: str, over: str
) -> None:
    client = reader(zone)
    first, end = (dt.datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (begins, over))
    minute = dt.timedelta(minutes=1)
    for at in (first - minute, first, end - minute, end):
        AuditEntry(who=f"at {at:%d %H:%M}", action="changed", kind="mapping", subject="CUSTOMER").save()
        models.QuerySet(AuditEntry).filter(who=f"at {at:%d %H:%M}").update(at=at)
    page = client.get("/audit/", {"since": day, "until": day, "format": "csv"})
    shown = b"".join(page.streaming_content).decode()
    found = [f"at {at:%d %H:%M}" in shown for at in (first - minute, first, end - minute, end)]
    assert found == [False, True, True, False]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "yesterday"])
def test_a_day_at_the_end_of_the_calendar_is_no_error_anywhere(zone: str, day: str) -> None:
    assert reader(zone).get("/audit/", {"since": day, "until": day}).status_code == 200


def test_a_file_shows_the_times_of_the_page_it_is_made_of() -> None:
    rows = ([str(timezone.localtime(dt.datetime(2026, 7, 1, 12, tzinfo=UTC)))] for _ in range(2))
    with timezone.override(zone_of("Europe/Copenhagen")):
        answer = as_csv("customers", rows)
    lines = [line.decode() for line in answer.streaming_content]
    assert lines == ['"2026-07-01 14:00:00+02:00"\r\n'] * 2
    assert timezone.get_current_timezone_name() == "UTC"
