"""A record that fails is tried again or rests, and its errors keep what is known of it."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.models import RESTS
from integration import jobs
from integration.models import ConnectionSetup, SyncError, SyncJob
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.run import Options, Scope
from integration.systems.errors import Refused
from integration.systems.values import Ref
from tests.coupling.conftest import page
from tests.coupling.errors.failing import TO_CRM, fail
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


# --- failing and being skipped -------------------------------------------------------------------------------


def run(world: JobsWorld, direction: str = "to_crm", **options: Any) -> SyncJob:
    job = jobs.start(world.mapping(), direction, options=Options(**options))
    jobs.run(job.pk)
    job.refresh_from_db()
    SyncJob.objects.update(sent_at="2026-01-01T00:00Z")
    return job


@pytest.fixture
def adatum(world: JobsWorld) -> uuid.UUID:
    """Coupled; its salesperson Linda is not, so it has failed once."""
    linda = world.erp.add("salesperson", code="PS", name="Linda")
    ours, theirs = world.add_customer("Adatum"), world.add_account("Adatum")
    world.erp.edit("customer", ours, salesperson_code=Ref("salesperson", linda))
    world.mapping().couplings.couple(ours, theirs)
    assert run(world, scope=Scope.IDS, ids=(ours,), force=True).failed == 1
    return ours


@pytest.mark.scenario("CRMSynchSkippedRecords.T100_SynchFailedOnceDoesNotMakeSkippedRec")
def test_a_record_that_failed_once_is_synchronized_when_its_salesperson_is_coupled(
    world: JobsWorld, adatum: UUID
) -> None:
    linda = world.erp.values("customer", adatum)["salesperson_code"].id
    world.mapping("SALESPEOPLE").couplings.couple(linda, world.jim_user)
    job = run(world)
    pair = world.mapping().couplings.get()
    assert (job.modified, pair.to_crm_result, pair.skipped) == (1, Result.SUCCESS, False)


@pytest.mark.scenario(
    "CRMSynchSkippedRecords.T101_SynchFailedDiffDoesNotMakeSkippedRec",
    "CRMSynchSkippedRecords.T105_SynchFailedTwiceMakesSkippedRec",
)
def test_a_record_that_waits_for_another_is_never_skipped_however_often_it_fails_and_says_for_whom(
    world: JobsWorld, adatum: UUID
) -> None:
    other = world.erp.add("salesperson", code="XX", name="Xaver")
    assert (run(world).failed, run(world).failed) == (1, 1)
    world.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", other))
    assert run(world).failed == 1
    assert SyncError.objects.open().get().waits_for == ("salesperson", str(other))
    assert not world.mapping().couplings.filter(RESTS).exists()


def refuse(world: JobsWorld, times: int = 1) -> None:
    for _ in range(times):
        world.crm.fail_on("update", Refused("The account is under review."))


@pytest.mark.scenario("CRMSynchSkippedRecords.T107_FailedOnceRecordShouldBePickedForSyncUnchanged")
def test_a_conflict_is_picked_again_in_both_directions_without_a_new_change_and_then_skipped(world: JobsWorld) -> None:
    world.couple_jim()
    pairs = [(world.add_customer(name), world.add_account(name)) for name in ("Adatum", "Fabrikam")]
    for ours, theirs in pairs:
        world.mapping().couplings.couple(ours, theirs)
    for direction in ("to_crm", "to_erp"):
        run(world, direction)
    world.erp.edit("customer", pairs[0][0], phone_no="030 7")
    for _, theirs in pairs:
        world.crm.edit("account", theirs, telephone1="030 8")
    first = [run(world, direction) for direction in ("to_crm", "to_erp")]
    again = [run(world, direction) for direction in ("to_crm", "to_erp")]
    assert (sum(job.failed for job in first), sum(job.modified for job in first)) == (2, 1)
    assert (sum(job.failed for job in again), sum(job.modified for job in again)) == (0, 0)
    assert sum(job.skipped for job in again) >= 1
    assert [pair.skipped for pair in world.mapping().couplings.order_by("pk")] == [True, False]


@pytest.mark.scenario("CRMSynchSkippedRecords.T108_SkippedRecDoesNotGetRestoredByNewFailure")
def test_a_new_failure_in_the_other_direction_leaves_a_record_skipped(world: JobsWorld) -> None:
    world.couple_jim()
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    pair = Pair(adatum, account, State.COUPLED, to_erp=Outcome(Result.SKIPPED, "invalid-value"))
    world.mapping().couplings.remember([pair])
    world.erp.edit("customer", adatum, phone_no="030 7")
    refuse(world)
    run(world)
    assert world.mapping().couplings.get().skipped


@pytest.mark.scenario(
    "CRMCouplingRecord.TestDeletedCustomerCouplingKeptUndeleted",
    "IntegrationTableSynchTest.FailedRecordedOnDeletedRecord",
)
def test_the_pair_of_a_deleted_account_fails_first_and_is_skipped_then_and_both_are_kept(world: JobsWorld) -> None:
    world.couple_jim()
    pairs = [(world.add_customer(name), world.add_account(name)) for name in ("Adatum", "Fabrikam")]
    for ours, theirs in pairs:
        world.mapping().couplings.couple(ours, theirs)
    for direction in ("to_crm", "to_erp"):
        run(world, direction)
    world.crm.remove("account", pairs[0][1])
    world.erp.edit("customer", pairs[0][0], phone_no="030 7")
    assert (run(world).failed, run(world).skipped) == (1, 1)
    assert [pair.skipped for pair in world.mapping().couplings.order_by("pk")] == [True, False]


@pytest.mark.scenario(
    "IntegrationTableSynchTest.LogSynchErrorForBothExistingRecords",
    "IntegrationTableSynchTest.LogSynchErrorForBothNotExistingRecords",
    "IntegrationTableSynchTest.LogSynchErrorForNorExistingSource",
)
@pytest.mark.parametrize("erp_id", [uuid.uuid4(), None])
@pytest.mark.parametrize("crm_id", [uuid.uuid4(), None])
def test_an_error_keeps_the_ids_of_the_records_that_there_are(
    world: JobsWorld, erp_id: UUID | None, crm_id: UUID | None
) -> None:
    error = fail(world.mapping(), TO_CRM, erp_id, crm_id).errors.get()
    assert (error.erp_id, error.crm_id) == (erp_id, crm_id)


@pytest.mark.scenario("CRMSynchSkippedRecords.T136_DrillDownOnIntDescriptionOpensHyperlink")
def test_the_card_of_the_sales_record_behind_a_line_leads_into_sales(world: JobsWorld, clerk: Client) -> None:
    world.couple_jim()
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    world.mapping().couplings.remember([Pair(adatum, account, State.COUPLED, to_crm=Outcome(Result.SKIPPED))])
    assert reverse("crm_card", args=["account", account]) in page(clerk, "synch_skipped")
    ConnectionSetup.objects.update(url="https://contoso.crm4.dynamics.com")
    assert f"id={account}" in page(clerk, "crm_card", "account", account)


@pytest.mark.scenario("CRMSynchSkippedRecords.T123_SetSelectionFilterShouldExcludeDeletedCouplings")
def test_of_the_chosen_lines_those_that_are_gone_meanwhile_are_left_out(world: JobsWorld, clerk: Client) -> None:
    mapping = world.mapping()
    rows = []
    for _ in range(5):
        mapping.couplings.remember([Pair(uuid.uuid4(), uuid.uuid4(), State.COUPLED, to_crm=Outcome(Result.SKIPPED))])
        rows.append(mapping.couplings.latest("pk"))
    gone = rows[2].pk
    rows[2].delete()
    clerk.post(reverse("skipped_action", args=["retry"]), {"selected": [gone, *(row.pk for row in rows if row.pk)]})
    assert mapping.couplings.exclude(RESTS).count() == 4
