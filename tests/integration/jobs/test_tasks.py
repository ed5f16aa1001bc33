"""Tasks of no mapping: a worker runs them, one at a time, and whatever happens the row says how it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django.fixtures import Settings
from redis.client import Redis

from integration import scheduler
from integration.jobs import queue, tasks
from integration.jobs.endings import DATABASE, UNEXPECTED
from integration.models import AuditEntry, ConnectionSetup, JobQueueEntry, TaskRun, User
from integration.models.stored.audit import acting
from integration.systems.errors import Unreachable
from tests.integration.jobs.queue_server import redis

__all__ = ["redis"]
pytestmark = pytest.mark.django_db

Status, Entry = TaskRun.Status, JobQueueEntry.Status
TIDY = "tidy"


@pytest.fixture(autouse=True)
def no_queue(settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    yield
    queue.disconnect()


@pytest.fixture
def queued(
    settings: Settings, redis: Redis, django_capture_on_commit_callbacks: Callable[..., Any]
) -> Callable[[], list[str]]:
    """A queue that answers; gives the ids that wait in it."""
    redis.flushall()
    settings.REDIS_URL = f"unix://{redis.connection_pool.connection_kwargs['path']}"
    queue.redis.cache_clear()
    return lambda: [one.decode() for one in redis.lrange(f"rq:queue:{queue.NAME}", 0, -1)]


def tidy(monkeypatch: pytest.MonkeyPatch, does: Callable[[], Mapping[str, int]] = lambda: {"crumbs": 3}) -> None:
    monkeypatch.setitem(tasks.TASKS, TIDY, does)


def row() -> TaskRun:
    return TaskRun.objects.get(pk=TIDY)


def entry(**changes: Any) -> JobQueueEntry:
    """A recurring entry that is due now."""
    known = {"name": "Tidy", "task": TIDY, "status": Entry.READY, "next_start": timezone.now(), "rerun_seconds": 30}
    return JobQueueEntry.objects.create(**{**known, "minutes": 1440, "inactivity_minutes": 1440, **changes})


def silent() -> None:
    """The worker has not been heard of for an hour."""
    before = timezone.now() - dt.timedelta(hours=1)
    TaskRun.objects.update(heartbeat_at=before, sent_at=before)


def test_the_scheduler_only_asks_and_a_worker_does_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    tidy(monkeypatch, lambda: done.append("tidied") or {"crumbs": 3})
    daily = entry()
    assert scheduler.run_now(daily)
    assert (done, row().status) == ([], Status.QUEUED)
    assert tasks.run(TIDY) is True
    daily.refresh_from_db()
    assert (done, row().status, row().message) == (["tidied"], Status.FINISHED, "3 crumbs")
    assert daily.status == Entry.INACTIVE
    assert daily.next_start > timezone.now() + dt.timedelta(hours=23)


def test_a_task_that_is_under_way_is_not_started_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def again() -> dict[str, int]:
        tasks.start(TIDY)
        seen.append(tasks.run(TIDY))
        return {}

    tidy(monkeypatch, again)
    tasks.start(TIDY)
    tasks.run(TIDY)
    assert seen == [False]
    assert tasks.run(TIDY) is False


def test_a_second_request_waits_for_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    tidy(monkeypatch)
    first, second = tasks.start(TIDY), tasks.start(TIDY)
    assert first.asked_at == second.asked_at


def test_an_entry_in_process_is_left_alone_while_its_task_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    tidy(monkeypatch)
    daily = entry()
    scheduler.run_now(daily)
    scheduler.free_stranded()
    daily.refresh_from_db()
    assert daily.status == Entry.IN_PROCESS


def test_a_run_whose_worker_died_is_sent_again_and_taken_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    tidy(monkeypatch)
    daily = entry()
    scheduler.run_now(daily)
    dead = TaskRun.objects.claim(TIDY)
    assert TaskRun.objects.claim(TIDY) is None, "as long as it lives nobody else gets it"
    silent()
    sent: list[str] = []
    monkeypatch.setattr("integration.jobs.tasks.runs.send_task", lambda run, task: sent.append(task))
    tasks.resend()
    assert sent == [TIDY]
    assert tasks.run(TIDY) is True
    assert (row().status, row().resumed) == (Status.FINISHED, 1)
    assert dead.finish("too late") is False
    assert row().message == "3 crumbs"


def test_a_task_that_kills_every_worker_is_given_up_and_its_entry_tries_later(monkeypatch: pytest.MonkeyPatch) -> None:
    tidy(monkeypatch)
    daily = entry()
    scheduler.run_now(daily)
    for _ in range(TaskRun.RESUMED_AT_MOST + 1):
        TaskRun.objects.claim(TIDY)
        silent()
    tasks.resend()
    daily.refresh_from_db()
    assert row().status == Status.FAILED
    assert row().message.startswith("The worker died 4 times")
    assert (daily.status, daily.attempts) == (Entry.READY, 1)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unreachable("No route to contoso.crm4.dynamics.com."), "No route to contoso.crm4.dynamics.com."),
        (OperationalError("database is locked"), DATABASE.format("database is locked")),
        (ZeroDivisionError("7/0"), UNEXPECTED),
    ],
)
def test_a_task_that_fails_says_so_in_words_and_its_entry_stumbles(
    monkeypatch: pytest.MonkeyPatch, error: Any, said: str
) -> None:
    def fail() -> dict[str, int]:
        raise error

    tidy(monkeypatch, fail)
    daily = entry()
    scheduler.run_now(daily)
    assert tasks.run(TIDY) is True
    daily.refresh_from_db()
    assert (row().status, row().message) == (Status.FAILED, said)
    assert (daily.status, daily.message) == (Entry.READY, said)


def test_a_task_can_be_asked_for_while_the_connection_is_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    tidy(monkeypatch)
    assert not ConnectionSetup.current().is_enabled
    tasks.start(TIDY)
    silent()
    sent: list[str] = []
    monkeypatch.setattr("integration.jobs.tasks.runs.send_task", lambda run, task: sent.append(task))
    scheduler.tick()
    assert sent == [TIDY]


def test_the_queue_holds_a_task_once_however_often_it_is_sent(
    queued: Callable[..., Any], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tasks.start(TIDY)
    (waiting,) = queued()
    assert waiting.startswith(TIDY)
    silent()
    tasks.resend()
    assert queued() == [waiting]


def test_what_a_person_asks_for_goes_before_the_nights_work(
    queued: Callable[..., Any], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    annette = User.objects.create(username="annette")
    with django_capture_on_commit_callbacks(execute=True):
        tasks.start("retention")
        tasks.start("preflight", annette)
    assert [one.partition("-")[0] for one in queued()] == ["preflight", "retention"]


def test_a_persons_start_is_in_the_audit_log_and_that_of_the_scheduler_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    tidy(monkeypatch)
    tasks.start(TIDY)
    assert not AuditEntry.objects.exists()
    tasks.run(TIDY)
    annette = User.objects.create(username="annette")
    with acting(annette):
        tasks.start(TIDY, annette)
        tasks.start(TIDY, annette)
    assert [str(one.action) for one in AuditEntry.objects.filter(kind="task", who="annette")] == ["started"]


def test_an_entry_of_a_task_nobody_knows_any_more_stays_as_it_is() -> None:
    with pytest.raises(scheduler.NotNow, match="was not started"):
        scheduler.run_now(entry(task="brewing coffee"))
