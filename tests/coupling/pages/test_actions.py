"""The buttons of lists and cards: what they ask, what they start, what they refuse."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from integration import jobs
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.systems.values import Ref
from tests.coupling.conftest import id_of, press, told
from tests.integration.jobs_world import world
from tests.makers import account

__all__ = ["world"]


# --- create --------------------------------------------------------------------------------------------------


def test_creating_an_account_starts_a_job_for_just_that_customer(clerk, mapping, adatum):
    answer = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER")
    job = SyncJob.objects.get()
    assert answer.url == reverse("synch_job", args=[job.pk])
    assert job.run_options.ids == (adatum,)
    assert job.run_options.create
    assert job.direction == "to_crm"


def test_creating_a_customer_from_an_account_goes_the_other_way(clerk, mapping, adatum_account):
    press(clerk, "crm", "account", "create", adatum_account, mapping="CUSTOMER")
    job = SyncJob.objects.get()
    assert (job.direction, job.run_options.ids) == ("to_erp", (adatum_account,))


def test_creating_twice_in_a_row_starts_one_job(clerk, mapping, adatum):
    first = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER")
    second = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER")
    assert first.url == second.url
    assert SyncJob.objects.count() == 1


@pytest.mark.scenario("CRMIntegrationMgtTest.CreateNewRecordInCRM")
def test_creating_again_after_the_run_says_that_it_is_coupled_already_and_doubles_nothing(world, clerk):
    world.couple_jim()
    adatum = world.add_customer("Adatum")
    press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER")
    jobs.run(SyncJob.objects.get().pk)
    answer = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER")
    assert told(answer) == ["This is coupled already."]
    assert SyncJob.objects.get().inserted == 1
    assert len(world.crm.ids("account")) == world.mapping().couplings.count() == 1


@pytest.mark.scenario("CRMCouplingTest.SyncCustomerWithCorruptCouplingToNewCRMAccount")
def test_creating_an_account_for_a_customer_whose_account_was_deleted_makes_a_new_one(world, clerk):
    world.couple_jim()
    adatum, lost = world.add_customer("Adatum"), uuid.uuid4()
    world.mapping().couplings.couple(adatum, lost)
    press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER")
    jobs.run(SyncJob.objects.get().pk)
    assert world.mapping().couplings.get().crm_id == world.crm.ids("account")[0] != lost


def test_of_several_records_those_coupled_already_are_left_out_and_told(
    clerk, mapping, company, adatum, adatum_account
):
    mapping.couplings.couple(adatum, adatum_account)
    fabrikam = id_of(company, "Fabrikam")
    answer = press(clerk, "erp", "customer", "create", adatum, fabrikam, mapping="CUSTOMER")
    assert SyncJob.objects.get().run_options.ids == (fabrikam,)
    assert told(answer) == ["1 of the chosen records is coupled already and left out."]


def test_a_customer_outside_the_filter_is_not_created_in_sales(clerk, mapping, company):
    answer = press(clerk, "erp", "customer", "create", id_of(company, "Litware"), mapping="CUSTOMER")
    assert told(answer) == ["The Business Central record is outside the filter of CUSTOMER."]
    assert not SyncJob.objects.exists()


def test_a_customer_whose_salesperson_is_not_coupled_is_refused_with_a_link_to_couple_him(world, clerk):
    adatum = world.add_customer("Adatum")
    answer = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER")
    (message,) = told(answer)
    assert "Jim Olive" in message or "JO" in message
    assert reverse("coupling", args=["SALESPEOPLE", world.jim]) in message
    assert not SyncJob.objects.exists()


def test_a_mapping_that_goes_one_way_creates_nothing_the_other_way(clerk, mapping, adatum_account):
    TableMapping.objects.update(direction="to_crm")
    answer = press(clerk, "crm", "account", "create", adatum_account, mapping="CUSTOMER")
    assert told(answer) == ["CUSTOMER does not create records in this direction."]


# --- synchronize now -----------------------------------------------------------------------------------------


def test_synchronizing_a_pair_asks_which_values_are_to_stay_and_starts_nothing_yet(
    clerk, mapping, adatum, adatum_account
):
    mapping.couplings.couple(adatum, adatum_account)
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert all(f'value="{way}"' in shown for way in ("send", "get", "merge"))
    assert not SyncJob.objects.exists()


def test_synchronizing_a_pair_of_a_one_way_mapping_only_asks_for_confirmation(clerk, mapping, adatum, adatum_account):
    mapping.couplings.couple(adatum, adatum_account)
    TableMapping.objects.update(direction="to_crm")
    shown = press(clerk, "crm", "account", "synchronize", adatum_account).content.decode()
    assert "will overwrite those of Dynamics 365 Sales" in shown
    assert 'value="get"' not in shown
    assert 'name="way" value="send"' in shown


@pytest.mark.parametrize(
    ("ours", "theirs", "way"),
    [(True, False, "send"), (False, True, "get"), (True, True, "merge"), (False, False, "merge")],
)
def test_the_side_that_changed_since_both_last_agreed_is_suggested(
    clerk, mapping, company, organization, adatum, adatum_account, ours, theirs, way
):
    mapping.couplings.couple(adatum, adatum_account)
    TableMapping.objects.update(conflict="send")
    for direction in ("to_crm", "to_erp"):
        jobs.run(jobs.start(mapping, direction).pk)
    TableMapping.objects.update(conflict="none")
    if ours:
        company.edit("customer", adatum, phone_no="030 99")
    if theirs:
        organization.edit("account", adatum_account, telephone1="030 98")
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert f'value="{way}" checked' in shown
    assert shown.count("(suggested)") == 1


@pytest.mark.parametrize(
    ("way", "passes"),
    [("send", [("to_crm", True)]), ("get", [("to_erp", True)]), ("merge", [("to_crm", False), ("to_erp", False)])],
)
def test_each_way_makes_its_passes_one_behind_the_other(clerk, mapping, adatum, adatum_account, way, passes):
    mapping.couplings.couple(adatum, adatum_account)
    answer = press(clerk, "erp", "customer", "synchronize", adatum, way=way)
    made = list(SyncJob.objects.order_by("queued_at"))
    assert [(job.direction, job.run_options.force) for job in made] == passes
    assert [job.after for job in made] == [None, *made[:-1]]
    assert answer.url == reverse("synch_job", args=[made[0].pk])


def test_synchronizing_with_the_values_of_sales_writes_them_into_business_central(world, clerk):
    world.couple_jim()
    adatum, theirs = world.add_customer("Adatum"), world.crm.add("account", **account("Adatum", telephone1="030 1"))
    world.mapping().couplings.couple(adatum, theirs)
    press(clerk, "crm", "account", "synchronize", theirs, way="get")
    jobs.run(SyncJob.objects.get().pk)
    assert world.erp.values("customer", adatum)["phone_no"] == "030 1"


def test_synchronizing_a_skipped_pair_has_it_tried_again(clerk, mapping, adatum, adatum_account):
    mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, to_crm=Outcome(Result.SKIPPED))])
    press(clerk, "erp", "customer", "synchronize", adatum, way="merge")
    assert not mapping.couplings.get().skipped


def test_synchronizing_what_is_not_coupled_is_refused(clerk, mapping, adatum):
    answer = press(clerk, "erp", "customer", "synchronize", adatum)
    assert told(answer) == ["This record is not coupled."]
    assert answer.url == "/records/erp/customer/"


def test_accounts_of_two_mappings_are_synchronized_by_a_job_each(clerk, mapping, vendors, organization, adatum):
    bought, sold = id_of(organization, "Wingtip Toys"), id_of(organization, "Adatum")
    mapping.couplings.couple(adatum, sold)
    vendors.couplings.couple(uuid.uuid4(), bought)
    answer = press(clerk, "crm", "account", "synchronize", bought, sold, way="get")
    assert sorted(job.mapping.name for job in SyncJob.objects.all()) == ["CUSTOMER", "VENDOR"]
    assert answer.url == reverse("synch_jobs")


# --- delete coupling -----------------------------------------------------------------------------------------


def test_deleting_a_coupling_asks_first(clerk, mapping, adatum, adatum_account):
    mapping.couplings.couple(adatum, adatum_account)
    shown = press(clerk, "erp", "customer", "uncouple", adatum).content.decode()
    assert "The records stay on both sides" in shown
    assert mapping.couplings.exists()
    assert not SyncJob.objects.exists()


@pytest.mark.scenario("CDSUncoupling.CustomerListUncoupleMultiple")
@pytest.mark.scenario("CDSUncoupling.CustomerListUncoupleSingle")
@pytest.mark.scenario("CDSUncoupling.CustomerCardUncouple")
def test_deleting_two_of_three_couplings_of_customers_is_one_job_and_keeps_all_records(world, clerk):
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
def test_couplings_of_salespeople_are_deleted_at_once_without_a_job(clerk, connected, company):
    people = TableMapping.objects.create(
        name="SALESPEOPLE", erp_table="salesperson", crm_table="systemuser", direction="to_erp"
    )
    ids = [company.add("salesperson", code=code, name=code) for code in ("JO", "LT", "OF", "RB")]
    for id in ids[:3]:
        people.couplings.couple(id, uuid.uuid4())
    answer = press(clerk, "erp", "salesperson", "uncouple", ids[0], ids[2], ids[3], confirmed="yes")
    assert told(answer) == ["2 couplings deleted; the records stay."]
    assert people.couplings.get().erp_id == ids[1]
    assert not SyncJob.objects.exists()


def test_deleting_the_coupling_of_a_firm_deletes_those_of_its_contacts_too(world, clerk):
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
def test_who_may_only_look_changes_nothing(visitor, mapping, adatum, adatum_account, action):
    mapping.couplings.couple(adatum, adatum_account)
    answer = press(visitor, "erp", "customer", action, adatum, mapping="CUSTOMER", way="send", confirmed="yes")
    assert answer.status_code == 403
    assert mapping.couplings.count() == 1
    assert not SyncJob.objects.exists()


def test_a_link_that_somebody_clicks_changes_nothing(clerk, mapping, adatum):
    assert clerk.get(reverse("record_action", args=["erp", "customer", "uncouple"])).status_code == 405


def test_nothing_chosen_is_said(clerk, mapping):
    assert told(press(clerk, "erp", "customer", "uncouple", confirmed="yes")) == ["Choose at least one record."]


def test_nonsense_is_refused_without_a_stack_trace(clerk, mapping, adatum):
    assert told(press(clerk, "erp", "customer", "uncouple", "adatum")) == ["This page is incomplete. Load it again."]
    assert press(clerk, "erp", "customer", "explode", adatum).status_code == 404
    assert press(clerk, "erp", "customer", "create", adatum, mapping="UNICORN").status_code == 404


def test_a_way_that_does_not_exist_is_refused(clerk, mapping, adatum, adatum_account):
    mapping.couplings.couple(adatum, adatum_account)
    answer = press(clerk, "erp", "customer", "synchronize", adatum, way="up")
    assert told(answer) == ["CUSTOMER does not synchronize this way."]


@pytest.mark.parametrize("address", ["https://example.com/", "//example.com/", "/\\example.com/", "javascript:1"])
def test_nobody_is_sent_elsewhere_afterwards(clerk, mapping, adatum, address):
    assert press(clerk, "erp", "customer", "uncouple", adatum, back=address).url == reverse("home")
