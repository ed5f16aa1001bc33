"""The full synchronization: what starts when, and what becomes of it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from integration import jobs
from integration.jobs import completion
from integration.models import FullSynchLine, JobQueueEntry, SyncJob
from integration.models.jobs.full_synch import FullSynchError
from integration.models.jobs.review import JobState
from integration.pages.states import STYLES, Style
from integration.systems.errors import SignInRefused
from integration.systems.values import Ref, Side
from tests.integration.jobs.full_synch.review import Line, lines, refresh, statuses, work, world
from tests.integration.jobs_world import JobsWorld, ran, silent_for

__all__ = ["world"]


# --- running ----------------------------------------------------------------------------------------------


def test_starting_takes_the_lines_that_wait_for_nobody_and_each_that_ends_starts_the_next(world: JobsWorld) -> None:
    world.add_customer("Adatum")
    world.erp.add("region", name="Bavaria")
    refresh()
    assert {str(line) for line in jobs.full_synch.start()} == {"SALESPEOPLE", "REGION"}
    assert statuses() == {"SALESPEOPLE": "ready", "REGION": "ready", "CUSTOMER": "", "CONTACT": ""}
    assert work() == [
        "SALESPEOPLE couple",
        "SALESPEOPLE to_erp",
        "REGION to_crm",
        "CUSTOMER to_crm",
        "CUSTOMER to_erp",
        "CONTACT to_crm",
        "CONTACT to_erp",
    ]
    assert set(statuses().values()) == {Line.FINISHED}
    assert world.names(Side.CRM, "account") == ["Adatum"]


@pytest.mark.scenario("CRMFullSynchronization.T122_BidirectionalSynchUpdatesTwoSynchJobStatuses")
def test_a_two_way_line_goes_to_sales_first_and_then_back(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    world.add_account("Fabrikam")
    refresh()["CUSTOMER"].choose_create_unmatched(True)
    jobs.full_synch.start()
    seen = []

    def look() -> None:
        line = lines()["CUSTOMER"]
        seen.append((line.status, line.to_crm_state, line.to_erp_state))

    world.during_insert(look, "Adatum", "account")
    world.during_insert(look, "Fabrikam", "customer")
    work()
    assert seen == [
        (Line.IN_PROCESS, JobState.IN_PROCESS, JobState.BLANK),
        (Line.IN_PROCESS, JobState.SUCCESS, JobState.IN_PROCESS),
    ]
    line = lines()["CUSTOMER"]
    assert (line.status, line.to_crm_state, line.to_erp_state) == (Line.FINISHED, JobState.SUCCESS, JobState.SUCCESS)
    assert world.mapping().couplings.filter(state="coupled").count() == 2
    assert world.names(Side.CRM, "account") == world.names(Side.ERP, "customer") == ["Adatum", "Fabrikam"]


def test_a_couple_line_matches_first_and_creates_the_others_only_where_a_person_said_so(world: JobsWorld) -> None:
    world.couple_jim()
    for name in ("Adatum", "Fabrikam"):
        world.add_customer(name)
    world.add_account("Adatum")
    refresh()
    jobs.full_synch.start()
    work()
    assert world.names(Side.CRM, "account") == ["Adatum"]
    FullSynchLine.objects.reset()
    refresh()["CUSTOMER"].choose_create_unmatched(True)
    jobs.full_synch.start()
    work()
    assert world.names(Side.CRM, "account") == ["Adatum", "Fabrikam"]
    assert not any(job.failed for job in lines()["CUSTOMER"].jobs)


def test_running_twice_doubles_nothing(world: JobsWorld) -> None:
    for name in ("Adatum", "Fabrikam", "Litware"):
        world.add_customer(name)
    world.add_account("Proseware")
    for _ in range(2):
        FullSynchLine.objects.reset()
        for line in refresh().values():
            line.choose_create_unmatched(True)
        jobs.full_synch.start()
        work()
    everybody = ["Adatum", "Fabrikam", "Litware", "Proseware"]
    assert world.names(Side.CRM, "account") == world.names(Side.ERP, "customer") == everybody
    assert world.names(Side.ERP, "salesperson") == ["Jim Olive"]


@pytest.mark.scenario("CRMFullSynchronization.T124_NotAllRecsFailedSynchJobStatusSuccess")
def test_a_line_with_a_failed_record_is_finished_and_its_job_shows_the_error(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    stranger = world.erp.add("salesperson", code="XX", name="Nobody Knows")
    world.erp.add("customer", name="Fabrikam", blocked=0, salesperson_code=Ref("salesperson", stranger))
    refresh()
    jobs.full_synch.start()
    work()
    line = lines()["CUSTOMER"]
    assert (line.status, line.to_crm_state, line.is_alive) == (Line.FINISHED, JobState.ERROR, False)
    assert world.names(Side.CRM, "account") == ["Adatum"]


def test_a_refused_sign_in_makes_the_line_an_error_that_says_why_and_holds_back_what_depends_on_it(
    world: JobsWorld,
) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    refresh()
    jobs.full_synch.start()
    world.crm.fail_on("insert", SignInRefused("Nobody answers."))
    work()
    line = lines()["CUSTOMER"]
    assert (line.status, line.message, line.to_crm_state) == (Line.ERROR, "Nobody answers.", JobState.ERROR)
    assert lines()["CONTACT"].status == Line.BLANK
    with pytest.raises(FullSynchError, match="CUSTOMER"):
        jobs.full_synch.start()


def test_restarting_a_line_with_an_error_completes_it_and_starts_what_waited(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    refresh()
    jobs.full_synch.start()
    world.crm.fail_on("insert", SignInRefused("Nobody answers."))
    work()
    jobs.full_synch.restart(lines()["CUSTOMER"])
    work()
    assert set(statuses().values()) == {Line.FINISHED}
    assert world.names(Side.CRM, "account") == ["Adatum"]


def test_a_finished_line_cannot_be_restarted(world: JobsWorld) -> None:
    refresh()
    jobs.full_synch.start()
    work()
    with pytest.raises(FullSynchError):
        jobs.full_synch.restart(lines()["CUSTOMER"])


def test_a_dead_line_is_seen_and_its_restart_has_the_same_run_resumed(world: JobsWorld) -> None:
    world.add_customer("Adatum")
    refresh()
    jobs.full_synch.start()
    job = lines()["REGION"].to_crm_job
    SyncJob.objects.claim(job.pk)
    assert not lines()["REGION"].is_dead
    silent_for(job, 31)
    assert (lines()["REGION"].is_dead, lines()["REGION"].is_alive) == (True, False)
    jobs.full_synch.restart(lines()["REGION"])
    assert jobs.run(job.pk)
    assert (ran(job).resumed, lines()["REGION"].status) == (1, Line.FINISHED)


def test_canceling_a_job_of_a_line_ends_the_line_with_an_error(world: JobsWorld) -> None:
    refresh()
    jobs.full_synch.start()
    jobs.cancel(lines()["SALESPEOPLE"].couple_job)
    line = lines()["SALESPEOPLE"]
    assert (line.status, line.to_erp_job.status) == (Line.ERROR, SyncJob.Status.CANCELED)


# --- the regular jobs, the cursors, the looks -----------------------------------------------------------------


@pytest.mark.scenario("CRMFullSynchronization.T130_CRMJobQueueEntryIsOnHoldDuringFullSynchronization")
def test_the_regular_job_is_on_hold_during_the_full_run_and_gets_its_status_back(world: JobsWorld) -> None:
    JobQueueEntry.objects.filter(name="REGION").update(status=JobQueueEntry.Status.INACTIVE)
    JobQueueEntry.objects.filter(name="SALESPEOPLE").update(status=JobQueueEntry.Status.ON_HOLD)
    refresh()
    jobs.full_synch.start()
    assert JobQueueEntry.objects.get(name="REGION").status == JobQueueEntry.Status.ON_HOLD
    work()
    assert JobQueueEntry.objects.get(name="REGION").status == JobQueueEntry.Status.INACTIVE
    assert JobQueueEntry.objects.get(name="SALESPEOPLE").status == JobQueueEntry.Status.ON_HOLD


@pytest.mark.scenario("CRMFullSynchronization.T125_ModifyNonCRMJobQueueEntry")
def test_a_queue_entry_of_no_mapping_touches_no_line(world: JobsWorld) -> None:
    refresh()
    entry = JobQueueEntry.objects.create(name="Customer Statistics", task="statistics")
    before = statuses()
    entry.set_ready()
    entry.schedule_next(active=True)
    assert statuses() == before


@pytest.mark.scenario("CRMFullSynchronization.T170_ParentMappingGetsSyncModifiedOnFilters")
def test_after_the_full_run_the_mapping_has_the_cursors_of_both_sides(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    refresh()
    jobs.full_synch.start()
    work()
    mapping = world.mapping()
    assert mapping.erp_cursor
    assert mapping.crm_cursor
    after = jobs.start(mapping, "to_crm", inline=True)
    assert after.counters.changed == 0


@pytest.mark.scenario("CRMFullSynchronization.T153_GetStatusStyleExpressionUT")
def test_an_error_looks_bad_success_good_a_run_ambiguous_and_the_rest_is_subdued() -> None:
    assert STYLES[Line.ERROR] == STYLES[JobState.ERROR] == Style.UNFAVORABLE
    assert STYLES[Line.FINISHED] == STYLES[JobState.SUCCESS] == Style.FAVORABLE
    assert STYLES[Line.IN_PROCESS] == Style.AMBIGUOUS
    assert not {Line.ON_HOLD, Line.READY} & STYLES.keys()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer; PostgreSQL has to prove it")
def test_two_lines_that_finish_at_the_same_moment_start_the_line_that_waits_for_both_once(world: JobsWorld) -> None:
    world.erp.add("region", name="Bavaria")
    refresh()
    jobs.full_synch.start()
    work_on = ["SALESPEOPLE", "REGION"]
    last = {name: lines()[name].jobs[-1] for name in work_on}
    for name in work_on:
        for job in lines()[name].jobs[:-1]:
            assert jobs.run(job.pk)
    together = threading.Barrier(2)

    def finish(job: SyncJob) -> None:
        claimed = SyncJob.objects.claim(job.pk)
        with transaction.atomic():
            assert claimed.finish()
            claimed.refresh_from_db()
            together.wait(20)
            completion.on_job_ended(claimed)
        connection.close()

    threads = [threading.Thread(target=finish, args=[job]) for job in last.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert lines()["CUSTOMER"].status == Line.READY
    assert SyncJob.objects.filter(mapping__name="CUSTOMER", direction="to_crm").count() == 1
