"""Coupled Data Synchronization Errors: what the page says and what its buttons do."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from coupling.models import RESTS
from integration import jobs
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.memory.ledger import State
from integration.systems.errors import PrivilegeMissing, Refused, Unreachable
from tests.coupling.conftest import page, told
from tests.integration.jobs_world import world

__all__ = ["world"]


def press(client, action: str, *ids: uuid.UUID, **more):
    rows = [row.pk for mapping in TableMapping.objects.all() for row in mapping.couplings.filter(erp_id__in=ids)]
    return client.post(reverse("skipped_action", args=[action]), {"selected": rows, **more})


def run_all() -> list[SyncJob]:
    for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED).order_by("queued_at"):
        jobs.run(job.pk)
    return list(SyncJob.objects.order_by("queued_at"))


def synchronize(world, direction: str = "to_crm", mapping: str = "CUSTOMER") -> SyncJob:
    job = jobs.start(world.mapping(mapping), direction)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def skip(world, *names: str) -> list[uuid.UUID]:
    """Coupled customers whose accounts refuse what Business Central sends, twice."""
    world.couple_jim()
    ids = []
    for name in names:
        ours, theirs = world.add_customer(name), world.add_account(name)
        world.mapping().couplings.couple(ours, theirs)
        ids.append(ours)
    synchronize(world)
    synchronize(world, "to_erp")
    for attempt in range(2):
        for id in ids:
            world.erp.edit("customer", id, phone_no=f"030 {attempt} {id.hex[:8]}")
        for _ in ids:
            world.crm.fail_on("update", Refused("The account is under review."))
        synchronize(world)
    assert world.mapping().couplings.filter(RESTS).count() == len(names)
    SyncJob.objects.all().update(sent_at="2026-01-01T00:00Z")
    return ids


def account_of(world, erp_id: uuid.UUID) -> uuid.UUID:
    return world.mapping().couplings.get(erp_id=erp_id).crm_id


def still_skipped(world) -> set[uuid.UUID]:
    return set(world.mapping().couplings.filter(RESTS).values_list("erp_id", flat=True))


# --- the list ------------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CRMSynchSkippedRecords.T130_SkippedRecsListOpenFromCRMConnectionSetup",
    "CRMSynchSkippedRecords.T135_DrillDownOnDescriptionOpensCardPage",
    "CRMSynchSkippedRecords.T131_ShowSynchLogOpensLogForCurrentRec",
)
def test_each_line_names_both_records_the_error_and_when_the_last_first_and_leads_to_all_of_them(world, clerk):
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    latest = SyncError.objects.open().get(erp_id=fabrikam)
    SyncError.objects.filter(erp_id=adatum).update(created_at="2026-01-01T08:00Z")
    shown = page(clerk, "synch_skipped")
    assert shown.index(">Fabrikam</a>") < shown.index(">Adatum</a>")
    assert reverse("erp_card", args=["customer", fabrikam]) in shown
    assert reverse("crm_card", args=["account", account_of(world, fabrikam)]) in shown
    assert "The account is under review." in shown
    assert reverse("synch_job", args=[latest.job_id]) in shown


def test_the_list_is_narrowed_by_mapping_and_by_a_part_of_the_error(world, clerk):
    skip(world, "Adatum", "Fabrikam")
    assert ">Adatum</a>" in page(clerk, "synch_skipped", mapping="CUSTOMER", q="under review")
    assert ">Adatum</a>" not in page(clerk, "synch_skipped", mapping="CONTACT")
    assert ">Adatum</a>" not in page(clerk, "synch_skipped", q="no such words")
    assert ">Adatum</a>" in page(clerk, "synch_skipped", q="adatum")


@pytest.mark.scenario("CRMSynchSkippedRecords.T137_ErrorIsBlankIfJobEntryDoesNotExist")
def test_a_line_whose_job_is_no_longer_in_the_log_has_no_error_and_is_there(world, clerk):
    skip(world, "Adatum")
    SyncJob.objects.all().delete()
    shown = page(clerk, "synch_skipped")
    assert ">Adatum</a>" in shown
    assert "under review" not in shown


def test_the_list_says_what_is_known_while_sales_does_not_answer(world, clerk):
    skip(world, "Adatum")
    world.crm.fail_on("describe", Unreachable("The line is dead."), times=9)
    shown = page(clerk, "synch_skipped")
    assert "Nobody knows what exists on both sides: The line is dead." in shown
    assert "under review" in shown


@pytest.mark.scenario("CRMSynchSkippedRecords.T191_UpdateSourceTableRemovesNotExistingCouplings")
def test_a_pair_that_was_coupled_anew_is_no_longer_in_the_list(world, clerk):
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    world.mapping().couplings.couple(adatum, world.add_account("Adatum Ltd."))
    shown = page(clerk, "synch_skipped")
    assert ">Adatum</a>" not in shown
    assert ">Fabrikam</a>" in shown
    assert still_skipped(world) == {fabrikam}


def test_many_lines_come_in_pages_and_each_is_asked_for_in_one_request_a_side(world, clerk, monkeypatch):
    monkeypatch.setattr("coupling.pages.skipped.AT_ONCE", 2)
    skip(world, "Adatum", "Fabrikam", "Litware")
    before = world.crm.calls["get"]
    first = page(clerk, "synch_skipped")
    assert world.crm.calls["get"] - before == 1
    second = page(clerk, "synch_skipped", after="2")
    assert first.count('name="selected"') == 2
    assert second.count('name="selected"') == 1
    assert "3 in all" in first


# --- retry and synchronize -----------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSynchSkippedRecords.T110_RestoreOfOneSkippedRecRemovesSkippedMarker")
def test_retrying_one_takes_only_that_one_out_of_the_list(world, clerk):
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    assert told(press(clerk, "retry", adatum)) == ["1 record is being tried again."]
    assert still_skipped(world) == {fabrikam}


@pytest.mark.scenario("CRMSynchSkippedRecords.T115_RestoredRecIsNotSkippedIfSynchSuccessful")
def test_a_retried_record_whose_cause_is_gone_is_synchronized_and_its_error_closes(world, clerk):
    (adatum,) = skip(world, "Adatum")
    press(clerk, "retry", adatum)
    *_, to_crm, _ = run_all()
    assert to_crm.modified == 1
    assert not still_skipped(world)
    assert not SyncError.objects.open().exists()


def test_retry_all_tries_every_skipped_record_of_every_mapping(world, clerk):
    skip(world, "Adatum", "Fabrikam")
    assert told(press(clerk, "retry-all")) == ["2 records are being tried again."]
    assert not still_skipped(world)


@pytest.mark.scenario("CRMSynchSkippedRecords.T121_SynchronizeOfBidirectionalTableRequestsDirection")
def test_synchronizing_a_two_way_pair_asks_which_values_stay_and_leaves_the_other_skipped(world, clerk):
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    asked = press(clerk, "synchronize", adatum).content.decode()
    assert "Send and Get overwrite what the other side holds." in asked
    assert still_skipped(world) == {adatum, fabrikam}
    press(clerk, "synchronize", adatum, way="send")
    run_all()
    phone = world.erp.values("customer", adatum)["phone_no"]
    assert world.crm.values("account", account_of(world, adatum))["telephone1"] == phone
    assert still_skipped(world) == {fabrikam}


# --- a record is gone ----------------------------------------------------------------------------------------


def losing_customer(world) -> uuid.UUID:
    (adatum,) = skip(world, "Adatum")
    world.erp.check_references = False
    world.erp.remove("customer", adatum)
    return adatum


def losing_account(world) -> uuid.UUID:
    (adatum,) = skip(world, "Adatum")
    world.crm.remove("account", account_of(world, adatum))
    return adatum


@pytest.mark.scenario("CRMSynchSkippedRecords.T165_RestoreDeletedRecordInNAV")
def test_restoring_a_deleted_customer_makes_a_new_one_from_the_account_and_empties_the_list(world, clerk):
    world.erp.numbers = {"customer": "C"}
    losing_customer(world)
    account = world.mapping().couplings.get().crm_id
    press(clerk, "restore", *still_skipped(world))
    *_, job = run_all()
    assert (job.direction, job.inserted) == ("to_erp", 1)
    pair = world.mapping().couplings.get()
    assert (pair.crm_id, pair.skipped, pair.state) == (account, False, State.COUPLED)
    assert world.erp.values("customer", pair.erp_id)["name"] == "Adatum"


def test_restoring_a_deleted_account_makes_a_new_one_from_the_customer(world, clerk):
    adatum = losing_account(world)
    press(clerk, "restore", adatum)
    *_, job = run_all()
    assert (job.direction, job.inserted) == ("to_crm", 1)
    assert world.crm.values("account", account_of(world, adatum))["name"] == "Adatum"
    assert not still_skipped(world)


@pytest.mark.scenario("CRMSynchSkippedRecords.T160_RemoveDeletedCoupledRecordInNAV")
def test_deleting_what_is_left_of_a_pair_deletes_the_account_and_the_coupling(world, clerk):
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
def test_an_account_that_our_user_may_not_delete_stays_and_the_line_too(world, clerk):
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
def test_nothing_is_restored_or_deleted_while_both_records_exist(world, clerk, action):
    (adatum,) = skip(world, "Adatum")
    answer = press(clerk, action, adatum, confirmed="yes")
    assert told(answer) == ["Both records of each of these exist: there is nothing to restore or to delete."]
    assert not SyncJob.objects.filter(status=SyncJob.Status.QUEUED).exists()


@pytest.mark.scenario(
    "CRMSynchSkippedRecords.T126_DeleteCouplingActionDeletesCouplingRecord",
    "CDSUncoupling.CRMSkippedRecordsUncoupleSingleInBackground",
)
def test_deleting_the_coupling_of_one_asks_first_and_leaves_the_other(world, clerk):
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
def test_the_coupling_of_a_deleted_customer_can_be_deleted_and_no_other_link_is_offered(world, clerk):
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
def test_a_customer_whose_account_was_deleted_is_coupled_with_another_and_leaves_the_list(world, clerk):
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
def test_find_for_deleted_lists_pairs_that_lost_a_record_which_nobody_had_noticed(world, clerk):
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
def test_couplings_of_several_mappings_are_deleted_at_once_also_where_one_record_is_gone(world, clerk):
    adatum, fabrikam = skip(world, "Adatum", "Fabrikam")
    world.erp.remove("customer", adatum)
    people = world.mapping("SALESPEOPLE").couplings
    people.update(to_crm_result="skipped")
    press(clerk, "uncouple", adatum, fabrikam, world.jim, confirmed="yes")
    run_all()
    assert not people.exists()
    assert not world.mapping().couplings.exists()
    assert world.crm.ids("account")


# --- who may, and nonsense -----------------------------------------------------------------------------------


ACTIONS = ("retry", "retry-all", "find-deleted", "synchronize", "restore", "delete", "uncouple")


def test_who_may_only_look_changes_nothing(world, visitor):
    (adatum,) = skip(world, "Adatum")
    assert visitor.get(reverse("synch_skipped")).status_code == 200
    answers = [press(visitor, action, adatum, confirmed="yes", way="send") for action in ACTIONS]
    assert {answer.status_code for answer in answers} == {403}
    assert still_skipped(world) == {adatum}


def test_nothing_or_nonsense_chosen_is_said(world, clerk):
    for action in ("retry", "synchronize", "restore", "delete", "uncouple"):
        for selected in ([], ["one"], ["9" * 20], ["123456"]):
            answer = clerk.post(reverse("skipped_action", args=[action]), {"selected": selected, "confirmed": "yes"})
            assert told(answer)[-1:] == ["Choose at least one record that is still skipped."]


def test_a_link_changes_nothing_and_an_action_nobody_knows_is_not_found(world, clerk):
    assert clerk.get(reverse("skipped_action", args=["retry-all"])).status_code == 405
    assert press(clerk, "explode").status_code == 404
    assert clerk.get(reverse("synch_skipped"), {"after": "-1"}).status_code == 200
