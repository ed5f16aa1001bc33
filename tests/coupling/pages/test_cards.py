"""Cards of single records, and the links between the two systems."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.models import ConnectionSetup, SyncError, SyncJob, TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State, Wait
from integration.systems.errors import TimedOut, Unreachable
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Ref, Side
from tests.coupling.conftest import id_of, page
from tests.people import signed_in


def compared(client: Client, side: str, table: str, id: object) -> str:
    """The comparison that the card loads, as who has no scripts sees it."""
    assert f"/records/{side}/{table}/{id}/comparison/" in page(client, f"{side}_card", table, id)
    return page(client, "record_comparison", side, table, id)


def test_a_card_shows_both_records_and_marks_what_differs(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    company.edit("customer", adatum, phone_no="030 99")
    for side, table, id in (("erp", "customer", adatum), ("crm", "account", adatum_account)):
        shown = compared(clerk, side, table, id)
        assert shown.count('class="differs') == 1
        assert shown.count("030 99") == 1
        assert "2 fields agree" in shown


@pytest.mark.scenario("NavigatetoCRMfromNAVTest.TestNavigateToCRMAccountFromCustomerCard")
@pytest.mark.scenario("CRMIntegrationMgtTest.ShowCoupledCRMEntityOpensHyperlinkIfCoupled")
@pytest.mark.scenario("CRMIntegrationMgtTest.HyperlinkForCustomer")
def test_a_card_leads_to_the_account_in_sales_while_it_is_coupled(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    link = f"https://contoso.crm4.dynamics.com/main.aspx?pagetype=entityrecord&amp;etn=account&amp;id={adatum_account}"
    assert "main.aspx" not in page(clerk, "erp_card", "customer", adatum)
    mapping.couplings.couple(adatum, adatum_account)
    assert f'href="{link}"' in page(clerk, "erp_card", "customer", adatum)
    assert f'href="{link}"' in page(clerk, "crm_card", "account", adatum_account)
    mapping.couplings.uncouple([adatum])
    assert "main.aspx" not in page(clerk, "erp_card", "customer", adatum)


def test_the_fields_of_a_card_come_in_groups_with_their_labels(
    clerk: Client, mapping: TableMapping, adatum: UUID
) -> None:
    shown = page(clerk, "erp_card", "customer", adatum)
    general, address = shown.index("<summary>General<"), shown.index("<summary>Address &amp; Contact<")
    assert general < shown.index("C-ADATUM", general) < address < shown.index("Zürich", general)


def test_a_card_of_business_central_works_while_sales_does_not_answer(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    organization.fail_on("describe", Unreachable("The organization cannot be reached."), times=9)
    calls = sum(organization.calls.values())
    shown = page(clerk, "erp_card", "customer", adatum)
    assert "Zürich" in shown
    assert "Delete Coupling" in shown
    assert sum(organization.calls.values()) == calls
    silent = compared(clerk, "erp", "customer", adatum)
    assert "The organization cannot be reached." in silent
    assert "Ask again" in silent


def test_a_card_of_sales_tells_its_coupling_while_sales_does_not_answer(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    organization.fail_on("describe", Unreachable("The organization cannot be reached."), times=9)
    shown = page(clerk, "crm_card", "account", adatum_account)
    assert "The organization cannot be reached." in shown
    assert reverse("erp_card", args=["customer", adatum]) in shown


def test_a_card_of_a_deleted_customer_lets_its_coupling_be_deleted(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    company.remove("customer", adatum)
    shown = page(clerk, "erp_card", "customer", adatum)
    assert "does not exist any more" in shown
    assert "Delete Coupling" in shown


def test_a_card_says_that_the_coupled_account_is_gone(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    organization.remove("account", adatum_account)
    shown = compared(clerk, "erp", "customer", adatum)
    assert "The coupled record in Dynamics 365 Sales does not exist any more." in shown


def test_a_record_that_nobody_has_is_not_found(clerk: Client, mapping: TableMapping) -> None:
    assert clerk.get(reverse("erp_card", args=["customer", uuid.uuid4()])).status_code == 404
    assert clerk.get(reverse("crm_card", args=["account", uuid.uuid4()])).status_code == 404


def test_a_card_tells_why_the_record_was_skipped(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    failed = Outcome(Result.SKIPPED, "invalid-value")
    mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, to_crm=failed)])
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm")
    told = "Name is too long: 160 characters at most."
    SyncError.objects.create(
        job=job, mapping=mapping, direction="to_crm", erp_id=adatum, code="invalid-value", message=told
    )
    for name, table, id in (("erp_card", "customer", adatum), ("crm_card", "account", adatum_account)):
        shown = page(clerk, name, table, id)
        assert told in shown
        assert "Skipped" in shown
        assert "The other side does not take a value" in shown
        assert "Correct the value, or add a transformation rule." in shown


def test_a_card_leads_to_the_record_that_is_waited_for(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    jim = company.add("salesperson", code="JO", name="Jim Olive")
    waiting = Outcome(Result.WAITING, "reference-not-coupled")
    waits = frozenset((Wait(Side.CRM, "salesperson", jim),))
    mapping.couplings.remember([Pair(adatum, adatum_account, State.RESERVED, to_crm=waiting, waits=waits)])
    shown = page(clerk, "erp_card", "customer", adatum)
    assert "Waiting" in shown
    assert reverse("erp_card", args=["salesperson", jim]) in shown
    assert ">Waits for this one<" in shown
    done = Pair(adatum, adatum_account, State.COUPLED, to_crm=Outcome(Result.SUCCESS), waits=waits)
    mapping.couplings.remember([done])
    shown = page(clerk, "erp_card", "customer", adatum)
    assert ">One value is carried once this one is coupled<" in shown
    assert "Waits for this one" not in shown


@pytest.mark.scenario("CRMCouplingRecord.CustomerCardCRMControlsVisibility")
def test_the_card_has_its_buttons_for_sales_only_while_the_connection_is_enabled(
    clerk: Client, mapping: TableMapping, adatum: UUID
) -> None:
    shown = page(clerk, "erp_card", "customer", adatum)
    assert "Create Account in Dynamics 365 Sales" in shown
    assert "Set Up Coupling" in shown
    ConnectionSetup.objects.update(is_enabled=False)
    shown = page(clerk, "erp_card", "customer", adatum)
    assert "Create Account" not in shown
    assert "Set Up Coupling" not in shown


@pytest.mark.scenario("CRMSynchRulesTest.TestCoupleCompanyContactThroughUI")
@pytest.mark.scenario("CRMSynchRulesTest.TestCoupleContactWithoutParentCompanyContact")
def test_companies_and_people_without_a_company_cannot_be_coupled_as_contacts(
    clerk: Client, mapping: TableMapping, company: MemorySystem
) -> None:
    TableMapping.objects.create(
        name="CONTACT", erp_table="contact", crm_table="contact", direction="both",
        erp_filter="type = Person and company_no is not blank",
    )  # fmt: skip
    company.check_references = False
    firm = company.add("contact", name="Adatum", type=0)
    alone = company.add("contact", name="Jane Dow", type=1)
    works = company.add("contact", name="Jim Glynn", type=1, company_no=Ref("customer", firm))
    for id, offered in ((firm, False), (alone, False), (works, True)):
        shown = page(clerk, "erp_card", "contact", id)
        assert ("Create Contact in Dynamics 365 Sales" in shown) is offered
        assert ("Set Up Coupling" in shown) is offered
        assert ("outside the filter" in shown) is not offered


def test_an_account_is_offered_to_become_what_its_relationship_says(
    clerk: Client, mapping: TableMapping, vendors: TableMapping, organization: MemorySystem
) -> None:
    for name, offered in (("Adatum", "Create Customer"), ("Wingtip Toys", "Create Vendor")):
        shown = page(clerk, "crm_card", "account", id_of(organization, name))
        assert f"{offered} in Business Central" in shown


def test_who_may_edit_is_led_to_it_from_the_card_and_from_the_list(
    clerk: Client, mapping: TableMapping, adatum: UUID
) -> None:
    address = reverse("record_edit", args=["customer", adatum])
    assert address not in page(clerk, "erp_card", "customer", adatum)
    editor = signed_in("ann", rights=("edit_record",))
    assert address in page(editor, "erp_card", "customer", adatum)
    assert reverse("record_new", args=["customer"]) in page(editor, "erp_list", "customer")


@pytest.mark.scenario("CRMIntegrationMgtTest.OpenCustomerCardPageForCoupledCRMAccount")
def test_the_link_from_sales_opens_the_coupled_customer(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    answer = clerk.get(reverse("open", args=["account", adatum_account]))
    assert answer.url == reverse("erp_card", args=["customer", adatum])


@pytest.mark.scenario("CRMIntegrationMgtTest.OpeSalesPersonCardPageForCoupledCRMSysuser")
def test_the_link_from_sales_takes_the_entity_in_any_case(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem
) -> None:
    people = TableMapping.objects.create(
        name="SALESPEOPLE", erp_table="salesperson", crm_table="systemuser", direction="to_erp"
    )
    jim = company.add("salesperson", code="JO", name="Jim Olive")
    people.couplings.couple(jim, organization.user_id)
    answer = clerk.get(reverse("open", args=["SystemUser", organization.user_id]))
    assert answer.url == reverse("erp_card", args=["salesperson", jim])


@pytest.mark.scenario("CRMIntegrationMgtTest.OpenResourceCardPageForCoupledCRMProduct")
def test_the_link_from_sales_to_a_product_opens_the_item_or_the_resource_it_is(
    clerk: Client, connected: ConnectionSetup, organization: MemorySystem
) -> None:
    for name, table in (("ITEM-PRODUCT", "item"), ("RESOURCE-PRODUCT", "resource")):
        made = TableMapping.objects.create(name=name, erp_table=table, crm_table="product", direction="to_crm")
        ours, theirs = uuid.uuid4(), organization.add("product", name=name)
        made.couplings.couple(ours, theirs)
        assert clerk.get(reverse("open", args=["product", theirs])).url == reverse("erp_card", args=[table, ours])


def test_the_link_from_sales_to_an_uncoupled_account_offers_to_create_and_to_couple(
    clerk: Client, mapping: TableMapping, adatum_account: UUID
) -> None:
    answer = clerk.get(reverse("open", args=["account", adatum_account]), follow=True)
    shown = answer.content.decode()
    assert "Create Customer in Business Central" in shown
    assert reverse("coupling_from", args=["CUSTOMER", adatum_account]) in shown


def test_a_card_of_sales_shows_what_is_known_before_sales_answers_and_then_the_record(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    agreed = {"name:name": ("Adatum", "Adatum"), "city:address1_city": ("Zürich", "Zürich")}
    mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, "1", "1", agreed)])
    organization.fail_on("get", TimedOut("contoso did not answer in time."), times=1)
    shown = page(clerk, "crm_card", "account", adatum_account)
    assert "<h1>Adatum</h1>" in shown
    assert '<dd dir="auto">Zürich</dd>' in shown
    assert 'hx-get="?wait=1" hx-trigger="load"' in shown
    assert '<a href="?wait=1">Show the record when Sales has answered</a>' in shown
    assert '<noscript><meta http-equiv="refresh" content="0; url=?wait=1"></noscript>' in shown
    assert "does not answer" not in shown

    answered = clerk.get(reverse("crm_card", args=["account", adatum_account]), {"wait": "1"}).content.decode()
    assert "As both sides agreed last" not in answered
    assert 'hx-get="?wait=1"' not in answered


def test_a_card_of_sales_that_waited_in_vain_says_so_and_asks_again(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    organization.fail_on("get", TimedOut("contoso did not answer in time."), times=9)
    for agreed, known in (({}, False), ({"name:name": ("Adatum", "Adatum")}, True)):
        mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, "1", "1", agreed)])
        address = reverse("crm_card", args=["account", adatum_account])
        shown = clerk.get(address, {"wait": "1"}).content.decode()
        assert "contoso did not answer in time." in shown
        assert '<a href="?wait=1">Ask again</a>' in shown
        assert ("what Business Central knows of the record" in shown) is known


def test_an_uncoupled_card_of_sales_waits_with_its_id(
    clerk: Client, mapping: TableMapping, organization: MemorySystem
) -> None:
    organization.fail_on("get", TimedOut("contoso did not answer in time."), times=1)
    shown = page(clerk, "crm_card", "account", uuid.UUID(int=5))
    assert str(uuid.UUID(int=5)) in shown
    assert 'hx-get="?wait=1"' in shown
    assert clerk.get(reverse("crm_card", args=["account", uuid.UUID(int=5)]), {"wait": "1"}).status_code == 404


def test_a_card_calls_the_account_by_the_name_that_was_agreed_last_before_sales_is_asked(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    link = f'href="{reverse("crm_card", args=["account", adatum_account])}">'
    agreed = {"city:address1_city": ("Zürich", "Zürich"), "name:name": ("Adatum", "Adatum Corporation")}
    for known, called in ((agreed, "Adatum Corporation"), ({}, "Account")):
        mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, "1", "1", known)])
        calls = sum(organization.calls.values())
        assert f"{link}{called}</a>" in page(clerk, "erp_card", "customer", adatum)
        assert sum(organization.calls.values()) == calls
