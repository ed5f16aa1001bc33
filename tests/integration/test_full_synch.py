"""The Full Synch. Review: lines, recommendations, what starts when, and what becomes of it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from integration import jobs
from integration.jobs import chain
from integration.jobs.full import dependencies
from integration.models import ConnectionSetup, FullSynchLine, JobQueueEntry, SyncJob, TableMapping
from integration.models.full_synch import FullSynchError
from integration.models.job_state import JobState, style_of
from integration.systems.errors import SignInRefused
from integration.systems.values import Ref, Side
from tests.integration.jobs_world import ran, silent_for, world
from tests.opened import opened

__all__ = ["world"]

Line, Recommendation = FullSynchLine.Status, FullSynchLine.Recommendation


def refresh() -> dict[str, FullSynchLine]:
    with opened() as connected:
        FullSynchLine.objects.refresh(connected)
    return lines()


def lines() -> dict[str, FullSynchLine]:
    return {line.mapping.name: line for line in FullSynchLine.objects.select_related("mapping", *FullSynchLine.JOBS)}


def statuses() -> dict[str, str]:
    return {name: line.status for name, line in lines().items()}


def work() -> list[str]:
    """A worker that takes every job that is ready, until none is left; answers what it ran."""
    done = []
    while (job := SyncJob.objects.ready().first()) is not None:
        assert jobs.run(job.pk)
        done.append(f"{job.mapping.name} {job.direction if job.kind == SyncJob.Kind.SYNCHRONIZE else job.kind}")
    return done


def recommendations() -> dict[str, str]:
    return {name: line.recommendation for name, line in refresh().items()}


# --- lines ------------------------------------------------------------------------------------------------


def test_every_mapping_has_a_line_but_those_that_are_never_synchronized_in_full(world):
    for name in ("POSTEDSALESLINE-INV", "SALESORDER-ORDER", "POSTEDSALESINV-INV"):
        TableMapping.objects.create(name=name, erp_table="sales_header", crm_table="salesorder")
    assert list(refresh()) == ["SALESPEOPLE", "REGION", "CUSTOMER", "CONTACT"]


@pytest.mark.scenario("CRMFullSynchronization.T100_Wave1TablesHaveBlankDependencyFilter")
def test_lines_depend_on_what_their_mappings_say_and_salespeople_and_regions_on_nothing(world):
    refresh()
    TableMapping.objects.filter(name="SALESPEOPLE").update(dependencies=["CONTACT"])
    assert [str(one) for one in dependencies(lines()["SALESPEOPLE"], lines().values())] == ["CONTACT"]
    TableMapping.objects.filter(name="SALESPEOPLE").update(dependencies=[])
    found = {name: [str(one) for one in dependencies(line, lines().values())] for name, line in refresh().items()}
    assert (found["SALESPEOPLE"], found["REGION"]) == ([], [])
    assert set(statuses().values()) == {""}


def test_a_line_does_not_wait_for_mappings_that_have_no_line(world):
    refresh()
    assert [str(one) for one in dependencies(lines()["CUSTOMER"], lines().values())] == ["SALESPEOPLE", "REGION"]


@pytest.mark.scenario("CRMFullSynchronization.T105_NotOnHoldStatusBlocksLineUpdate")
def test_refreshing_leaves_a_line_that_was_started_as_it_is(world):
    refresh()
    FullSynchLine.objects.filter(mapping__name="SALESPEOPLE").update(status=Line.READY, direction="to_crm")
    world.add_account("Adatum")
    found = refresh()
    assert (found["SALESPEOPLE"].status, found["SALESPEOPLE"].direction) == (Line.READY, "to_crm")
    assert {line.status for name, line in found.items() if name != "SALESPEOPLE"} == {""}


def test_records_on_both_sides_are_matched_on_one_side_copied_on_neither_left(world):
    world.add_customer("Adatum")
    assert recommendations() == {"SALESPEOPLE": "couple", "REGION": "none", "CUSTOMER": "full", "CONTACT": "none"}
    world.add_account("Fabrikam")
    assert recommendations()["CUSTOMER"] == Recommendation.COUPLE


def test_records_outside_the_filter_do_not_count(world):
    world.add_customer("Adatum")
    world.add_account("Fabrikam", statecode=1)
    assert recommendations()["CUSTOMER"] == Recommendation.FULL


def test_the_base_currency_of_sales_does_not_count_as_a_currency(world):
    mapping = TableMapping.objects.create(
        name="CURRENCY", erp_table="currency", crm_table="transactioncurrency", direction="to_crm"
    )
    mapping.fields.create(erp_field="iso_code", crm_field="isocurrencycode", direction="to_crm")
    world.crm.add("transactioncurrency", isocurrencycode="GBP", currencyname="Pound")
    world.erp.add("currency", code="EUR", iso_code="EUR")
    assert recommendations()["CURRENCY"] == Recommendation.FULL
    world.crm.add("transactioncurrency", isocurrencycode="USD", currencyname="Dollar")
    assert recommendations()["CURRENCY"] == Recommendation.COUPLE


def test_a_mapping_that_does_not_fit_its_table_says_so_on_its_line(world):
    TableMapping.objects.filter(name="CONTACT").update(crm_table="bci_person")
    assert "bci_person" in refresh()["CONTACT"].message


def test_with_sales_off_only_the_base_mappings_have_lines(world):
    TableMapping.objects.filter(name="CONTACT").update(part="sales")
    with opened() as connected:
        FullSynchLine.objects.refresh(connected, ["dataverse"])
    assert "CONTACT" not in lines()


def test_recommend_full_synchronization_is_kept_and_only_for_lines_that_would_couple(world):
    world.add_customer("Adatum")
    world.add_account("Adatum")
    found = refresh()
    found["CUSTOMER"].recommend_full()
    assert recommendations()["CUSTOMER"] == Recommendation.FULL
    with pytest.raises(FullSynchError):
        found["REGION"].recommend_full()


# --- running ----------------------------------------------------------------------------------------------


def test_starting_takes_the_lines_that_wait_for_nobody_and_each_that_ends_starts_the_next(world):
    world.add_customer("Adatum")
    world.erp.add("region", name="Bavaria")
    refresh()
    assert {str(line) for line in jobs.full.start()} == {"SALESPEOPLE", "REGION"}
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
def test_a_two_way_line_goes_to_sales_first_and_then_back(world):
    world.couple_jim()
    world.add_customer("Adatum")
    world.add_account("Fabrikam")
    refresh()["CUSTOMER"].choose_create_unmatched(True)
    jobs.full.start()
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


def test_a_couple_line_matches_first_and_creates_the_others_only_where_a_person_said_so(world):
    world.couple_jim()
    for name in ("Adatum", "Fabrikam"):
        world.add_customer(name)
    world.add_account("Adatum")
    refresh()
    jobs.full.start()
    work()
    assert world.names(Side.CRM, "account") == ["Adatum"]
    FullSynchLine.objects.reset()
    refresh()["CUSTOMER"].choose_create_unmatched(True)
    jobs.full.start()
    work()
    assert world.names(Side.CRM, "account") == ["Adatum", "Fabrikam"]
    assert not any(job.failed for job in lines()["CUSTOMER"].jobs)


def test_running_twice_doubles_nothing(world):
    for name in ("Adatum", "Fabrikam", "Litware"):
        world.add_customer(name)
    world.add_account("Proseware")
    for _ in range(2):
        FullSynchLine.objects.reset()
        for line in refresh().values():
            line.choose_create_unmatched(True)
        jobs.full.start()
        work()
    everybody = ["Adatum", "Fabrikam", "Litware", "Proseware"]
    assert world.names(Side.CRM, "account") == world.names(Side.ERP, "customer") == everybody
    assert world.names(Side.ERP, "salesperson") == ["Jim Olive"]


@pytest.mark.scenario("CRMFullSynchronization.T124_NotAllRecsFailedSynchJobStatusSuccess")
def test_a_line_with_a_failed_record_is_finished_and_its_job_shows_the_error(world):
    world.couple_jim()
    world.add_customer("Adatum")
    stranger = world.erp.add("salesperson", code="XX", name="Nobody Knows")
    world.erp.add("customer", name="Fabrikam", blocked=0, salesperson_code=Ref("salesperson", stranger))
    refresh()
    jobs.full.start()
    work()
    line = lines()["CUSTOMER"]
    assert (line.status, line.to_crm_state, line.is_alive) == (Line.FINISHED, JobState.ERROR, False)
    assert world.names(Side.CRM, "account") == ["Adatum"]


def test_a_refused_sign_in_makes_the_line_an_error_that_says_why_and_holds_back_what_depends_on_it(world):
    world.couple_jim()
    world.add_customer("Adatum")
    refresh()
    jobs.full.start()
    world.crm.fail_on("insert", SignInRefused("Nobody answers."))
    work()
    line = lines()["CUSTOMER"]
    assert (line.status, line.message, line.to_crm_state) == (Line.ERROR, "Nobody answers.", JobState.ERROR)
    assert lines()["CONTACT"].status == Line.BLANK
    with pytest.raises(FullSynchError, match="CUSTOMER"):
        jobs.full.start()


def test_restarting_a_line_with_an_error_completes_it_and_starts_what_waited(world):
    world.couple_jim()
    world.add_customer("Adatum")
    refresh()
    jobs.full.start()
    world.crm.fail_on("insert", SignInRefused("Nobody answers."))
    work()
    jobs.full.restart(lines()["CUSTOMER"])
    work()
    assert set(statuses().values()) == {Line.FINISHED}
    assert world.names(Side.CRM, "account") == ["Adatum"]


def test_a_finished_line_cannot_be_restarted(world):
    refresh()
    jobs.full.start()
    work()
    with pytest.raises(FullSynchError):
        jobs.full.restart(lines()["CUSTOMER"])


def test_a_dead_line_is_seen_and_its_restart_has_the_same_run_resumed(world):
    world.add_customer("Adatum")
    refresh()
    jobs.full.start()
    job = lines()["REGION"].to_crm_job
    SyncJob.objects.claim(job.pk)
    assert not lines()["REGION"].is_dead
    silent_for(job, 31)
    assert (lines()["REGION"].is_dead, lines()["REGION"].is_alive) == (True, False)
    jobs.full.restart(lines()["REGION"])
    assert jobs.run(job.pk)
    assert (ran(job).resumed, lines()["REGION"].status) == (1, Line.FINISHED)


def test_canceling_a_job_of_a_line_ends_the_line_with_an_error(world):
    refresh()
    jobs.full.start()
    jobs.cancel(lines()["SALESPEOPLE"].couple_job)
    line = lines()["SALESPEOPLE"]
    assert (line.status, line.to_erp_job.status) == (Line.ERROR, SyncJob.Status.CANCELED)


# --- starting twice, resetting -------------------------------------------------------------------------------


@pytest.mark.scenario("CRMFullSynchronization.T165_AnyActiveSessionDisablesStartAction")
def test_nothing_is_started_while_a_line_is_alive(world):
    refresh()
    jobs.full.start()
    assert not FullSynchLine.objects.can_start()
    with pytest.raises(FullSynchError, match="running"):
        jobs.full.start()
    with pytest.raises(FullSynchError, match="running"):
        FullSynchLine.objects.reset()


@pytest.mark.scenario("CRMFullSynchronization.T167_NoBlankStatusLinesDisableStartAction")
def test_nothing_is_started_where_no_line_is_blank(world):
    refresh()
    for line, status in zip(lines().values(), (Line.FINISHED, Line.ERROR, Line.ON_HOLD, Line.FINISHED), strict=True):
        FullSynchLine.objects.filter(pk=line.pk).update(status=status)
    assert not FullSynchLine.objects.can_start()
    with pytest.raises(FullSynchError, match="no line left"):
        jobs.full.start()


def test_resetting_makes_all_lines_blank_again(world):
    refresh()
    jobs.full.start()
    work()
    FullSynchLine.objects.reset()
    assert {line.status for line in refresh().values()} == {""}
    assert FullSynchLine.objects.can_start()


def test_a_disabled_connection_starts_nothing(world):
    refresh()
    ConnectionSetup.objects.update(is_enabled=False)
    with pytest.raises(FullSynchError, match="disabled"):
        jobs.full.start()


# --- the regular jobs, the cursors, the looks -----------------------------------------------------------------


@pytest.mark.scenario("CRMFullSynchronization.T130_CRMJobQueueEntryIsOnHoldDuringFullSynchronization")
def test_the_regular_job_is_on_hold_during_the_full_run_and_gets_its_status_back(world):
    JobQueueEntry.objects.filter(name="REGION").update(status=JobQueueEntry.Status.INACTIVE)
    JobQueueEntry.objects.filter(name="SALESPEOPLE").update(status=JobQueueEntry.Status.ON_HOLD)
    refresh()
    jobs.full.start()
    assert JobQueueEntry.objects.get(name="REGION").status == JobQueueEntry.Status.ON_HOLD
    work()
    assert JobQueueEntry.objects.get(name="REGION").status == JobQueueEntry.Status.INACTIVE
    assert JobQueueEntry.objects.get(name="SALESPEOPLE").status == JobQueueEntry.Status.ON_HOLD


@pytest.mark.scenario("CRMFullSynchronization.T125_ModifyNonCRMJobQueueEntry")
def test_a_queue_entry_of_no_mapping_touches_no_line(world):
    refresh()
    entry = JobQueueEntry.objects.create(name="Customer Statistics", task="statistics")
    before = statuses()
    entry.set_ready()
    entry.rest(active=True)
    assert statuses() == before


@pytest.mark.scenario("CRMFullSynchronization.T170_ParentMappingGetsSyncModifiedOnFilters")
def test_after_the_full_run_the_mapping_has_the_cursors_of_both_sides(world):
    world.couple_jim()
    world.add_customer("Adatum")
    refresh()
    jobs.full.start()
    work()
    mapping = world.mapping()
    assert mapping.erp_cursor
    assert mapping.crm_cursor
    after = jobs.start(mapping, "to_crm", inline=True)
    assert after.counters.changed == 0


@pytest.mark.scenario("CRMFullSynchronization.T153_GetStatusStyleExpressionUT")
def test_an_error_looks_bad_success_good_a_run_ambiguous_and_the_rest_is_subdued():
    assert style_of(Line.ERROR) == style_of(JobState.ERROR) == "unfavorable"
    assert style_of(Line.FINISHED) == style_of(JobState.SUCCESS) == "favorable"
    assert style_of(Line.IN_PROCESS) == "ambiguous"
    assert style_of(Line.ON_HOLD) == style_of(Line.READY) == "subdued"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer; PostgreSQL has to prove it")
def test_two_lines_that_finish_at_the_same_moment_start_the_line_that_waits_for_both_once(world):
    world.erp.add("region", name="Bavaria")
    refresh()
    jobs.full.start()
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
            chain.ended(claimed)
        connection.close()

    threads = [threading.Thread(target=finish, args=[job]) for job in last.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert lines()["CUSTOMER"].status == Line.READY
    assert SyncJob.objects.filter(mapping__name="CUSTOMER", direction="to_crm").count() == 1
