"""Lists and cards of records, Set Up Coupling, and what their buttons do."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from integration.models import SyncJob, TableMapping
from integration.sync.ledger import Partner, State
from integration.systems.base import Ref
from integration.systems.errors import Unreachable
from tests.coupling.conftest import id_of


@pytest.fixture
def adatum(company):
    return id_of(company, "Adatum")


@pytest.fixture
def adatum_account(organization):
    return id_of(organization, "Adatum")


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_customer_list_shows_who_is_coupled(clerk, mapping, adatum, adatum_account):
    mapping.couplings.couple(adatum, adatum_account)
    shown = page(clerk, "erp_list", "customer", state="coupled")
    assert "Adatum" in shown
    assert "Fabrikam" not in shown
    shown = page(clerk, "erp_list", "customer", state="uncoupled")
    assert "Adatum" not in shown
    assert "Fabrikam" in shown


def test_a_search_finds_customers_by_a_part_of_their_name_without_regard_to_case(clerk, mapping):
    shown = page(clerk, "erp_list", "customer", q="fabri")
    assert "Fabrikam" in shown
    assert "Litware" not in shown


def test_a_list_asks_our_database_the_same_for_few_rows_and_for_many(
    clerk, mapping, company, django_assert_num_queries
):
    with django_assert_num_queries(7) as few:
        page(clerk, "erp_list", "customer")
    for number in range(20):
        company.add("customer", name=f"Wingtip Branch {number}", blocked=0)
    with django_assert_num_queries(len(few.captured_queries)):
        page(clerk, "erp_list", "customer")


def test_the_csv_of_a_list_lets_no_name_become_a_formula(clerk, mapping, company):
    company.add("customer", name="=HYPERLINK(1)", blocked=0)
    answer = clerk.get(reverse("erp_list", args=["customer"]), {"format": "csv"})
    assert "'=HYPERLINK(1)" in answer.content.decode()


def test_a_card_shows_both_records_and_marks_what_differs(clerk, mapping, company, adatum, adatum_account):
    mapping.couplings.couple(adatum, adatum_account)
    company.edit("customer", adatum, phone_no="030 99")
    shown = page(clerk, "erp_card", "customer", adatum)
    assert shown.count('class="differs"') == 1
    assert "030 99" in shown
    assert f"main.aspx?pagetype=entityrecord&amp;etn=account&amp;id={adatum_account}" in shown


def test_a_card_suggests_the_way_of_the_side_that_changed(
    clerk, mapping, company, organization, adatum, adatum_account
):
    ours = company.get("customer", [adatum], [])[adatum].version
    theirs = organization.get("account", [adatum_account], [])[adatum_account].version
    mapping.couplings.remember([Partner(adatum, adatum_account, State.COUPLED, ours, theirs)])
    company.edit("customer", adatum, phone_no="030 99")
    assert "Send: Business Central&#x27;s values to Sales (suggested)" in page(clerk, "erp_card", "customer", adatum)


def test_a_card_says_so_when_sales_does_not_answer(clerk, mapping, organization, adatum, adatum_account):
    mapping.couplings.couple(adatum, adatum_account)
    organization.fail_on("describe", Unreachable("The organization cannot be reached."), times=9)
    shown = page(clerk, "erp_card", "customer", adatum)
    assert "The organization cannot be reached." in shown
    assert "Adatum" in shown


def test_creating_an_account_from_a_card_starts_a_job_for_just_that_customer(clerk, mapping, adatum):
    address = reverse("record_action", args=["CUSTOMER", "create"])
    answer = clerk.post(address, {"side": "erp", "selected": [adatum], "back": "/"})
    job = SyncJob.objects.get()
    assert answer.url == reverse("synch_job", args=[job.pk])
    assert job.run_options.ids == (adatum,)
    assert job.run_options.create


def test_creating_twice_says_that_it_is_coupled_already(clerk, mapping, adatum, adatum_account):
    mapping.couplings.couple(adatum, adatum_account)
    address = reverse("record_action", args=["CUSTOMER", "create"])
    answer = clerk.post(address, {"side": "erp", "selected": [adatum], "back": "/records/erp/customer/"}, follow=True)
    assert "This is coupled already." in answer.content.decode()
    assert not SyncJob.objects.exists()


def test_set_up_coupling_offers_only_free_accounts_inside_the_filter(clerk, mapping, company, organization, adatum):
    mapping.couplings.couple(id_of(company, "Fabrikam"), id_of(organization, "Coho Winery"))
    shown = page(clerk, "coupling", "CUSTOMER", adatum, q="")
    assert "Adatum" in shown
    assert "Coho Winery" not in shown
    assert "Wingtip Toys" not in shown


def test_coupling_with_the_values_of_business_central_couples_and_sends(clerk, mapping, adatum, adatum_account):
    address = reverse("coupling_set", args=["CUSTOMER", adatum])
    clerk.post(address, {"crm_id": adatum_account, "after": "send"})
    assert mapping.couplings.get().crm_id == adatum_account
    job = SyncJob.objects.get()
    assert (job.direction, job.run_options.force) == ("to_crm", True)


def test_an_account_that_somebody_else_has_coupled_meanwhile_is_refused(
    clerk, mapping, company, adatum, adatum_account
):
    mapping.couplings.couple(id_of(company, "Fabrikam"), adatum_account)
    answer = clerk.post(reverse("coupling_set", args=["CUSTOMER", adatum]), {"crm_id": adatum_account}, follow=True)
    assert "already coupled with another record" in answer.content.decode()
    assert mapping.couplings.count() == 1


def test_a_stale_coupling_of_a_deleted_customer_gives_way(clerk, mapping, company, adatum, adatum_account):
    fabrikam = id_of(company, "Fabrikam")
    mapping.couplings.couple(fabrikam, adatum_account)
    company.remove("customer", fabrikam)
    clerk.post(reverse("coupling_set", args=["CUSTOMER", adatum]), {"crm_id": adatum_account})
    assert mapping.couplings.get().erp_id == adatum


def test_delete_coupling_keeps_both_records(clerk, mapping, company, organization, adatum, adatum_account):
    mapping.couplings.couple(adatum, adatum_account)
    address = reverse("record_action", args=["CUSTOMER", "uncouple"])
    clerk.post(address, {"side": "crm", "selected": [adatum_account], "back": "/records/crm/account/"})
    assert not mapping.couplings.exists()
    assert adatum in company.ids("customer")
    assert adatum_account in organization.ids("account")


def test_the_link_from_sales_opens_the_coupled_customer(clerk, mapping, adatum, adatum_account):
    mapping.couplings.couple(adatum, adatum_account)
    answer = clerk.get(reverse("open", args=["account", adatum_account]))
    assert answer.url == reverse("erp_card", args=["customer", adatum])


def test_the_link_from_sales_to_an_uncoupled_account_offers_to_create_the_customer(clerk, mapping, adatum_account):
    answer = clerk.get(reverse("open", args=["account", adatum_account]), follow=True)
    assert "Create Customer in Business Central" in answer.content.decode()


@pytest.mark.parametrize("action", ["create", "send", "get", "merge", "uncouple"])
def test_who_may_only_look_changes_nothing(visitor, mapping, adatum, adatum_account, action):
    mapping.couplings.couple(adatum, adatum_account)
    address = reverse("record_action", args=["CUSTOMER", action])
    assert visitor.post(address, {"side": "erp", "selected": [adatum]}).status_code == 403
    assert visitor.post(reverse("coupling_set", args=["CUSTOMER", adatum])).status_code == 403
    assert mapping.couplings.count() == 1
    assert not SyncJob.objects.exists()


def test_nobody_gets_in_without_signing_in(client, mapping, adatum):
    for address in (reverse("erp_list", args=["customer"]), reverse("erp_card", args=["customer", adatum])):
        assert client.get(address).url.startswith(reverse("login"))


def test_a_table_that_is_not_there_is_not_found(clerk, mapping):
    assert clerk.get(reverse("erp_list", args=["unicorn"])).status_code == 404


def test_uncoupling_a_firm_uncouples_its_contacts_too(clerk, mapping, company, adatum, adatum_account):
    company.check_references = False  # in this small company, contacts point to customers
    firm = company.add("contact", name="Adatum", type=0)
    jane = company.add("contact", first_name="Jane", type=1, company_no=Ref("customer", firm))
    company.add("contact_business_relation", contact_no=Ref("contact", firm), link_to_table=1, no="C-Adatum")
    people = TableMapping.objects.create(name="CONTACT", erp_table="contact", crm_table="contact", direction="both")
    people.couplings.couple(jane, uuid.uuid4())
    mapping.couplings.couple(adatum, adatum_account)
    address = reverse("record_action", args=["CUSTOMER", "uncouple"])
    clerk.post(address, {"side": "erp", "selected": [adatum], "back": "/records/erp/customer/"})
    assert not mapping.couplings.exists()
    assert not people.couplings.exists()
