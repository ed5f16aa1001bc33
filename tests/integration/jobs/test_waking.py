"""Sleeping jobs wake when something changes that they carry, and only they."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test.client import Client
from django.utils import timezone

from integration import jobs, scheduler
from integration.business_central.models import Customer, ShipmentMethod
from integration.business_central.row_versions import committed_version
from integration.jobs import tasks
from integration.jobs.tasks import waking
from integration.models import ConnectionSetup, JobQueueEntry, SyncJob, TableMapping, TaskRun
from integration.systems.errors import Refused
from tests.integration.jobs_world import TO_ERP, JobsWorld, world
from tests.pages import seen_on

__all__ = ["world"]

Status = JobQueueEntry.Status


@pytest.fixture
def asleep(world: JobsWorld) -> JobsWorld:
    """All jobs sleep; all that is here and in Sales was read."""
    JobQueueEntry.objects.update(status=Status.INACTIVE, next_start=timezone.now() + dt.timedelta(hours=12))
    TableMapping.objects.update(erp_cursor=str(committed_version()))
    return world


def awake() -> set[str]:
    return set(JobQueueEntry.objects.exclude(status=Status.INACTIVE).values_list("name", flat=True))


def look() -> list[str]:
    return [entry.name for entry in waking.BusinessCentralLook()()]


def test_a_changed_row_wakes_the_job_of_its_table_and_no_other(asleep: JobsWorld) -> None:
    assert look() == []
    Customer.objects.create(name="Adatum")
    assert look() == ["CUSTOMER", "CONTACT"]  # a company is a contact too
    assert awake() == {"CUSTOMER", "CONTACT"}


def test_a_deleted_row_wakes_the_job_of_its_table(asleep: JobsWorld) -> None:
    TableMapping.objects.filter(name="REGION").update(erp_table="shipment_method")
    fob = ShipmentMethod.objects.create(code="FOB")
    TableMapping.objects.update(erp_cursor=str(committed_version()))
    fob.delete()
    assert look() == ["REGION"]


def test_a_woken_job_starts_with_the_same_tick_of_the_scheduler(asleep: JobsWorld) -> None:
    Customer.objects.create(name="Adatum")
    scheduler.tick()
    assert JobQueueEntry.objects.get(name="CUSTOMER").status == Status.IN_PROCESS
    assert set(SyncJob.objects.values_list("mapping__name", flat=True)) == {"CUSTOMER", "CONTACT"}


def test_a_table_that_is_only_read_from_sales_wakes_nobody_by_a_change_here(asleep: JobsWorld) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(direction="to_erp")
    Customer.objects.create(name="Adatum")
    assert "CUSTOMER" not in look()


@pytest.mark.parametrize(
    "off", [{"wakes": False}, {"status": Status.ON_HOLD}, {"status": Status.ERROR}, {"status": Status.READY}]
)
def test_who_does_not_sleep_or_is_not_to_be_woken_is_left_alone(asleep: JobsWorld, off: dict[str, Any]) -> None:
    JobQueueEntry.objects.filter(name="CUSTOMER").update(**off)
    Customer.objects.create(name="Adatum")
    assert "CUSTOMER" not in look()


def test_nobody_is_woken_while_the_connection_is_disabled(asleep: JobsWorld) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    Customer.objects.create(name="Adatum")
    assert look() == []


def test_while_nothing_is_written_nothing_more_is_asked(
    asleep: JobsWorld, django_assert_max_num_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = waking.BusinessCentralLook()
    looks()
    monkeypatch.setattr(waking, "changed_since", lambda _: pytest.fail("asked once more"))
    assert looks() == []


def test_a_job_that_falls_asleep_after_a_change_it_has_not_read_is_woken(asleep: JobsWorld) -> None:
    looks = waking.BusinessCentralLook()
    JobQueueEntry.objects.filter(name="CUSTOMER").update(status=Status.IN_PROCESS)
    Customer.objects.create(name="Adatum")
    looks()
    JobQueueEntry.objects.filter(name="CUSTOMER").update(status=Status.INACTIVE)
    assert [entry.name for entry in looks()] == ["CUSTOMER"]


# --- Sales ------------------------------------------------------------------------------------------------


@pytest.fixture
def read(world: JobsWorld) -> JobsWorld:
    """All jobs sleep; what is in Sales was read."""
    world.couple_jim()
    world.add_account("Adatum")
    for name in ("SALESPEOPLE", "CUSTOMER", "CONTACT"):
        jobs.start(world.mapping(name), TO_ERP, inline=True)
    JobQueueEntry.objects.update(status=Status.INACTIVE, next_start=timezone.now() + dt.timedelta(hours=12))
    return world


def test_a_change_in_sales_wakes_exactly_the_job_of_its_table(read: JobsWorld) -> None:
    assert tasks.run(waking.TASK) is False
    scheduler.look_at_sales()
    tasks.run(waking.TASK)
    assert awake() == set()
    (adatum,) = read.crm.ids("account")
    read.crm.edit("account", adatum, telephone1="030 7")
    TaskRun.objects.update(asked_at=timezone.now() - dt.timedelta(seconds=61))
    assert scheduler.look_at_sales() is True
    tasks.run(waking.TASK)
    assert awake() == {"CUSTOMER"}


def test_sales_is_looked_at_once_a_minute_and_only_while_somebody_sleeps(read: JobsWorld) -> None:
    assert scheduler.look_at_sales() is True
    tasks.run(waking.TASK)
    assert scheduler.look_at_sales() is False
    TaskRun.objects.update(asked_at=timezone.now() - dt.timedelta(seconds=61))
    JobQueueEntry.objects.update(status=Status.READY)
    assert scheduler.look_at_sales() is False


def test_all_tables_are_looked_at_in_one_go(read: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    class Watched:
        def have_changed(self, cursors: Sequence[tuple[str, str]]) -> list[bool]:
            asked.append([table for table, _ in cursors])
            return [table == "contact" for table, _ in cursors]

        def close(self) -> None:
            """Nothing to give back."""

    monkeypatch.setattr("integration.connection.systems.open_crm", lambda setup, **_: Watched())
    waking.look_at_sales()
    assert asked == [["systemuser", "account", "contact"]]
    assert awake() == {"CONTACT"}


def test_a_cursor_that_is_too_old_counts_as_a_change(read: JobsWorld) -> None:
    read.crm.expire_cursors()
    waking.look_at_sales()
    assert awake() == {"SALESPEOPLE", "CUSTOMER", "CONTACT"}


# --- what is owed ------------------------------------------------------------------------------------------


def run_customers(world: JobsWorld) -> str:
    """How the recurring job stands after a run."""
    JobQueueEntry.objects.exclude(name="CUSTOMER").update(status=Status.ON_HOLD)
    JobQueueEntry.objects.filter(name="CUSTOMER").update(status=Status.READY, next_start=timezone.now())
    TableMapping.objects.update(only_coupled=False)
    scheduler.start_due()
    while (job := SyncJob.objects.ready().first()) is not None:
        jobs.run(job.pk)
    return JobQueueEntry.objects.get(name="CUSTOMER").status


def test_a_failed_record_keeps_its_job_awake(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    world.crm.fail_on("insert", Refused("No."), times=10)
    assert run_customers(world) == Status.READY


def test_a_record_that_only_waits_lets_its_job_sleep_and_wakes_it_when_the_wait_is_over(world: JobsWorld) -> None:
    world.add_customer("Adatum")
    assert run_customers(world) == Status.INACTIVE
    waking.look_at_sales()
    assert awake() - {"SALESPEOPLE", "REGION", "CONTACT"} == set()
    world.couple_jim()
    waking.look_at_sales()
    assert "CUSTOMER" in awake()


def test_the_switch_is_on_the_page_of_the_job(world: JobsWorld, admin: Client) -> None:
    entry = JobQueueEntry.objects.get(name="CUSTOMER")
    times = {"minutes": 30, "inactivity_minutes": 720, "max_attempts": 10, "rerun_seconds": 30}
    address = f"/job-queue/{entry.pk}/edit/"
    admin.post(address, {**times, **seen_on(admin, address)})
    entry.refresh_from_db()
    assert entry.wakes is False
