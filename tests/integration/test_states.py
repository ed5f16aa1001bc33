"""How states are shown, and who may POST where everybody may look."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from integration.models import Plan, SyncJob, TableMapping
from integration.pages import states

NOW = timezone.now()
LATER = NOW + dt.timedelta(minutes=5)
JOBS = [
    ({"status": "queued"}, "subdued"),
    ({"status": "queued", "next_try_at": LATER}, "subdued"),
    ({"status": "running", "heartbeat_at": NOW}, "ambiguous"),
    ({"status": "finished"}, "favorable"),
    ({"status": "finished", "failed": 1}, "unfavorable"),
    ({"status": "failed"}, "unfavorable"),
]
WORDS = [
    ({"status": "queued", "next_try_at": LATER}, "Waiting for the other side"),
    ({"status": "running"}, "No sign of life"),
    ({"status": "finished", "failed": 1}, "Finished with errors"),
]


@pytest.mark.parametrize(("values", "style"), JOBS)
def test_a_job_is_green_only_when_every_record_went_well(values: dict[str, object], style: str) -> None:
    assert states.of_job(SyncJob(mapping=TableMapping(name="CUSTOMER"), **values)).style == style


@pytest.mark.parametrize(("values", "words"), WORDS)
def test_a_job_that_waits_is_lost_or_left_records_behind_says_so(values: dict[str, object], words: str) -> None:
    assert states.of_job(SyncJob(mapping=TableMapping(name="CUSTOMER"), **values)).label == words


@pytest.mark.parametrize(
    ("status", "style"), [("ready", "favorable"), ("planning", "ambiguous"), ("stopped", "unfavorable")]
)
def test_a_dry_run_that_broke_off_is_red(status: str, style: str) -> None:
    assert states.of_plan(Plan(title="CUSTOMER", status=status)).style == style
