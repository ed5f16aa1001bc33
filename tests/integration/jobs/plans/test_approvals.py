"""A run that would change much waits for a person: a state, asked once, answered once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test.client import Client
from django.utils import timezone

from integration import jobs, scheduler
from integration.jobs import full_synch, passes
from integration.models import FullSynchLine, JobQueueEntry, SyncJob, TableMapping
from integration.sync.run import Options, Scope
from tests.integration.jobs_world import TO_CRM, TO_ERP, JobsWorld, ran, world

__all__ = ["world"]

Status, Entry = SyncJob.Status, JobQueueEntry.Status
EVERYTHING = Options(scope=Scope.EVERYTHING, create=True)


@pytest.fixture
def cronus(world: JobsWorld) -> JobsWorld:
    """Adatum, Fabrikam and Litware are coupled and quiet; a run may change one of them."""
    world.couple_jim()
    for name in ("Adatum", "Fabrikam", "Litware"):
        world.mapping().couplings.couple(world.add_customer(name), world.add_account(name))
    for way in (TO_CRM, TO_ERP):
        jobs.run(jobs.start(world.mapping(), way).pk)
    TableMapping.objects.filter(name="CUSTOMER").update(changed_percent=10, changed_at_least=1)
    SyncJob.objects.all().delete()
    return world


def change_all(world: JobsWorld, phone: str = "030 7") -> None:
    for id in world.erp.ids("customer"):
        world.erp.edit("customer", id, phone_no=phone)


def entry() -> JobQueueEntry:
    return JobQueueEntry.objects.get(name="CUSTOMER")


def tick() -> list[SyncJob]:
    """The scheduler looks when the entry's time has come, and the workers do what there is to do."""
    JobQueueEntry.objects.exclude(name="CUSTOMER").update(status=Entry.ON_HOLD)
    JobQueueEntry.objects.filter(name="CUSTOMER").update(next_start=timezone.now() - dt.timedelta(seconds=1))
    scheduler.tick()
    ids = []
    while (job := SyncJob.objects.ready().first()) is not None:
        ids.append(job.pk)
        assert jobs.run(job.pk)
    return [SyncJob.objects.get(pk=id) for id in ids]


def test_a_recurring_job_asks_once_and_nothing_of_it_runs_meanwhile(cronus: JobsWorld) -> None:
    change_all(cronus)
    (asking,) = tick()
    assert (asking.status, asking.finished_at, asking.modified) == (Status.APPROVAL, None, 0)
    assert (entry().status, entry().attempts) == (Entry.APPROVAL, 0)
    assert "would change more than" in entry().message
    for _ in range(3):
        assert tick() == []
    assert SyncJob.objects.count() == 2  # the one that asks, and the pass behind it


def test_an_approved_run_goes_on_and_so_do_what_follows_it_and_its_job(cronus: JobsWorld) -> None:
    change_all(cronus)
    (asking,) = tick()
    assert jobs.approve(asking).pk == asking.pk
    assert entry().status == Entry.IN_PROCESS
    there, back = tick()
    assert (there.pk, there.status, there.modified) == (asking.pk, Status.FINISHED, 3)
    assert (back.direction, back.status) == ("to_erp", Status.FINISHED)
    assert entry().status == Entry.READY


def test_a_rejected_run_cancels_what_follows_it_and_its_job_rests(cronus: JobsWorld) -> None:
    change_all(cronus)
    (asking,) = tick()
    jobs.reject(asking, reason="A wrong list")
    assert ran(asking).status == Status.REJECTED
    assert SyncJob.objects.get(after=asking).status == Status.CANCELED
    assert (entry().status, entry().message) == (Entry.ON_HOLD, ran(asking).message)


def test_what_was_rejected_is_not_asked_again_until_the_run_would_do_something_else(cronus: JobsWorld) -> None:
    change_all(cronus)
    (asking,) = tick()
    jobs.reject(asking)
    entry().set_ready()
    again = tick()[0]
    assert again.status == Status.REJECTED
    assert "nobody is asked again" in again.message
    assert entry().status == Entry.ON_HOLD
    change_all(cronus, "030 8")
    entry().set_ready()
    assert tick()[0].status == Status.APPROVAL


def test_a_run_that_asks_is_found_by_whoever_asks_for_the_same(cronus: JobsWorld) -> None:
    change_all(cronus)
    (asking,) = tick()
    assert jobs.start(cronus.mapping(), TO_CRM).pk == asking.pk
    assert next(job.pk for job in jobs.synchronize_modified() if job.mapping.name == "CUSTOMER") == asking.pk


def test_a_single_record_is_synchronized_while_a_run_asks(cronus: JobsWorld) -> None:
    change_all(cronus)
    tick()
    (first, *_) = cronus.erp.ids("customer")
    one = jobs.start(cronus.mapping(), TO_CRM, options=Options(scope=Scope.IDS, ids=(first,)), inline=True)
    assert (one.status, one.modified) == (Status.FINISHED, 1)


def test_a_line_of_the_full_synchronization_waits_along_and_ends_after_the_approval(
    cronus: JobsWorld, admin: Client
) -> None:
    change_all(cronus)
    FullSynchLine.objects.create(mapping=cronus.mapping(), direction="both")
    full_synch.start()
    line = FullSynchLine.objects.get()
    jobs.run(line.to_crm_job.pk)
    line.refresh_from_db()
    assert (line.status, line.is_alive) == (FullSynchLine.Status.APPROVAL, False)
    FullSynchLine.objects.exclude(pk=line.pk).delete()
    assert "Waiting for Approval" in admin.get("/full-synch/").content.decode()
    jobs.approve(ran(line.to_crm_job))
    jobs.run(line.to_crm_job.pk)
    jobs.run(line.to_erp_job.pk)
    line.refresh_from_db()
    assert line.status == FullSynchLine.Status.FINISHED


def test_the_home_page_says_how_many_runs_ask_and_counts_them_as_no_failure(cronus: JobsWorld, admin: Client) -> None:
    change_all(cronus)
    tick()
    found = {cue.label: cue for cue in admin.get("/").context["cues"]}
    assert (found["Runs to approve"].number, found["Jobs failed in 24 hours"].number) == (1, 0)
    assert "Approve and Run" in admin.get(f"/synch/jobs/{SyncJob.objects.waiting().get().pk}/").content.decode()


def test_an_entry_whose_asking_run_is_gone_goes_back_to_its_times(cronus: JobsWorld) -> None:
    change_all(cronus)
    tick()
    SyncJob.objects.all().delete()
    scheduler.free_stranded()
    assert entry().status == Entry.READY


@pytest.mark.parametrize("ends", ["reject", "approve"])
def test_of_two_people_who_answer_one_does(cronus: JobsWorld, ends: str) -> None:
    change_all(cronus)
    (asking,) = tick()
    first, second = ran(asking), SyncJob.objects.get(pk=asking.pk)
    getattr(jobs, ends)(first)
    for answer in (jobs.approve, jobs.reject):
        with pytest.raises(jobs.NotWaiting):
            answer(second)


# --- what was shown ------------------------------------------------------------------------------------------


def phones(world: JobsWorld) -> list[str]:
    return sorted(world.crm.values("account", id)["telephone1"] for id in world.crm.ids("account"))


def test_an_approved_run_that_would_write_something_else_by_now_asks_again_and_writes_nothing(
    cronus: JobsWorld,
) -> None:
    change_all(cronus)
    (asking,) = tick()
    before = phones(cronus)
    change_all(cronus, "030 999")
    jobs.approve(asking)
    jobs.run(asking.pk)
    assert (ran(asking).status, phones(cronus)) == (Status.APPROVAL, before)
    jobs.approve(ran(asking))
    jobs.run(asking.pk)
    assert (ran(asking).status, phones(cronus)) == (Status.FINISHED, ["030 999"] * 3)


def test_an_approved_run_of_which_little_is_left_by_now_needs_no_second_word(cronus: JobsWorld) -> None:
    change_all(cronus)
    (asking,) = tick()
    first, *others = cronus.erp.ids("customer")
    accounts = dict(cronus.mapping().couplings.values_list("erp_id", "crm_id"))
    for id in others:
        old = cronus.crm.values("account", accounts[id])["telephone1"]
        cronus.erp.edit("customer", id, phone_no=old)
    jobs.approve(asking)
    jobs.run(asking.pk)
    assert (ran(asking).status, ran(asking).modified) == (Status.FINISHED, 1)
    assert cronus.crm.values("account", accounts[first])["telephone1"] == "030 7"


def test_an_approved_run_that_was_interrupted_goes_on_without_asking_again(cronus: JobsWorld) -> None:
    cronus.pages_of(1)
    change_all(cronus)
    (asking,) = tick()
    jobs.approve(asking)
    SyncJob.objects.filter(pk=asking.pk).update(cursor="somewhere further on")
    options = passes._options_from_cursor(ran(asking))
    assert (options.approved, options.shown) == (True, "")
