"""People of customers and vendors: their firm, who is left out, and edits on both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from integration.sync.run import Counters
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, changed, standard

CUSTOMER, VENDOR, CONTACT = "CUSTOMER", "VENDOR", "CONTACT"
FREE = changed(CONTACT, only_coupled=False)
"""CONTACT that also takes what is not coupled yet."""


@pytest.fixture
def adatum(cronus: Cronus) -> UUID:
    """A coupled customer."""
    id = cronus.customer("Adatum", "C10")
    cronus.make(CUSTOMER, id)
    return id


@pytest.fixture
def account(cronus: Cronus, adatum: UUID) -> UUID:
    return cronus.pair(adatum, standard(CUSTOMER)).crm_id


def person_there(cronus: Cronus, account: UUID | None, first: str = "Helen", last: str = "Ray", **values: Any) -> UUID:
    """A person of an account, typed in Sales."""
    parent = Ref("account", account) if account else None
    return cronus.crm.add("contact", firstname=first, lastname=last, parentcustomerid=parent, **values)


# --- to Sales ----------------------------------------------------------------------------------------------------


def test_a_person_of_a_coupled_customer_belongs_to_its_account(cronus: Cronus, adatum: UUID, account: UUID) -> None:
    [crm_id] = cronus.make(CONTACT, cronus.person(adatum, "Helen Ray"))
    helen = cronus.crm.values("contact", crm_id)
    assert (helen["firstname"], helen["lastname"]) == ("Helen", "Ray")
    assert helen["parentcustomerid"] == Ref("account", account)


def test_a_person_of_a_coupled_vendor_belongs_to_its_account(cronus: Cronus) -> None:
    litware = cronus.vendor("Litware", "V10")
    [account] = cronus.make(VENDOR, litware)
    [crm_id] = cronus.make(CONTACT, cronus.person(litware, "Tai Yee", "vendor"))
    assert cronus.crm.values("contact", crm_id)["parentcustomerid"] == Ref("account", account)


def test_a_company_that_is_customer_and_vendor_counts_as_the_customer(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    cronus.erp.add("vendor", no="V10", name="Adatum")
    company = Ref("contact", cronus.company_of(adatum))
    cronus.erp.add("contact_business_relation", contact_no=company, link_to_table=2, no="V10")
    [crm_id] = cronus.make(CONTACT, cronus.person(adatum, "Helen Ray"))
    assert cronus.crm.values("contact", crm_id)["parentcustomerid"] == Ref("account", account)


def test_a_person_waits_for_the_customer_and_follows_as_soon_as_it_is_coupled(cronus: Cronus) -> None:
    fabrikam = cronus.customer("Fabrikam", "C20")
    helen = cronus.person(fabrikam, "Helen Ray")
    assert cronus.run(TO_CRM, standard(CONTACT), create=True) == Counters(failed=1)
    assert "customer C20 is not coupled" in cronus.messages()
    cronus.make(CUSTOMER, fabrikam)
    assert cronus.run(TO_CRM, standard(CONTACT)) == Counters(inserted=1)
    assert cronus.is_coupled(CONTACT, helen)


@pytest.mark.scenario("CRMSynchRulesTest.TestSynchContactWithUnCoupledParentCustomer")
def test_a_person_of_an_uncoupled_customer_is_skipped_while_only_coupled_ones_are_wanted(cronus: Cronus) -> None:
    helen = cronus.person(cronus.customer("Fabrikam", "C20"), "Helen Ray")
    assert cronus.ids(TO_CRM, helen, rule=standard(CONTACT)) == Counters(skipped=1)
    assert cronus.journal.failures == []


@pytest.mark.scenario("CRMSynchRulesTest.TestSynchContactWithoutParentCompanyContact")
def test_a_person_without_a_company_is_reported_as_outside_the_filter_by_a_run_that_makes_nothing(
    cronus: Cronus,
) -> None:
    """The reference makes no job for it; here the run says so in its list of what was left out."""
    helen = cronus.person(None, "Helen Ray")
    assert cronus.ids(TO_CRM, helen, rule=FREE, create=True) == Counters(skipped=1)
    assert cronus.reasons() == ["It is outside the mapping's filter: company_no is blank, must not be blank."]
    assert cronus.crm.ids("contact") == []


@pytest.mark.parametrize("blocked", [1, 3])
def test_people_of_customers_outside_the_filter_are_left_out_and_do_not_fail(cronus: Cronus, blocked: int) -> None:
    cronus.person(cronus.customer("Fabrikam", "C20", blocked=blocked), "Helen Ray")
    assert cronus.run(TO_CRM, FREE) == Counters(skipped=1)
    assert "outside the filters" in cronus.reasons()[0]


@pytest.fixture
def two_mappings(cronus: Cronus) -> None:
    """Customers go by two mappings over the same two tables: those in London by one, those in Leeds by the other."""
    filters = [("city = London", "address1_city = London"), ("city = Leeds", "address1_city = Leeds")]
    pair = {("customer", "account"): filters}
    cronus.context = replace(cronus.context, filters={**cronus.context.filters, **pair})


@pytest.mark.parametrize("city", ["London", "Leeds"])
def test_people_of_a_customer_that_any_of_two_mappings_takes_wait_for_it(
    cronus: Cronus, two_mappings: None, city: str
) -> None:
    cronus.person(cronus.customer("Fabrikam", "C20", city=city), "Helen Ray")
    assert cronus.run(TO_CRM, FREE) == Counters(failed=1)
    assert "Couple it first" in cronus.messages()


def test_people_of_a_customer_that_neither_of_two_mappings_takes_are_left_out(
    cronus: Cronus, two_mappings: None
) -> None:
    cronus.person(cronus.customer("Fabrikam", "C20", city="York"), "Helen Ray")
    assert cronus.run(TO_CRM, FREE) == Counters(skipped=1)
    assert "outside the filters" in cronus.reasons()[0]


@pytest.mark.parametrize("city", ["London", "Leeds"])
def test_people_of_an_account_that_any_of_two_mappings_takes_wait_for_it(
    cronus: Cronus, two_mappings: None, city: str
) -> None:
    vendors = {("vendor", "account"): [("", "address1_city = Bath")]}
    cronus.context = replace(cronus.context, filters={**cronus.context.filters, **vendors})
    person_there(cronus, cronus.account("Fabrikam", address1_city=city))
    assert cronus.run(TO_ERP, FREE) == Counters(failed=1)


def test_people_of_a_company_that_neither_buys_nor_sells_are_left_out(cronus: Cronus) -> None:
    company = cronus.erp.add("contact", type=0, name="Woodgrove Bank")
    cronus.person(None, "Helen Ray", company_no=Ref("contact", company))
    assert cronus.run(TO_CRM, FREE) == Counters(skipped=1)
    assert "neither a customer nor a vendor" in cronus.reasons()[0]


@pytest.mark.scenario("CRMSynchRulesTest.TestCoupleCompanyContactThroughCode")
def test_a_coupled_company_contact_is_left_out(cronus: Cronus, adatum: UUID, account: UUID) -> None:
    company = cronus.company_of(adatum)
    cronus.couple(standard(CONTACT), company, person_there(cronus, account))
    counters = cronus.run(TO_CRM, standard(CONTACT))
    assert (counters.modified, counters.failed) == (0, 0)


def test_a_company_contact_that_the_filter_lets_through_is_skipped_all_the_same(cronus: Cronus, adatum: UUID) -> None:
    assert cronus.run(TO_CRM, changed(CONTACT, erp_filter=""), create=True) == Counters(skipped=1)
    assert "Company contacts" in cronus.reasons()[0]


@pytest.mark.scenario("CRMSynchRulesTest.TestChangeCoupledPersonToCompanyContactAndCoupleThroughCode")
def test_a_coupled_person_who_became_a_company_contact_is_left_out(cronus: Cronus, adatum: UUID) -> None:
    helen = cronus.person(adatum, "Helen Ray")
    cronus.make(CONTACT, helen)
    cronus.erp.edit("contact", helen, type=0, surname="Raye")
    assert cronus.run(TO_CRM, standard(CONTACT)) == Counters()
    assert cronus.twin(CONTACT, helen)["lastname"] == "Ray"


@pytest.mark.scenario("CRMSynchRulesTest.TestSynchContactCoupledToCRMContactWhileParentsAreNotCoupled")
def test_coupled_people_are_synchronized_though_their_firms_are_not_coupled(cronus: Cronus) -> None:
    helen = cronus.person(cronus.customer("Fabrikam", "C20"), "Helen Ray")
    there = person_there(cronus, cronus.account("Fabrikam"))
    cronus.couple(standard(CONTACT), helen, there)
    cronus.erp.edit("contact", helen, phone_no="030 1")
    assert cronus.ids(TO_CRM, helen, rule=standard(CONTACT)) == Counters(modified=1)
    assert cronus.crm.values("contact", there)["telephone1"] == "030 1"


def test_a_person_who_moves_to_another_customer_moves_to_its_account(cronus: Cronus, adatum: UUID) -> None:
    fabrikam = cronus.customer("Fabrikam", "C20")
    [there] = cronus.make(CUSTOMER, fabrikam)
    helen = cronus.person(adatum, "Helen Ray")
    cronus.make(CONTACT, helen)
    cronus.erp.edit("contact", helen, company_no=Ref("contact", cronus.company_of(fabrikam)))
    assert cronus.run(TO_CRM, standard(CONTACT)) == Counters(modified=1)
    assert cronus.twin(CONTACT, helen)["parentcustomerid"] == Ref("account", there)


# --- to Business Central -----------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CRMSynchRulesTest.NewCRMContactSyncedToNewNAVContactIfParentIsCoupled",
    "CRMIntTblMapHelperTests.UpdateContactBeforeInsertRecord",
)
def test_a_new_person_of_a_coupled_account_becomes_a_contact_of_the_company_with_a_number(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    helen = person_there(cronus, account)
    assert cronus.run(TO_ERP, FREE) == Counters(inserted=1)
    made = cronus.erp_twin(CONTACT, helen)
    assert made["company_no"] == Ref("contact", cronus.company_of(adatum))
    assert (made["type"], made["surname"]) == (1, "Ray")
    assert made["no"] == "CT00002"


@pytest.mark.scenario(
    "CRMSynchRulesTest.NewCRMContactCannotBeSyncedToNewNAVContactWithoutCoupledParent",
    "CRMIntTblMapHelperTests.UpdateContactBeforeInsertRecord",
)
def test_a_new_person_of_an_uncoupled_account_fails_because_the_company_does_not_exist(cronus: Cronus) -> None:
    fabrikam = cronus.account("Fabrikam")
    helen = person_there(cronus, fabrikam)
    assert cronus.ids(TO_ERP, helen, rule=standard(CONTACT), create=True) == Counters(failed=1)
    assert "company “Fabrikam” of this contact does not exist" in cronus.messages()
    assert cronus.erp.ids("contact") == []


def test_a_new_person_follows_as_soon_as_the_account_is_a_customer(cronus: Cronus) -> None:
    fabrikam = cronus.account("Fabrikam")
    person_there(cronus, fabrikam)
    assert cronus.run(TO_ERP, FREE) == Counters(failed=1)
    customer = cronus.customer("Fabrikam", "C20")
    cronus.couple(standard(CUSTOMER), customer, fabrikam)
    assert cronus.run(TO_ERP, FREE) == Counters(inserted=1)


@pytest.mark.parametrize("outside", [{"statecode": 1}, {"customertypecode": None}])
def test_people_of_accounts_outside_the_filters_are_left_out_and_do_not_fail(
    cronus: Cronus, outside: dict[str, Any]
) -> None:
    person_there(cronus, cronus.account("Fabrikam", **outside))
    assert cronus.run(TO_ERP, FREE) == Counters(skipped=1)
    assert "outside the filters" in cronus.reasons()[0]


def test_people_of_nobody_or_of_another_person_are_outside_the_filter(cronus: Cronus) -> None:
    boss = person_there(cronus, None)
    cronus.crm.add("contact", lastname="Yee", parentcustomerid=Ref("contact", boss))
    assert cronus.run(TO_ERP, FREE) == Counters()


@pytest.mark.scenario("CRMSynchRulesTest.ModifiedCRMContactSyncedToNAVContact")
def test_a_last_name_changed_in_sales_arrives_as_the_surname(cronus: Cronus, adatum: UUID) -> None:
    helen = cronus.person(adatum, "Helen Ray")
    [there] = cronus.make(CONTACT, helen)
    cronus.crm.edit("contact", there, lastname="Raye")
    assert cronus.run(TO_ERP, standard(CONTACT)) == Counters(modified=1)
    assert cronus.erp.values("contact", helen)["surname"] == "Raye"


@pytest.mark.scenario("CRMSynchRulesTest.ModifiedNAVContactSyncedToCRMContact")
def test_a_surname_changed_in_business_central_arrives_as_the_last_name(cronus: Cronus, adatum: UUID) -> None:
    helen = cronus.person(adatum, "Helen Ray")
    [there] = cronus.make(CONTACT, helen)
    cronus.erp.edit("contact", helen, surname="Raye")
    assert cronus.run(TO_CRM, standard(CONTACT)) == Counters(modified=1)
    assert cronus.crm.values("contact", there)["lastname"] == "Raye"


@pytest.mark.parametrize("coupled", [True, False])
@pytest.mark.scenario("CRMIntTblMapHelperTests.UpdateContactAfterTransferRecordFields")
def test_the_owner_of_a_person_in_sales_never_changes_the_salesperson(
    cronus: Cronus, adatum: UUID, coupled: bool
) -> None:
    helen = cronus.person(adatum, "Helen Ray", salesperson_code=Ref("salesperson", cronus.jim))
    [there] = cronus.make(CONTACT, helen)
    owner = cronus.salesperson("PS", "Peter Saddow")[1] if coupled else cronus.crm.add("systemuser", fullname="Anna")
    cronus.crm.edit("contact", there, ownerid=Ref("systemuser", owner))
    assert cronus.run(TO_ERP, standard(CONTACT)) == Counters(unchanged=1)
    assert cronus.erp.values("contact", helen)["salesperson_code"].id == cronus.jim
