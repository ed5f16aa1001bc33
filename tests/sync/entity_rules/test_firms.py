"""Customers and vendors as accounts: owner, relationship type, inactive and blocked, options, salespeople."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest

from integration.sync.run import Counters
from integration.systems.values import Ref, option_id
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, changed, standard

CUSTOMER, VENDOR, SALESPEOPLE, TERMS = "CUSTOMER", "VENDOR", "SALESPEOPLE", "PAYMENT TERMS"
INACTIVE_TOO = {
    CUSTOMER: changed(CUSTOMER, erp_filter="", crm_filter="customertypecode = Customer"),
    VENDOR: changed(VENDOR, erp_filter="", crm_filter="customertypecode = Vendor"),
}
BOTH_KINDS = pytest.mark.parametrize(("mapping", "blocked_all"), [(CUSTOMER, 3), (VENDOR, 2)])


def firm(cronus: Cronus, mapping: str, name: str = "Adatum", number: str = "F10", **values: Any) -> uuid.UUID:
    return (cronus.customer if mapping == CUSTOMER else cronus.vendor)(name, number, **values)


# --- relationship type -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mapping", "relationship"), [(CUSTOMER, 3), (VENDOR, 11)])
def test_a_new_account_says_whether_it_is_a_customer_or_a_vendor(
    cronus: Cronus, mapping: str, relationship: int
) -> None:
    [crm_id] = cronus.make(mapping, firm(cronus, mapping))
    assert cronus.crm.values("account", crm_id)["customertypecode"] == relationship


def test_a_relationship_type_that_a_person_changed_stays(cronus: Cronus) -> None:
    adatum = firm(cronus, CUSTOMER)
    [crm_id] = cronus.make(CUSTOMER, adatum)
    cronus.crm.edit("account", crm_id, customertypecode=11)
    cronus.erp.edit("customer", adatum, address="Ring 5")
    cronus.run(TO_CRM, standard(CUSTOMER))
    assert cronus.crm.values("account", crm_id)["customertypecode"] == 11


def test_an_account_of_a_vendor_never_becomes_a_customer(cronus: Cronus) -> None:
    cronus.account("Litware", customertypecode=11)
    assert cronus.run(TO_ERP, changed(CUSTOMER, only_coupled=False)) == Counters()
    assert cronus.run(TO_ERP, changed(VENDOR, only_coupled=False)) == Counters(inserted=1)


# --- inactive and blocked ----------------------------------------------------------------------------------------


@BOTH_KINDS
@pytest.mark.scenario("CRMIntTblMapHelperTests.UpdateCustomerAfterTransferRecordFields")
def test_an_inactive_account_blocks_its_firm(cronus: Cronus, mapping: str, blocked_all: int) -> None:
    adatum = firm(cronus, mapping)
    [crm_id] = cronus.make(mapping, adatum)
    cronus.crm.edit("account", crm_id, statecode=1)
    assert cronus.run(TO_ERP, INACTIVE_TOO[mapping]) == Counters(modified=1)
    assert cronus.erp_twin(mapping, crm_id)["blocked"] == blocked_all


@pytest.mark.scenario("CRMIntTblMapHelperTests.UpdateCustomerAfterTransferRecordFields")
@pytest.mark.parametrize("state", [0, 1])
def test_a_customer_that_is_blocked_already_stays_as_it_is_whether_the_account_is_active_or_not(
    cronus: Cronus, state: int
) -> None:
    adatum = firm(cronus, CUSTOMER)
    [crm_id] = cronus.make(CUSTOMER, adatum)
    cronus.erp.edit("customer", adatum, blocked=1)
    cronus.crm.edit("account", crm_id, statecode=state, creditlimit=Decimal(5))
    assert cronus.run(TO_ERP, INACTIVE_TOO[CUSTOMER]) == Counters(unchanged=1)
    assert cronus.erp.values("customer", adatum)["blocked"] == 1


@BOTH_KINDS
def test_an_inactive_account_is_none_of_the_standard_mappings_business(
    cronus: Cronus, mapping: str, blocked_all: int
) -> None:
    adatum = firm(cronus, mapping)
    [crm_id] = cronus.make(mapping, adatum)
    cronus.crm.edit("account", crm_id, statecode=1)
    assert cronus.run(TO_ERP, standard(mapping)) == Counters()
    assert cronus.erp.values(standard(mapping).erp.name, adatum)["blocked"] == 0


# --- the owner ---------------------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CRMSynchHelperTest.TestUpdateOwnerIfChangedWithChange", "CDSIntegrationMgtTest.SetOwningUserSkipBusinessUnitCheck"
)
def test_an_account_that_a_team_owns_goes_to_the_user_of_the_new_salesperson(cronus: Cronus) -> None:
    adatum = firm(cronus, CUSTOMER)
    [crm_id] = cronus.make(CUSTOMER, adatum)
    peter, peter_user = cronus.salesperson("PS", "Peter Saddow")
    cronus.crm.edit("account", crm_id, ownerid=Ref("team", cronus.crm.add("team", name="Sales")))
    cronus.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", peter))
    assert cronus.run(TO_CRM, standard(CUSTOMER)) == Counters(modified=1)
    assert cronus.crm.values("account", crm_id)["ownerid"] == Ref("systemuser", peter_user)
    assert cronus.crm.values("account", crm_id)["ownerid"].table == "systemuser"


@pytest.mark.scenario("CRMIntTblMapHelperTests.UpdateCRMAccountAfterTransferRecordFields")
def test_without_the_field_mapping_no_special_rule_changes_the_owner(cronus: Cronus) -> None:
    adatum = firm(cronus, CUSTOMER)
    [crm_id] = cronus.make(CUSTOMER, adatum)
    peter, _ = cronus.salesperson("PS", "Peter Saddow")
    cronus.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", peter), phone_no="030 1")
    assert cronus.run(TO_CRM, changed(CUSTOMER, without=("ownerid",))) == Counters(modified=1)
    assert cronus.crm.values("account", crm_id)["ownerid"].id == cronus.jim_user


@pytest.mark.scenario("CRMIntTblMapHelperTests.CannotCallUpdateOwnerIfChangedIfSalespersonIsNotCoupled")
def test_a_salesperson_who_is_not_coupled_fails_the_customer_and_the_owner_stays(cronus: Cronus) -> None:
    adatum = firm(cronus, CUSTOMER)
    [crm_id] = cronus.make(CUSTOMER, adatum)
    anna = cronus.erp.add("salesperson", code="AL", name="Anna Lidman")
    cronus.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", anna))
    assert cronus.run(TO_CRM, standard(CUSTOMER)) == Counters(failed=1)
    assert "“AL” is not coupled" in cronus.messages()
    assert cronus.crm.values("account", crm_id)["ownerid"].id == cronus.jim_user


def test_a_customer_without_a_salesperson_leaves_the_owner_as_it_is(cronus: Cronus) -> None:
    adatum = firm(cronus, CUSTOMER)
    [crm_id] = cronus.make(CUSTOMER, adatum)
    cronus.erp.edit("customer", adatum, salesperson_code=None)
    cronus.run(TO_CRM, standard(CUSTOMER))
    assert cronus.crm.values("account", crm_id)["ownerid"].id == cronus.jim_user


# --- salespeople -------------------------------------------------------------------------------------------------


def user(cronus: Cronus, name: str, **values: Any) -> uuid.UUID:
    return cronus.crm.add(
        "systemuser", fullname=name, **{"isdisabled": False, "islicensed": True, "isintegrationuser": False, **values}
    )


def test_users_become_salespeople_but_the_one_we_work_as_does_not(cronus: Cronus) -> None:
    user(cronus, "Peter Saddow", internalemailaddress="peter@contoso.example")
    user(cronus, "Integration", id=cronus.context.user_id)
    assert cronus.run(TO_ERP, standard(SALESPEOPLE), create=True) == Counters(inserted=1, skipped=1, unchanged=1)
    assert {cronus.erp.values("salesperson", id)["name"] for id in cronus.erp.ids("salesperson")} == {
        "Jim Olive", "Peter Saddow",
    }  # fmt: skip
    assert cronus.reasons() == ["The integration user is not a salesperson."]


@pytest.mark.parametrize("no_person", [{"isdisabled": True}, {"islicensed": False}, {"isintegrationuser": True}])
def test_users_that_are_no_people_at_work_do_not_become_salespeople(cronus: Cronus, no_person: dict[str, bool]) -> None:
    user(cronus, "Peter Saddow", **no_person)
    assert cronus.run(TO_ERP, standard(SALESPEOPLE), create=True).inserted == 0


# --- options -----------------------------------------------------------------------------------------------------


def test_codes_are_linked_to_the_options_of_their_label(cronus: Cronus) -> None:
    terms = cronus.erp.add("payment_terms", code="NET 60")
    assert cronus.run(TO_CRM, standard(TERMS), create=True) == Counters(coupled=1)
    assert cronus.twin(TERMS, terms)["label"] == "Net 60"


def test_an_option_keeps_its_label_and_a_code_without_one_makes_none(cronus: Cronus) -> None:
    labels = [row["label"] for row in cronus.all("account.paymenttermscode")]
    cronus.erp.add("payment_terms", code="COD")
    cronus.erp.add("payment_terms", code="1M(8D)")
    assert cronus.run(TO_CRM, standard(TERMS), create=True) == Counters(coupled=1, skipped=1)
    assert [row["label"] for row in cronus.all("account.paymenttermscode")] == labels
    assert cronus.reasons() == ["There is no matching option on the other side."]


def test_an_option_stays_coupled_when_somebody_gives_the_code_another_name(cronus: Cronus) -> None:
    terms = cronus.erp.add("payment_terms", code="COD")
    cronus.run(TO_CRM, standard(TERMS), create=True)
    cronus.erp.edit("payment_terms", terms, code="CASH")
    cronus.run(TO_CRM, standard(TERMS))
    assert cronus.twin(TERMS, terms)["label"] == "COD"


def test_payment_terms_arrive_as_their_option_and_come_back_as_their_code(cronus: Cronus) -> None:
    cod, net = cronus.erp.add("payment_terms", code="COD"), cronus.erp.add("payment_terms", code="NET 60")
    cronus.run(TO_CRM, standard(TERMS), create=True)
    adatum = firm(cronus, CUSTOMER, payment_terms_code=Ref("payment_terms", cod))
    [crm_id] = cronus.make(CUSTOMER, adatum)
    assert cronus.crm.values("account", crm_id)["paymenttermscode"] == 3
    cronus.crm.edit("account", crm_id, paymenttermscode=2)
    cronus.run(TO_ERP, standard(CUSTOMER))
    assert cronus.erp.values("customer", adatum)["payment_terms_code"].id == net


def test_payment_terms_without_an_option_leave_it_blank_and_do_not_fail(cronus: Cronus) -> None:
    terms = cronus.erp.add("payment_terms", code="1M(8D)")
    [crm_id] = cronus.make(CUSTOMER, firm(cronus, CUSTOMER, payment_terms_code=Ref("payment_terms", terms)))
    assert cronus.crm.values("account", crm_id)["paymenttermscode"] is None


def test_two_options_of_the_same_label_are_left_to_a_person(cronus: Cronus) -> None:
    name = "account.paymenttermscode"
    cronus.crm.add(name, id=option_id(name, 4), value=4, label="cod")
    cronus.erp.add("payment_terms", code="COD")
    assert cronus.run(TO_CRM, standard(TERMS), create=True) == Counters(failed=1)
    assert cronus.journal.failures[0].code == "ambiguous-match"
