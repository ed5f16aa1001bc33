"""Acceptance scenarios of runs that need stored mappings, jobs and review lines."""

from __future__ import annotations

import pytest

from integration import jobs
from integration.defaults import STANDARD
from integration.models import FullSynchLine, JobQueueEntry, SyncError, SyncJob, TableMapping
from integration.models.jobs.review import JobState
from integration.sync.direction import Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Ref
from tests.integration.jobs_world import TO_CRM, TO_ERP, JobsWorld, ran, world
from tests.makers import account
from tests.opened import opened

__all__ = ["world"]

Line, Queue = FullSynchLine.Status, JobQueueEntry.Status


def line(name: str) -> FullSynchLine:
    return FullSynchLine.objects.select_related("mapping", *FullSynchLine.JOBS).get(mapping__name=name)


def start_full() -> None:
    with opened() as connected:
        jobs.full_synch.refresh(connected)
    for one in FullSynchLine.objects.all():
        one.choose_create_unmatched(True)
    jobs.full_synch.start()


def work(name: str = "") -> None:
    """Run what is ready, only jobs of this mapping if one is named."""
    ready = SyncJob.objects.ready().filter(mapping__name=name) if name else SyncJob.objects.ready()
    while (job := ready.first()) is not None:
        assert jobs.run(job.pk)


@pytest.mark.scenario("CRMFullSynchronization.T101_Wave1PlusHaveNotBlankDependencyFilter")
def test_the_standard_mappings_depend_on_what_has_to_be_coupled_before_them() -> None:
    needs = {default.name: set(default.dependencies) for default in STANDARD}
    firms = {"SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT"}
    assert needs["CUSTOMER"] == needs["VENDOR"] == firms
    assert needs["CONTACT"] == {"CUSTOMER", "VENDOR"}
    assert needs["OPPORTUNITY"] == {"CONTACT"}
    assert needs["ITEM-PRODUCT"] == needs["RESOURCE-PRODUCT"] == {"UNIT OF MEASURE"}
    assert needs["CUSTPRCGRP-PRICE"] == {"CURRENCY", "ITEM-PRODUCT"}
    assert needs["SALESPRC-PRODPRICE"] == {"CUSTPRCGRP-PRICE", "ITEM-PRODUCT"}
    assert needs["POSTEDSALESINV-INV"] == {"ITEM-PRODUCT", "RESOURCE-PRODUCT", "OPPORTUNITY"}


@pytest.mark.scenario("CRMFullSynchronization.T120_ReadyLineSchedulesJob")
def test_a_line_without_dependencies_has_its_job_when_it_starts_and_its_regular_job_is_on_hold(
    world: JobsWorld,
) -> None:
    world.erp.add("region", name="North")
    start_full()
    job = SyncJob.objects.get(mapping__name="REGION")
    assert job in line("REGION").jobs
    assert job.run_options.scope is Scope.EVERYTHING
    assert JobQueueEntry.objects.get(name="REGION").status == Queue.ON_HOLD


@pytest.mark.scenario("CRMFullSynchronization.T121_FinishedLineSchedulesDependentJob")
def test_a_line_is_in_process_while_it_runs_and_starts_what_depends_on_it_when_it_is_finished(world: JobsWorld) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(dependencies=["REGION"])
    world.erp.add("region", name="North")
    start_full()
    seen = []

    def look() -> None:
        region = line("REGION")
        seen.append(
            (region.to_crm_state, region.to_erp_state, SyncJob.objects.filter(mapping__name="CUSTOMER").count())
        )

    world.during_insert(look, "North", "territory")
    work("REGION")
    assert seen == [(JobState.IN_PROCESS, JobState.BLANK, 0)]
    region = line("REGION")
    assert (region.status, region.to_crm_state) == (Line.FINISHED, JobState.SUCCESS)
    assert [job.counters.inserted for job in region.jobs] == [1]
    assert SyncJob.objects.ready().filter(mapping__name="CUSTOMER").exists()


@pytest.mark.scenario("CRMFullSynchronization.T123_AllRecsFailedSynchJobStatusError")
def test_a_line_of_which_every_record_failed_both_ways_is_finished_and_both_jobs_show_errors(world: JobsWorld) -> None:
    world.couple_jim()
    stranger = world.erp.add("salesperson", code="XX", name="Nobody Knows")
    for name in ("Adatum", "Fabrikam"):
        world.erp.edit("customer", world.add_customer(name), salesperson_code=Ref("salesperson", stranger))
    for name in ("Litware", "Proseware"):
        world.crm.add("account", **account(name) | {"name": name * 15})
    start_full()
    work()
    customer = line("CUSTOMER")
    assert (customer.status, customer.is_alive) == (Line.FINISHED, False)
    assert (customer.to_crm_state, customer.to_erp_state) == (JobState.ERROR, JobState.ERROR)
    assert SyncError.objects.filter(job__mapping__name="CUSTOMER").count() == 4


@pytest.mark.scenario("CRMSynchJobScenarios.SynchInvalidViewCausesError")
@pytest.mark.parametrize("side", ["erp_filter", "crm_filter"])
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_filter_that_nobody_can_read_ends_the_run_with_one_error_that_names_it(
    world: JobsWorld, side: str, direction: Direction
) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    TableMapping.objects.filter(name="CUSTOMER").update(**{side: "name = ("})
    job = jobs.start(world.mapping(), direction, options=Options(scope=Scope.EVERYTHING, create=True))
    jobs.run(job.pk)
    ended = ran(job)
    assert (ended.status, ended.code) == (SyncJob.Status.FAILED, "configuration")
    assert "CUSTOMER, filter of" in ended.message
    assert world.crm.ids("account") == []
