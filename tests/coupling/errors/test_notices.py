"""A card tells what went wrong with its record last, once, and leads to the job; when it goes well, nothing is told."""

from __future__ import annotations

import re
import uuid

import pytest
from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.models import ConnectionSetup, SyncJob, TableMapping, User
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.rules import Direction
from integration.systems.values import Ref
from tests.coupling.conftest import page
from tests.coupling.errors.failing import TO_CRM, TO_ERP, fail
from tests.coupling.standard_world import StandardWorld, standard_world
from tests.integration.jobs_world import JobsWorld, world
from tests.pages import pressed
from tests.sync.entity_rules.cronus import Cronus

__all__ = ["standard_world", "world"]


def alerts(shown: str) -> list[str]:
    found = re.findall(r'<div class="factbox-error">(.*?)</div>', shown, flags=re.S)
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
def test_the_card_of_a_coupled_record_tells_its_last_error_once_and_leads_to_the_job(
    standard_world: StandardWorld, clerk: Client, table: str
) -> None:
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
def test_each_of_two_records_tells_its_own_error(standard_world: StandardWorld, clerk: Client, table: str) -> None:
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
def test_the_card_of_a_record_whose_first_synchronization_failed_tells_why(
    standard_world: StandardWorld, clerk: Client
) -> None:
    adatum = standard_world.customer("Adatum", "C-1")
    fail(standard_world.stored("CUSTOMER"), TO_CRM, adatum)
    assert len(alerts(page(clerk, "erp_card", "customer", adatum))) == 1


@pytest.mark.scenario(
    "CRMSynchNotifications.CustomerCardPageShowsNoNotificationAfterSuccessfulSync",
    "CRMSynchNotifications.SendResultNotificationSendsNoNotificationIfSuccessJobIsTheLast",
)
def test_after_it_went_well_nothing_is_told_any_more(world: JobsWorld, clerk: Client) -> None:
    world.couple_jim()
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    world.mapping().couplings.couple(adatum, account)
    fail(world.mapping(), TO_CRM, adatum, account)
    world.mapping().couplings.remember(
        [Pair(adatum, account, State.COUPLED, to_crm=Outcome(Result.FAILURE, "refused"))]
    )
    jobs.run(jobs.start(world.mapping(), "to_crm").pk)
    assert alerts(page(clerk, "erp_card", "customer", adatum)) == []


@pytest.mark.scenario(
    "CRMSynchNotifications.ItemCardPageIsNotShowNotificationOnDeletedFailedSyncToCRM",
    "CRMSynchNotifications.ItemCardPageIsNotShowNotificationOnDeletedFailedSyncToNAV",
)
@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_an_error_whose_job_is_no_longer_in_the_log_is_not_told(
    standard_world: StandardWorld, clerk: Client, direction: Direction
) -> None:
    mapping, item = standard_world.stored("ITEM-PRODUCT"), record(standard_world, "item")
    mapping.couplings.couple(item, uuid.uuid4())
    fail(mapping, direction, item, mapping.couplings.get(erp_id=item).crm_id).delete()
    assert alerts(page(clerk, "erp_card", "item", item)) == []


@pytest.mark.scenario(
    "CRMCouplingRecord.GetLatestErrorForFailedToCRMJob",
    "CRMCouplingRecord.GetLatestErrorForFailedToNAVJob",
    "CRMCouplingRecord.GetLatestErrorForFailedBidirectJobs",
)
def test_a_pair_that_failed_both_ways_tells_both_with_their_directions(
    standard_world: StandardWorld, clerk: Client
) -> None:
    mapping, adatum = standard_world.stored("CUSTOMER"), standard_world.customer("Adatum", "C-1")
    account = uuid.uuid4()
    mapping.couplings.couple(adatum, account)
    fail(mapping, TO_ERP, adatum, account, "The name is too long.")
    assert ["Sales → BC" in one for one in alerts(page(clerk, "erp_card", "customer", adatum))] == [True]
    fail(mapping, TO_CRM, adatum, account, "The salesperson is not coupled.")
    told = alerts(page(clerk, "erp_card", "customer", adatum))
    assert "The salesperson is not coupled." in told[0]
    assert "The name is too long." in told[1]


@pytest.mark.scenario(
    "CRMSynchNotifications.GetErrorForRecordReturnsLastError",
    "CRMSynchNotifications.GetErrorForIntRecordReturnsLastError",
)
def test_each_job_keeps_its_own_error_about_a_record_and_the_card_tells_the_last(
    standard_world: StandardWorld, clerk: Client
) -> None:
    mapping, euro = standard_world.stored("CURRENCY"), record(standard_world, "currency")
    first = fail(mapping, TO_CRM, euro, uuid.uuid4(), "Err1")
    second = fail(mapping, TO_CRM, euro, None, "Err2")
    assert [job.errors.get().message for job in (first, second)] == ["Err1", "Err2"]
    assert ["Err2" in one for one in alerts(page(clerk, "erp_card", "currency", euro))] == [True]


# --- Synchronize Now -----------------------------------------------------------------------------------------


def press(client: Client, table: str, id: uuid.UUID, **more: object) -> HttpResponse:
    return pressed(client, reverse("record_action", args=["erp", table, "synchronize"]), {"selected": [id], **more})


@pytest.mark.scenario(
    "CRMEntitySynchTest.SyncSingleSalespersonCRMModified",
    "CRMEntitySynchTest.SyncSingleSalespersonNAVModified",
    "CRMEntitySynchTest.SyncSingleSalespersonBothModified",
)
@pytest.mark.parametrize("changed", [("crm",), ("erp",), ("erp", "crm")])
def test_a_salesperson_takes_the_name_of_sales_only_after_the_person_was_told_that_it_overwrites(
    world: JobsWorld, clerk: Client, changed: tuple[str, ...]
) -> None:
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
def test_a_resource_is_synchronized_from_its_list_and_its_job_is_shown(
    standard_world: StandardWorld, clerk: Client
) -> None:
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
def test_synchronizing_modified_records_asks_first_and_then_makes_every_pass_of_every_mapping(
    standard_world: StandardWorld, clerk: Client
) -> None:
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


def test_modified_records_are_synchronized_by_those_who_may_and_while_the_connection_is_enabled(
    world: JobsWorld, visitor: Client, clerk: Client
) -> None:
    assert visitor.post(reverse("synchronize_modified")).status_code == 403
    clerk.force_login(User.objects.create_superuser("annette", password="wine in a barrel 9"))
    ConnectionSetup.objects.update(is_enabled=False)
    clerk.post(reverse("synchronize_modified"))
    assert not SyncJob.objects.exists()
