"""One ladder of exceptions, and one claim, for all that runs: a job, a task, an administrator's sign-in at work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from integration import jobs
from integration.jobs.endings import DATABASE, HOPELESS, INTERRUPTED, UNEXPECTED, Endings, give_up_hopeless, watched
from integration.models import SyncJob, TableMapping, TaskRun
from integration.models.jobs.claimable import Claimable, RunStatus
from integration.sync.memory.ledger import Fenced
from integration.sync.rules import Direction
from integration.sync.run import Canceled
from integration.systems.errors import Unreachable
from setup_wizard.models import AdministratorRun

pytestmark = pytest.mark.django_db


def job() -> SyncJob:
    """A claimed pass over the regions."""
    mapping = TableMapping.objects.create(name="REGION", erp_table="region", crm_table="territory", direction="to_crm")
    claimed: SyncJob = SyncJob.objects.claim(jobs.start(mapping, Direction.TO_CRM).pk)
    return claimed


def task() -> TaskRun:
    """A claimed run of the daily tidying up."""
    TaskRun.objects.ask("retention")
    claimed: TaskRun = TaskRun.objects.claim("retention")
    return claimed


def sign_in() -> AdministratorRun:
    """Annette's sign-in at work."""
    begun = AdministratorRun.begin(None)
    assert begun is not None
    return begun


def raising(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def silent(row: Claimable) -> None:
    """Its worker has not been heard of for an hour."""
    before = timezone.now() - dt.timedelta(hours=1)
    type(row)._default_manager.filter(pk=row.pk).update(heartbeat_at=before, sent_at=before)


KINDS = pytest.mark.parametrize("begun", [job, task, sign_in])


@KINDS
@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (Unreachable("No route to Contoso."), "unreachable", "No route to Contoso."),
        (OperationalError("database is locked"), "database", DATABASE.format("database is locked")),
        (ZeroDivisionError("7/0"), "unexpected", UNEXPECTED),
    ],
)
def test_whatever_fails_is_written_into_the_row_in_the_same_words(
    begun: Callable[[], Any], error: Exception, code: str, message: str
) -> None:
    row = begun()
    watched(raising(error), Endings(row))
    row.refresh_from_db()
    assert (row.status, row.code, row.message, row.claim) == (RunStatus.FAILED, code, message, None)


@KINDS
def test_what_goes_well_is_finished_and_gives_its_claim_back(begun: Callable[[], Any]) -> None:
    row = begun()
    watched(lambda: None, Endings(row))
    row.refresh_from_db()
    assert (row.status, row.claim, row.is_active) == (RunStatus.FINISHED, None, False)


@KINDS
def test_what_is_interrupted_is_over_and_the_interruption_goes_on(begun: Callable[[], Any]) -> None:
    row = begun()
    with pytest.raises(KeyboardInterrupt):
        watched(raising(KeyboardInterrupt()), Endings(row))
    row.refresh_from_db()
    assert (row.is_active, row.message) == (False, INTERRUPTED)


@pytest.mark.parametrize("begun", [job, task])
def test_what_a_person_stops_is_canceled(begun: Callable[[], Any]) -> None:
    row = begun()
    watched(raising(Canceled("Annette stopped it.")), Endings(row))
    row.refresh_from_db()
    assert (row.status, row.message) == (RunStatus.CANCELED, "Annette stopped it.")


@pytest.mark.parametrize("begun", [job, task])
@pytest.mark.parametrize("error", [None, Fenced("taken over"), ZeroDivisionError("7/0"), Unreachable("No route.")])
def test_a_worker_that_wakes_up_late_changes_nothing(begun: Callable[[], Any], error: Exception | None) -> None:
    late = begun()
    silent(late)
    successor = type(late).objects.claim(late.pk)
    assert successor.resumed == 1
    watched((lambda: None) if error is None else raising(error), Endings(late))
    assert not late.beat(message="I am still here.")
    now = type(late).objects.get(pk=late.pk)
    assert (now.status, now.claim, now.message) == (RunStatus.RUNNING, successor.claim, "")


@pytest.mark.parametrize("begun", [job, task])
def test_as_long_as_a_worker_is_heard_of_nobody_else_gets_its_row(begun: Callable[[], Any]) -> None:
    row = begun()
    assert type(row).objects.claim(row.pk) is None


@KINDS
def test_what_kills_every_worker_is_given_up_and_what_follows_is_done_once(begun: Callable[[], Any]) -> None:
    row, followed = begun(), []
    rows = type(row).objects
    for _ in range(row.RESUMED_AT_MOST):
        silent(row)
        assert not rows.hopeless().exists()
        rows.claim(row.pk)
    silent(row)
    for _ in range(2):
        give_up_hopeless(rows, followed.append)
    assert followed == [row]
    row.refresh_from_db()
    assert (row.status, row.code) == (RunStatus.FAILED, "worker-died")
    assert row.message == HOPELESS.format(row.RESUMED_AT_MOST + 1)


def test_a_sign_in_whose_process_is_gone_makes_way_for_the_next_and_writes_no_more() -> None:
    gone = sign_in()
    silent(gone)
    successor = sign_in()
    with pytest.raises(Fenced):
        gone.take_up("Import the integration solution")
    gone.refresh_from_db()
    assert (gone.status, gone.current, successor.is_running) == (RunStatus.FAILED, "", True)
