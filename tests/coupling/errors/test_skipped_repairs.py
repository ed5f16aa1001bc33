"""Coupled Data Synchronization Errors: a record is gone, and what can be done about what is left."""

from __future__ import annotations

import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.models import SyncJob
from integration.sync.memory.ledger import State
from integration.systems.errors import PrivilegeMissing
from tests.coupling.conftest import page, told
from tests.coupling.errors.skipped import account_of, press, run_all, skip, still_skipped
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


# --- a record is gone ----------------------------------------------------------------------------------------


def losing_customer(world: JobsWorld) -> uuid.UUID:
    (adatum,) = skip(world, "Adatum")
    world.erp.check_references = False
    world.erp.remove("customer", adatum)
    return adatum


def losing_account(world: JobsWorld) -> uuid.UUID:
    (adatum,) = skip(world, "Adatum")
    world.crm.remove("account", account_of(world, adatum))
    return adatum


@pytest.mark.scenario("CRMSynchSkippedRecords.T165_RestoreDeletedRecordInNAV")
def test_restoring_a_deleted_customer_makes_a_new_one_from_the_account_and_empties_the_list(
    world: JobsWorld, clerk: Client
) -> None:
    world.erp.numbers = {"customer": "C"}
    losing_customer(world)
    account = world.mapping().couplings.get().crm_id
    press(clerk, "restore", *still_skipped(world))
    *_, job = run_all()
    assert (job.direction, job.inserted) == ("to_erp", 1)
    pair = world.mapping().couplings.get()
    assert (pair.crm_id, pair.skipped, pair.state) == (account, False, State.COUPLED)
    assert world.erp.values("customer", pair.erp_id)["name"] == "Adatum"


def test_restoring_a_deleted_account_makes_a_new_one_from_the_customer(world: JobsWorld, clerk: Client) -> None:
    adatum = losing_account(world)
    press(clerk, "restore", adatum)
    *_, job = run_all()
    assert (job.direction, job.inserted) == ("to_crm", 1)
    assert world.crm.values("account", account_of(world, adatum))["name"] == "Adatum"
    assert not still_skipped(world)


@pytest.mark.scenario("CRMSynchSkippedRecords.T160_RemoveDeletedCoupledRecordInNAV")
def test_deleting_what_is_left_of_a_pair_deletes_the_account_and_the_coupling(world: JobsWorld, clerk: Client) -> None:
    adatum = losing_customer(world)
    shown = page(clerk, "synch_skipped")
    assert "/records/erp/customer/" not in shown.partition("<tbody>")[2]
    assert shown.index("<td>No</td>") < shown.index("<td>Yes</td>")
    assert "for good" in press(clerk, "delete", adatum).content.decode()
    assert world.crm.ids("account")
    press(clerk, "delete", adatum, confirmed="yes")
    *_, job = run_all()
    assert (job.kind, job.deleted) == (SyncJob.Kind.DELETE, 1)
    assert not world.crm.ids("account")
    assert not world.mapping().couplings.exists()


@pytest.mark.scenario("CRMSynchSkippedRecords.T163_RemoveDeletedCoupledCRMRecordWithNoDeletePermission")
def test_an_account_that_our_user_may_not_delete_stays_and_the_line_too(world: JobsWorld, clerk: Client) -> None:
    adatum = losing_customer(world)
    world.crm.fail_on("delete", PrivilegeMissing("The integration user may not delete accounts (prvDeleteAccount)."))
    press(clerk, "delete", adatum, confirmed="yes")
    *_, job = run_all()
    assert job.status == SyncJob.Status.FAILED
    assert "may not delete accounts" in job.message
    assert still_skipped(world) == {adatum}
    assert world.crm.ids("account")


@pytest.mark.scenario("CRMSynchSkippedRecords.T172_RemoveRestoreDeletedActionDisabledIfBothRecsExist")
@pytest.mark.parametrize("action", ["restore", "delete"])
def test_nothing_is_restored_or_deleted_while_both_records_exist(world: JobsWorld, clerk: Client, action: str) -> None:
    (adatum,) = skip(world, "Adatum")
    answer = press(clerk, action, adatum, confirmed="yes")
    assert told(answer) == ["Both records of each of these exist: there is nothing to restore or to delete."]
    assert not SyncJob.objects.filter(status=SyncJob.Status.QUEUED).exists()


@pytest.mark.scenario(
    "CRMSynchSkippedRecords.T126_DeleteCouplingActionDeletesCouplingRecord",
    "CDSUncoupling.CRMSkippedRecordsUncoupleSingleInBackground",
)
def test_deleting_the_coupling_of_one_asks_first_and_leaves_the_other(world: JobsWorld, clerk: Client) -> None:
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    press(clerk, "uncouple", adatum)
    assert still_skipped(world) == {adatum, fabrikam}
    press(clerk, "uncouple", adatum, confirmed="yes")
    *_, job = run_all()
    assert job.uncoupled == 1
    assert still_skipped(world) == {fabrikam}


@pytest.mark.scenario(
    "CRMSynchSkippedRecords.T127_DeleteCouplingActionDeletesCouplingForRemovedNAVRecord",
    "CRMSynchSkippedRecords.T170_RestoreSyncLogActionsDisabledIfNAVRecordDeleted",
)
def test_the_coupling_of_a_deleted_customer_can_be_deleted_and_no_other_link_is_offered(
    world: JobsWorld, clerk: Client
) -> None:
    adatum = losing_customer(world)
    assert "Set Up Coupling" not in page(clerk, "synch_skipped")
    press(clerk, "uncouple", adatum, confirmed="yes")
    run_all()
    assert not world.mapping().couplings.exists()


@pytest.mark.scenario(
    "CRMSynchSkippedRecords.T171_RestoreSyncActionsDisabledIfCRMRecordDeleted",
    "CRMSynchSkippedRecords.T175_SetupCouplingConfirmedForDeletedCRMRec",
    "CRMSynchSkippedRecords.T176_SetupCouplingCancelledForDeletedCRMRec",
    "CRMSynchSkippedRecords.T125_CoupleActionOpensCouplingRecordPage",
)
def test_a_customer_whose_account_was_deleted_is_coupled_with_another_and_leaves_the_list(
    world: JobsWorld, clerk: Client
) -> None:
    adatum, other = losing_account(world), world.add_account("Adatum Group")
    dialog = reverse("coupling", args=["CUSTOMER", adatum])
    assert dialog in page(clerk, "synch_skipped")
    gone = account_of(world, adatum)
    assert clerk.get(dialog).status_code == 200
    assert still_skipped(world) == {adatum}
    clerk.post(reverse("coupling_set", args=["CUSTOMER", adatum]), {"crm_id": other, "seen": gone, "after": "send"})
    run_all()
    assert account_of(world, adatum) == other
    assert not still_skipped(world)


@pytest.mark.scenario(
    "CRMSynchSkippedRecords.T200_FindMoreMarksBrokenCouplingsAsSkipped",
    "CRMIntegrationRecordTest.RemovalOfCoupledRecordDoesNotMarkCouplingAsSkipped",
)
def test_find_for_deleted_lists_pairs_that_lost_a_record_which_nobody_had_noticed(
    world: JobsWorld, clerk: Client
) -> None:
    world.couple_jim()
    pairs = {name: (world.add_customer(name), world.add_account(name)) for name in ("Adatum", "Fabrikam", "Litware")}
    for ours, theirs in pairs.values():
        world.mapping().couplings.couple(ours, theirs)
    world.erp.remove("customer", pairs["Adatum"][0])
    world.erp.remove("customer", pairs["Litware"][0])
    world.crm.remove("account", pairs["Litware"][1])
    assert not still_skipped(world)
    assert "in the background" in press(clerk, "find-deleted").content.decode()
    press(clerk, "find-deleted", confirmed="yes")
    run_all()
    assert still_skipped(world) == {pairs["Adatum"][0]}
    assert world.mapping().couplings.count() == 2
    assert "The coupled record of Customer was deleted." in page(clerk, "synch_skipped")


@pytest.mark.scenario("CDSUncoupling.CRMSkippedRecordsUncoupleMultiple")
def test_couplings_of_several_mappings_are_deleted_at_once_also_where_one_record_is_gone(
    world: JobsWorld, clerk: Client
) -> None:
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    world.erp.remove("customer", adatum)
    people = world.mapping("SALESPEOPLE").couplings
    people.update(to_crm_result="skipped")
    press(clerk, "uncouple", adatum, fabrikam, world.jim, confirmed="yes")
    run_all()
    assert not people.exists()
    assert not world.mapping().couplings.exists()
    assert world.crm.ids("account")
