"""A card tells what went wrong with its record last, once, and leads to the job; when it goes well, nothing is told."""

from __future__ import annotations

import re
import uuid

import pytest
from django.urls import reverse

from coupling.models import RESTS
from integration import jobs
from integration.models import ConnectionSetup, SyncError, SyncJob, TableMapping, User
from integration.sync.memory.ledger import Outcome, Partner, Result, State
from integration.sync.rules import Direction
from integration.sync.run import Failure, Options, Scope
from integration.systems.errors import Refused
from integration.systems.values import Ref
from tests.coupling.conftest import page
from tests.coupling.standard_world import standard_world
from tests.integration.jobs_world import world
from tests.sync.entity_rules.cronus import Cronus

__all__ = ["standard_world", "world"]

TO_CRM, TO_ERP = Direction.TO_CRM, Direction.TO_ERP


def fail(mapping: TableMapping, direction: Direction, erp_id=None, crm_id=None, message: str = "Err") -> SyncJob:
    """A run in which just this record failed."""
    job = SyncJob.objects.create(mapping=mapping, direction=direction.value, status=SyncJob.Status.FINISHED)
    SyncError.objects.log(job, [Failure(direction, erp_id, crm_id, "refused", message)])
    return job


def alerts(shown: str) -> list[str]:
    found = re.findall(r'<div class="alert alert-danger" role="alert">(.*?)</div>', shown, flags=re.S)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


def record(world: Cronus, table: str) -> uuid.UUID:
    makers = {
        "customer": lambda: world.customer("Adatum", "C-1"),
        "item": lambda: world.erp.add("item", no="1000", description="Bicycle"),
        "resource": lambda: world.erp.add("resource", no="LIFT", name="Lift"),
        "currency": lambda: world.erp.add("currency", code="EUR", description="Euro", iso_code="EUR"),
        "salesperson": lambda: world.erp.add("salesperson", code="LM", name="Linda"),
    }
    return makers[table]()


CARDS = {"customer": "CUSTOMER", "item": "ITEM-PRODUCT", "resource": "RESOURCE-PRODUCT", "currency": "CURRENCY",
         "salesperson": "SALESPEOPLE"}  # fmt: skip


@pytest.mark.scenario(
    "CRMSynchNotifications.CustomerCardPageShowsNotificationOnFailedSyncForCoupledRec",
    "CRMSynchNotifications.ItemCardPageShowsNotificationOnFailedSync",
    "CRMSynchNotifications.ResourceCardPageShowsNotificationOnFailedSync",
)
@pytest.mark.parametrize("table", CARDS)
def test_the_card_of_a_coupled_record_tells_its_last_error_once_and_leads_to_the_job(standard_world, clerk, table):
    mapping, id = standard_world.stored(CARDS[table]), record(standard_world, table)
    mapping.couplings.couple(id, uuid.uuid4())
    job = fail(mapping, Direction(mapping.direction).passes[0], id, mapping.couplings.get(erp_id=id).crm_id)
    for _ in range(2):
        shown = page(clerk, "erp_card", table, id)
        assert [one for one in alerts(shown) if "Err" in one] == alerts(shown)
        assert len(alerts(shown)) == 1
        assert reverse("synch_job", args=[job.pk]) in shown


@pytest.mark.scenario(
    "CRMSynchNotifications.CurrencyCardPageShowsNotificationOnFailedSyncByRefresh",
    "CRMSynchNotifications.CustomerCardPageShowsNotificationOnFailedSyncForCoupledRecByRefresh",
    "CRMSynchNotifications.ItemCardPageShowsNotificationOnFailedSyncByRefresh",
    "CRMSynchNotifications.SalespersonCardPageShowsNotificationOnFailedSyncByRefresh",
)
@pytest.mark.parametrize("table", ["currency", "customer", "item", "salesperson"])
def test_each_of_two_records_tells_its_own_error(standard_world, clerk, table):
    mapping = standard_world.stored(CARDS[table])
    direction = Direction(mapping.direction).passes[0]
    first = record(standard_world, table)
    values = standard_world.erp.values(table, first)
    number = standard_world.erp.describe(table).number_field
    second = standard_world.erp.add(table, **{**values, number: "ZZ"})
    for id, message in ((first, "Err1"), (second, "Err2")):
        crm_id = uuid.uuid4()
        mapping.couplings.couple(id, crm_id)
        fail(mapping, direction, id, crm_id, message)
    assert ["Err1" in one for one in alerts(page(clerk, "erp_card", table, first))] == [True]
    assert ["Err2" in one for one in alerts(page(clerk, "erp_card", table, second))] == [True]


@pytest.mark.scenario("CRMSynchNotifications.CustomerCardPageShowsNotificationOnFailedSyncForUncoupledRec")
def test_the_card_of_a_record_whose_first_synchronization_failed_tells_why(standard_world, clerk):
    adatum = standard_world.customer("Adatum", "C-1")
    fail(standard_world.stored("CUSTOMER"), TO_CRM, adatum)
    assert len(alerts(page(clerk, "erp_card", "customer", adatum))) == 1


@pytest.mark.scenario(
    "CRMSynchNotifications.CustomerCardPageShowsNoNotificationAfterSuccessfulSync",
    "CRMSynchNotifications.SendResultNotificationSendsNoNotificationIfSuccessJobIsTheLast",
)
def test_after_it_went_well_nothing_is_told_any_more(world, clerk):
    world.couple_jim()
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    world.mapping().couplings.couple(adatum, account)
    fail(world.mapping(), TO_CRM, adatum, account)
    world.mapping().couplings.remember(
        [Partner(adatum, account, State.COUPLED, to_crm=Outcome(Result.FAILURE, "refused"))]
    )
    jobs.run(jobs.start(world.mapping(), "to_crm").pk)
    assert alerts(page(clerk, "erp_card", "customer", adatum)) == []


@pytest.mark.scenario(
    "CRMSynchNotifications.ItemCardPageIsNotShowNotificationOnDeletedFailedSyncToCRM",
    "CRMSynchNotifications.ItemCardPageIsNotShowNotificationOnDeletedFailedSyncToNAV",
)
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_an_error_whose_job_is_no_longer_in_the_log_is_not_told(standard_world, clerk, direction):
    mapping, item = standard_world.stored("ITEM-PRODUCT"), record(standard_world, "item")
    mapping.couplings.couple(item, uuid.uuid4())
    fail(mapping, direction, item, mapping.couplings.get(erp_id=item).crm_id).delete()
    assert alerts(page(clerk, "erp_card", "item", item)) == []


@pytest.mark.scenario(
    "CRMCouplingRecord.GetLatestErrorForFailedToCRMJob",
    "CRMCouplingRecord.GetLatestErrorForFailedToNAVJob",
    "CRMCouplingRecord.GetLatestErrorForFailedBidirectJobs",
)
def test_a_pair_that_failed_both_ways_tells_both_with_their_directions(standard_world, clerk):
    mapping, adatum = standard_world.stored("CUSTOMER"), standard_world.customer("Adatum", "C-1")
    account = uuid.uuid4()
    mapping.couplings.couple(adatum, account)
    fail(mapping, TO_ERP, adatum, account, "The name is too long.")
    assert ["From Integration Table" in one for one in alerts(page(clerk, "erp_card", "customer", adatum))] == [True]
    fail(mapping, TO_CRM, adatum, account, "The salesperson is not coupled.")
    told = alerts(page(clerk, "erp_card", "customer", adatum))
    assert "The salesperson is not coupled." in told[0]
    assert "The name is too long." in told[1]


@pytest.mark.scenario(
    "CRMSynchNotifications.GetErrorForRecordReturnsLastError",
    "CRMSynchNotifications.GetErrorForIntRecordReturnsLastError",
)
def test_each_job_keeps_its_own_error_about_a_record_and_the_card_tells_the_last(standard_world, clerk):
    mapping, euro = standard_world.stored("CURRENCY"), record(standard_world, "currency")
    first = fail(mapping, TO_CRM, euro, uuid.uuid4(), "Err1")
    second = fail(mapping, TO_CRM, euro, None, "Err2")
    assert [job.errors.get().message for job in (first, second)] == ["Err1", "Err2"]
    assert ["Err2" in one for one in alerts(page(clerk, "erp_card", "currency", euro))] == [True]


# --- failing and being skipped -------------------------------------------------------------------------------


def run(world, direction: str = "to_crm", **options) -> SyncJob:
    job = jobs.start(world.mapping(), direction, options=Options(**options))
    jobs.run(job.pk)
    job.refresh_from_db()
    SyncJob.objects.update(sent_at="2026-01-01T00:00Z")
    return job


@pytest.fixture
def adatum(world) -> uuid.UUID:
    """Coupled; its salesperson Linda is not, so it has failed once."""
    linda = world.erp.add("salesperson", code="PS", name="Linda")
    ours, theirs = world.add_customer("Adatum"), world.add_account("Adatum")
    world.erp.edit("customer", ours, salesperson_code=Ref("salesperson", linda))
    world.mapping().couplings.couple(ours, theirs)
    assert run(world, scope=Scope.IDS, ids=(ours,), force=True).failed == 1
    return ours


@pytest.mark.scenario("CRMSynchSkippedRecords.T100_SynchFailedOnceDoesNotMakeSkippedRec")
def test_a_record_that_failed_once_is_synchronized_when_its_salesperson_is_coupled(world, adatum):
    linda = world.erp.values("customer", adatum)["salesperson_code"].id
    world.mapping("SALESPEOPLE").couplings.couple(linda, world.jim_user)
    job = run(world)
    pair = world.mapping().couplings.get()
    assert (job.modified, pair.to_crm_result, pair.skipped) == (1, Result.SUCCESS, False)


@pytest.mark.scenario(
    "CRMSynchSkippedRecords.T101_SynchFailedDiffDoesNotMakeSkippedRec",
    "CRMSynchSkippedRecords.T105_SynchFailedTwiceMakesSkippedRec",
)
def test_a_record_that_waits_for_another_is_never_skipped_however_often_it_fails_and_says_for_whom(world, adatum):
    other = world.erp.add("salesperson", code="XX", name="Xaver")
    assert (run(world).failed, run(world).failed) == (1, 1)
    world.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", other))
    assert run(world).failed == 1
    assert SyncError.objects.open().get().waits_for == ("salesperson", str(other))
    assert not world.mapping().couplings.filter(RESTS).exists()


def refuse(world, times: int = 1) -> None:
    for _ in range(times):
        world.crm.fail_on("update", Refused("The account is under review."))


@pytest.mark.scenario("CRMSynchSkippedRecords.T107_FailedOnceRecordShouldBePickedForSyncUnchanged")
def test_a_conflict_is_picked_again_in_both_directions_without_a_new_change_and_then_skipped(world):
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
def test_a_new_failure_in_the_other_direction_leaves_a_record_skipped(world):
    world.couple_jim()
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    pair = Partner(adatum, account, State.COUPLED, to_erp=Outcome(Result.SKIPPED, "invalid-value"))
    world.mapping().couplings.remember([pair])
    world.erp.edit("customer", adatum, phone_no="030 7")
    refuse(world)
    run(world)
    assert world.mapping().couplings.get().skipped


@pytest.mark.scenario(
    "CRMCouplingRecord.TestDeletedCustomerCouplingKeptUndeleted",
    "IntegrationTableSynchTest.FailedRecordedOnDeletedRecord",
)
def test_the_pair_of_a_deleted_account_fails_first_and_is_skipped_then_and_both_are_kept(world):
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
def test_an_error_keeps_the_ids_of_the_records_that_there_are(world, erp_id, crm_id):
    error = fail(world.mapping(), TO_CRM, erp_id, crm_id).errors.get()
    assert (error.erp_id, error.crm_id) == (erp_id, crm_id)


@pytest.mark.scenario("CRMSynchSkippedRecords.T136_DrillDownOnIntDescriptionOpensHyperlink")
def test_the_card_of_the_sales_record_behind_a_line_leads_into_sales(world, clerk):
    world.couple_jim()
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    world.mapping().couplings.remember([Partner(adatum, account, State.COUPLED, to_crm=Outcome(Result.SKIPPED))])
    assert reverse("crm_card", args=["account", account]) in page(clerk, "synch_skipped")
    ConnectionSetup.objects.update(url="https://contoso.crm4.dynamics.com")
    assert f"id={account}" in page(clerk, "crm_card", "account", account)


@pytest.mark.scenario("CRMSynchSkippedRecords.T123_SetSelectionFilterShouldExcludeDeletedCouplings")
def test_of_the_chosen_lines_those_that_are_gone_meanwhile_are_left_out(world, clerk):
    mapping = world.mapping()
    rows = []
    for _ in range(5):
        mapping.couplings.remember([Partner(uuid.uuid4(), uuid.uuid4(), State.COUPLED, to_crm=Outcome(Result.SKIPPED))])
        rows.append(mapping.couplings.latest("pk"))
    gone = rows[2].pk
    rows[2].delete()
    clerk.post(reverse("skipped_action", args=["retry"]), {"selected": [gone, *(row.pk for row in rows if row.pk)]})
    assert mapping.couplings.exclude(RESTS).count() == 4


# --- Synchronize Now -----------------------------------------------------------------------------------------


def press(client, table: str, id: uuid.UUID, **more):
    return client.post(reverse("record_action", args=["erp", table, "synchronize"]), {"selected": [id], **more})


@pytest.mark.scenario(
    "CRMEntitySynchTest.SyncSingleSalespersonCRMModified",
    "CRMEntitySynchTest.SyncSingleSalespersonNAVModified",
    "CRMEntitySynchTest.SyncSingleSalespersonBothModified",
)
@pytest.mark.parametrize("changed", [("crm",), ("erp",), ("erp", "crm")])
def test_a_salesperson_takes_the_name_of_sales_only_after_the_person_was_told_that_it_overwrites(world, clerk, changed):
    world.couple_jim()
    if "erp" in changed:
        world.erp.edit("salesperson", world.jim, name="James Olive")
    if "crm" in changed:
        world.crm.edit("systemuser", world.jim_user, fullname="Jim O.")
    before, wanted = world.erp.values("salesperson", world.jim)["name"], world.crm.values("systemuser", world.jim_user)
    asked = press(clerk, "salesperson", world.jim).content.decode()
    assert "The values of Dynamics 365 Sales will overwrite those of Business Central." in asked
    assert world.erp.values("salesperson", world.jim)["name"] == before
    press(clerk, "salesperson", world.jim, way="get")
    jobs.run(SyncJob.objects.get().pk)
    assert world.erp.values("salesperson", world.jim)["name"] == wanted["fullname"]


@pytest.mark.scenario("CRMEntitySynchTest.SyncResourceFromResourceListPage")
def test_a_resource_is_synchronized_from_its_list_and_its_job_is_shown(standard_world, clerk):
    unit = Ref("unit_of_measure", standard_world.pieces)
    lift = standard_world.erp.add("resource", no="LIFT", name="Lift", base_unit_of_measure=unit, blocked=False)
    product = standard_world.crm.add("product", name="Old name", productnumber="LIFT", producttypecode=3, statecode=0)
    standard_world.stored("RESOURCE-PRODUCT").couplings.couple(lift, product)
    answer = press(clerk, "resource", lift, way="send")
    assert "Ready" in clerk.get(answer.url).content.decode()
    job, *_ = standard_world.run_all()
    assert (job.modified, job.failed) == (1, 0)
    assert standard_world.crm.values("product", product)["name"] == "Lift"


@pytest.mark.scenario("CRMSetupTest.SynchronizeNowNotConfirmed", "CRMSetupTest.SynchronizeNowEnumeratesAllMappings")
def test_synchronizing_modified_records_asks_first_and_then_makes_every_pass_of_every_mapping(standard_world, clerk):
    clerk.force_login(User.objects.create_superuser("annette", password="wine in a barrel 9"))
    address = reverse("synchronize_modified")
    assert "as its recurring job would" in clerk.get(address).content.decode()
    assert not SyncJob.objects.exists()
    clerk.post(address)
    wanted = {
        (mapping.name, direction.value)
        for mapping in TableMapping.objects.prioritized()
        for direction in jobs.full_synch.directions(mapping)
    }
    made = standard_world.run_all()
    assert {(job.mapping.name, job.direction) for job in made} == wanted
    assert len(made) == len(wanted)


def test_modified_records_are_synchronized_by_those_who_may_and_while_the_connection_is_enabled(world, visitor, clerk):
    assert visitor.post(reverse("synchronize_modified")).status_code == 403
    clerk.force_login(User.objects.create_superuser("annette", password="wine in a barrel 9"))
    ConnectionSetup.objects.update(is_enabled=False)
    clerk.post(reverse("synchronize_modified"))
    assert not SyncJob.objects.exists()
