"""Job Queue Entries: Run Now, Set Ready and On Hold are three things; what a person holds stays held."""

from __future__ import annotations

import pytest
from django.test.client import Client

from integration import jobs
from integration.connection.recurring_jobs import hold_jobs, release_jobs
from integration.models import ConnectionSetup, FullSynchLine, JobQueueEntry, SyncJob, TableMapping
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]

Status = JobQueueEntry.Status
PAGE = "/job-queue/"


def entry(name: str = "CUSTOMER") -> JobQueueEntry:
    return JobQueueEntry.objects.get(name=name)


def press(client: Client, action: str, name: str = "CUSTOMER") -> str:
    return client.post(f"{PAGE}{entry(name).pk}/{action}/", follow=True).content.decode()


def test_run_now_runs_a_job_that_is_on_hold_once_and_leaves_it_on_hold(world: JobsWorld, admin: Client) -> None:
    entry().set_on_hold()
    assert "CUSTOMER runs once and stays On Hold." in press(admin, "run-now")
    assert (entry().status, SyncJob.objects.count()) == (Status.ON_HOLD, 2)
    while (job := SyncJob.objects.ready().first()) is not None:
        jobs.run(job.pk)
    assert entry().status == Status.ON_HOLD


def test_run_now_says_that_a_job_runs_already_and_starts_nothing(world: JobsWorld, admin: Client) -> None:
    assert "CUSTOMER runs now." in press(admin, "run-now")
    assert "CUSTOMER is running already." in press(admin, "run-now")
    assert SyncJob.objects.count() == 2


def test_run_now_says_that_a_full_synchronization_holds_the_job(world: JobsWorld, admin: Client) -> None:
    entry().hold()
    assert "a full synchronization of its table is running" in press(admin, "run-now")
    assert not SyncJob.objects.exists()


def test_set_ready_takes_a_job_off_hold(world: JobsWorld, admin: Client) -> None:
    entry().set_on_hold()
    assert "CUSTOMER is Ready: the scheduler starts it now" in press(admin, "ready")
    assert entry().status == Status.READY


def test_putting_on_hold_says_that_a_run_under_way_ends_by_itself(world: JobsWorld, admin: Client) -> None:
    press(admin, "run-now")
    assert "On Hold until you set it Ready. Its run under way ends by itself." in press(admin, "on-hold")


@pytest.mark.parametrize("action", ["run-now", "ready"])
def test_nothing_is_started_while_the_connection_is_disabled_and_that_is_said(
    world: JobsWorld, admin: Client, action: str
) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    text = press(admin, action)
    assert "disabled" in text or "is off" in text
    assert (entry().status, SyncJob.objects.count()) == (Status.READY, 0)


def test_nothing_of_a_part_that_is_off_is_started(world: JobsWorld, admin: Client) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(part="sales")
    ConnectionSetup.objects.update(sales_enabled=False)
    assert "the Sales part is switched off" in press(admin, "run-now")


def test_who_may_only_look_starts_nothing(world: JobsWorld, reader: Client) -> None:
    assert reader.post(f"{PAGE}{entry().pk}/run-now/").status_code == 403


# --- what others hold, and what a person holds ------------------------------------------------------------


def test_what_a_person_holds_is_held_after_the_connection_was_disabled_and_enabled(world: JobsWorld) -> None:
    entry().set_on_hold()
    entry("CONTACT").refuse("Rejected by annette.")
    hold_jobs()
    assert set(JobQueueEntry.objects.values_list("status", flat=True)) == {Status.ON_HOLD}
    release_jobs(["dataverse"])
    assert {one.name: one.status for one in JobQueueEntry.objects.all()} == {
        "SALESPEOPLE": Status.READY, "REGION": Status.READY, "CUSTOMER": Status.ON_HOLD, "CONTACT": Status.ON_HOLD,
    }  # fmt: skip
    assert entry("CONTACT").message == "Rejected by annette."


def test_what_waits_for_an_approval_waits_on_after_the_connection_was_disabled_and_enabled(world: JobsWorld) -> None:
    JobQueueEntry.objects.filter(name="CUSTOMER").update(status=Status.APPROVAL)
    hold_jobs()
    release_jobs(["dataverse"])
    assert entry().status == Status.APPROVAL


def test_a_person_may_hold_what_is_held_with_the_connection(world: JobsWorld) -> None:
    hold_jobs()
    entry().set_on_hold()
    release_jobs(["dataverse"])
    assert (entry().status, entry("REGION").status) == (Status.ON_HOLD, Status.READY)


def test_a_part_that_comes_on_again_releases_only_what_was_held_with_it(world: JobsWorld) -> None:
    TableMapping.objects.filter(name__in=["CUSTOMER", "CONTACT"]).update(part="sales")
    entry().set_on_hold()
    hold_jobs(except_parts=["dataverse"])
    assert (entry("REGION").status, entry("CONTACT").status) == (Status.READY, Status.ON_HOLD)
    release_jobs(["sales"])
    assert (entry("CONTACT").status, entry().status) == (Status.READY, Status.ON_HOLD)


def test_a_job_whose_table_is_being_synchronized_in_full_is_released_when_that_ends(world: JobsWorld) -> None:
    FullSynchLine.objects.create(mapping=world.mapping(), direction="both", status=FullSynchLine.Status.IN_PROCESS)
    hold_jobs()
    release_jobs(["dataverse"])
    assert entry().status == Status.ON_HOLD
    entry().release()
    assert entry().status == Status.READY


def test_the_jobs_of_the_house_are_held_with_nothing(world: JobsWorld) -> None:
    JobQueueEntry.objects.create(name="Delete old jobs", task="retention", status=Status.READY)
    hold_jobs()
    assert entry("Delete old jobs").status == Status.READY


def test_connection_setup_leads_to_the_jobs_of_the_synchronization_alone(world: JobsWorld, admin: Client) -> None:
    JobQueueEntry.objects.create(name="Delete old jobs", task="retention")
    JobQueueEntry.objects.create(name="Create orders", task="auto_create_orders")
    address = "/job-queue/?about=synchronization"
    assert f'href="{address}"' in admin.get("/connection/").content.decode()
    shown = admin.get(address).content.decode()
    assert "CUSTOMER" in shown
    assert "Create orders" in shown
    assert "Delete old jobs" not in shown
    assert "Delete old jobs" in admin.get("/job-queue/?about=application").content.decode()
