"""The buttons of lists and cards: what they ask, what they start, what they refuse."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.models import SyncJob, TableMapping
from integration.models.connection.setup import ConnectionSetup
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Ref
from tests.coupling.conftest import id_of, press, read, told
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


# --- create --------------------------------------------------------------------------------------------------


def test_creating_an_account_starts_a_job_for_just_that_customer(
    clerk: Client, mapping: TableMapping, adatum: UUID
) -> None:
    answer = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")
    job = SyncJob.objects.get()
    assert answer.url == "/records/erp/customer/"
    assert reverse("synch_job", args=[job.pk]) in told(answer)[0]
    assert job.run_options.ids == (adatum,)
    assert job.run_options.create
    assert job.direction == "to_crm"


def test_creating_a_customer_from_an_account_goes_the_other_way(
    clerk: Client, mapping: TableMapping, adatum_account: UUID
) -> None:
    press(clerk, "crm", "account", "create", adatum_account, mapping="CUSTOMER", confirmed="yes")
    job = SyncJob.objects.get()
    assert (job.direction, job.run_options.ids) == ("to_erp", (adatum_account,))


def test_creating_twice_in_a_row_starts_one_job(clerk: Client, mapping: TableMapping, adatum: UUID) -> None:
    first = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")
    second = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")
    assert first.url == second.url == "/records/erp/customer/"
    assert SyncJob.objects.count() == 1


@pytest.mark.scenario("CRMIntegrationMgtTest.CreateNewRecordInCRM")
def test_creating_again_after_the_run_says_that_it_is_coupled_already_and_doubles_nothing(
    world: JobsWorld, clerk: Client
) -> None:
    world.couple_jim()
    adatum = world.add_customer("Adatum")
    press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")
    jobs.run(SyncJob.objects.get().pk)
    answer = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")
    assert read(answer)[-1] == "Coupled already: Adatum with Adatum."
    assert SyncJob.objects.get().inserted == 1
    assert len(world.crm.ids("account")) == world.mapping().couplings.count() == 1


@pytest.mark.scenario("CRMCouplingTest.SyncCustomerWithCorruptCouplingToNewCRMAccount")
def test_creating_an_account_for_a_customer_whose_account_was_deleted_makes_a_new_one(
    world: JobsWorld, clerk: Client
) -> None:
    world.couple_jim()
    adatum, lost = world.add_customer("Adatum"), uuid.uuid4()
    world.mapping().couplings.couple(adatum, lost)
    press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")
    jobs.run(SyncJob.objects.get().pk)
    assert world.mapping().couplings.get().crm_id == world.crm.ids("account")[0] != lost


def test_of_several_records_those_coupled_already_are_left_out_and_told(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    fabrikam = id_of(company, "Fabrikam")
    answer = press(clerk, "erp", "customer", "create", adatum, fabrikam, mapping="CUSTOMER", confirmed="yes")
    assert SyncJob.objects.get().run_options.ids == (fabrikam,)
    assert told(answer)[0] == "Of 2 records chosen: 1 record left out: coupled already."


def test_a_customer_outside_the_filter_is_not_created_in_sales(
    clerk: Client, mapping: TableMapping, company: MemorySystem
) -> None:
    answer = press(clerk, "erp", "customer", "create", id_of(company, "Litware"), mapping="CUSTOMER")
    assert told(answer) == [
        "The Business Central record is outside the filter of CUSTOMER: blocked is All, must be blank."
    ]
    assert not SyncJob.objects.exists()


def test_a_customer_whose_salesperson_is_not_coupled_is_refused_with_a_link_to_couple_him(
    world: JobsWorld, clerk: Client
) -> None:
    adatum = world.add_customer("Adatum")
    answer = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")
    (message,) = told(answer)
    assert "Jim Olive" in message or "JO" in message
    assert reverse("coupling", args=["SALESPEOPLE", world.jim]) in message
    assert not SyncJob.objects.exists()


def test_a_mapping_that_goes_one_way_creates_nothing_the_other_way(
    clerk: Client, mapping: TableMapping, adatum_account: UUID
) -> None:
    TableMapping.objects.update(direction="to_crm")
    answer = press(clerk, "crm", "account", "create", adatum_account, mapping="CUSTOMER", confirmed="yes")
    assert told(answer) == ["CUSTOMER does not create records in this direction."]


# --- delete coupling -----------------------------------------------------------------------------------------


def test_deleting_a_coupling_asks_first(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    shown = press(clerk, "erp", "customer", "uncouple", adatum).content.decode()
    assert "The records stay on both sides" in shown
    assert mapping.couplings.exists()
    assert not SyncJob.objects.exists()


@pytest.mark.scenario("CDSUncoupling.CustomerListUncoupleMultiple")
@pytest.mark.scenario("CDSUncoupling.CustomerListUncoupleSingle")
@pytest.mark.scenario("CDSUncoupling.CustomerCardUncouple")
def test_deleting_two_of_three_couplings_of_customers_is_one_job_and_keeps_all_records(
    world: JobsWorld, clerk: Client
) -> None:
    names = ("Adatum", "Fabrikam", "Litware", "Proseware")
    customers = [world.add_customer(name) for name in names]
    for id, name in zip(customers[:3], names[:3], strict=True):
        world.mapping().couplings.couple(id, world.add_account(name))
    press(clerk, "erp", "customer", "uncouple", customers[0], customers[2], customers[3], confirmed="yes")
    job = SyncJob.objects.get()
    assert job.kind == SyncJob.Kind.UNCOUPLE
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.uncoupled == 2
    assert world.mapping().couplings.get().erp_id == customers[1]
    assert len(world.erp.ids("customer")) == 4
    assert len(world.crm.ids("account")) == 3


@pytest.mark.scenario("CDSUncoupling.SalespersonsPurchasersUncoupleMultiple")
@pytest.mark.scenario("CDSUncoupling.SalespersonsPurchasersUncoupleSingle")
def test_couplings_of_salespeople_are_deleted_at_once_without_a_job(
    clerk: Client, connected: ConnectionSetup, company: MemorySystem
) -> None:
    people = TableMapping.objects.create(
        name="SALESPEOPLE", erp_table="salesperson", crm_table="systemuser", direction="to_erp"
    )
    ids = [company.add("salesperson", code=code, name=code) for code in ("JO", "LT", "OF", "RB")]
    for id in ids[:3]:
        people.couplings.couple(id, uuid.uuid4())
    answer = press(clerk, "erp", "salesperson", "uncouple", ids[0], ids[2], ids[3], confirmed="yes")
    assert told(answer) == [
        "2 couplings deleted; the records stay.",
        "Of 3 records chosen: 1 record left out: not coupled.",
    ]
    assert people.couplings.get().erp_id == ids[1]
    assert not SyncJob.objects.exists()


def test_deleting_the_coupling_of_a_firm_deletes_those_of_its_contacts_too(world: JobsWorld, clerk: Client) -> None:
    world.erp.check_references = False  # in this small company, contacts point to customers
    adatum = world.add_customer("Adatum", no="C-1")
    firm = world.erp.add("contact", name="Adatum", type=0)
    jane = world.erp.add("contact", first_name="Jane", type=1, company_no=Ref("customer", firm))
    world.erp.add("contact_business_relation", contact_no=Ref("contact", firm), link_to_table=1, no="C-1")
    world.mapping("CONTACT").couplings.couple(jane, uuid.uuid4())
    world.mapping().couplings.couple(adatum, world.add_account("Adatum"))
    press(clerk, "erp", "customer", "uncouple", adatum, confirmed="yes")
    jobs.run(SyncJob.objects.get().pk)
    assert not world.mapping().couplings.exists()
    assert not world.mapping("CONTACT").couplings.exists()


# --- who may, and what makes no sense ------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["create", "synchronize", "uncouple"])
def test_who_may_only_look_changes_nothing(
    visitor: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID, action: str
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    answer = press(visitor, "erp", "customer", action, adatum, mapping="CUSTOMER", way="send", confirmed="yes")
    assert answer.status_code == 403
    assert mapping.couplings.count() == 1
    assert not SyncJob.objects.exists()


def test_nothing_chosen_is_said(clerk: Client, mapping: TableMapping) -> None:
    assert told(press(clerk, "erp", "customer", "uncouple", confirmed="yes")) == ["Choose at least one record."]


def test_nonsense_is_refused_without_a_stack_trace(clerk: Client, mapping: TableMapping, adatum: UUID) -> None:
    assert told(press(clerk, "erp", "customer", "uncouple", "adatum")) == ["This page is incomplete. Load it again."]
    assert press(clerk, "erp", "customer", "explode", adatum).status_code == 404
    assert press(clerk, "erp", "customer", "create", adatum, mapping="UNICORN", confirmed="yes").status_code == 404


def test_a_way_that_does_not_exist_is_refused(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    answer = press(clerk, "erp", "customer", "synchronize", adatum, way="up")
    assert told(answer) == ["CUSTOMER does not synchronize this way."]


@pytest.mark.parametrize("address", ["https://example.com/", "//example.com/", "/\\example.com/", "javascript:1"])
def test_nobody_is_sent_elsewhere_afterwards(clerk: Client, mapping: TableMapping, adatum: UUID, address: str) -> None:
    assert press(clerk, "erp", "customer", "uncouple", adatum, back=address).url == reverse("home")
