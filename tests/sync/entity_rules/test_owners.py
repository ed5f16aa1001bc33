"""Accounts become customers of their owner's salesperson; without one they wait, unless the mapping allows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.sync.rules import Direction, TableRule
from integration.sync.run import Counters
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_ERP, Cronus, changed, standard

CUSTOMER, VENDOR = "CUSTOMER", "VENDOR"
EVERY_ACCOUNT = changed(CUSTOMER, only_coupled=False)


def with_owner_field(**more: Any) -> TableRule:
    """The customer mapping, its field mapping for the owner changed."""
    fields = tuple(replace(field, **more) if field.crm_field == "ownerid" else field for field in EVERY_ACCOUNT.fields)
    return replace(EVERY_ACCOUNT, fields=fields)


@pytest.fixture
def team(cronus: Cronus) -> Ref:
    return Ref("team", cronus.crm.add("team", name="Sales West"), "Sales West")


@pytest.fixture
def anna(cronus: Cronus) -> Ref:
    """A user whom no salesperson is coupled with."""
    return Ref("systemuser", cronus.crm.add("systemuser", fullname="Anna Lidman", islicensed=True), "Anna Lidman")


def test_an_account_becomes_a_customer_of_its_owners_salesperson(cronus: Cronus) -> None:
    adatum = cronus.account("Adatum")
    assert cronus.run(TO_ERP, EVERY_ACCOUNT) == Counters(inserted=1)
    assert cronus.erp_twin(CUSTOMER, adatum)["salesperson_code"] == Ref("salesperson", cronus.jim)
    cronus.both(standard(CUSTOMER))
    assert cronus.crm.values("account", adatum)["ownerid"] == Ref("systemuser", cronus.jim_user)


def test_an_account_of_a_team_waits_and_names_the_team(cronus: Cronus, team: Ref) -> None:
    adatum = cronus.account("Adatum", ownerid=team)
    for _ in range(3):
        assert cronus.run(TO_ERP, EVERY_ACCOUNT) == Counters(failed=1)
    assert "the team “Sales West”, and a customer needs a salesperson" in cronus.messages()
    assert cronus.journal.failures[0].waiting_for == f"account/{adatum}"
    assert cronus.erp.ids("customer") == []
    cronus.crm.edit("account", adatum, ownerid=Ref("systemuser", cronus.jim_user))
    assert cronus.run(TO_ERP, EVERY_ACCOUNT).inserted == 1


def test_an_account_whose_owner_is_not_coupled_waits_until_that_user_is(cronus: Cronus, anna: Ref) -> None:
    adatum = cronus.account("Adatum", ownerid=anna)
    for _ in range(3):
        assert cronus.run(TO_ERP, EVERY_ACCOUNT) == Counters(failed=1)
    assert "The owner “Anna Lidman” is not coupled with a salesperson" in cronus.messages()
    assert cronus.journal.failures[0].waiting_for == f"systemuser/{anna.id}"
    person = cronus.erp.add("salesperson", code="AL", name="Anna Lidman")
    cronus.couple(standard("SALESPEOPLE"), person, anna.id)
    assert cronus.run(TO_ERP, EVERY_ACCOUNT).inserted == 1
    assert cronus.erp_twin(CUSTOMER, adatum)["salesperson_code"] == Ref("salesperson", person)


@pytest.mark.parametrize(
    "allowed",
    [with_owner_field(clear_on_failed=True), changed(CUSTOMER, only_coupled=False, without=("ownerid",))],
    ids=["clear value on failed synchronization", "no field mapping for the owner"],
)
def test_where_the_mapping_allows_an_unknown_owner_the_customer_has_no_salesperson(
    cronus: Cronus, team: Ref, anna: Ref, allowed: TableRule
) -> None:
    for name, owner in (("Adatum", team), ("Fabrikam", anna)):
        cronus.account(name, ownerid=owner)
    assert cronus.run(TO_ERP, allowed) == Counters(inserted=2)
    assert [cronus.erp.values("customer", id)["salesperson_code"] for id in cronus.erp.ids("customer")] == [None, None]


def test_an_account_of_a_team_waits_too_where_the_owner_field_goes_both_ways(cronus: Cronus, team: Ref) -> None:
    cronus.account("Adatum", ownerid=team)
    assert cronus.run(TO_ERP, with_owner_field(direction=Direction.BOTH)) == Counters(failed=1)
    assert "Sales West" in cronus.messages()


def test_a_coupled_customer_goes_on_when_its_account_goes_to_a_team(cronus: Cronus, team: Ref) -> None:
    adatum = cronus.customer("Adatum", "C10")
    [account] = cronus.make(CUSTOMER, adatum)
    cronus.crm.edit("account", account, ownerid=team, telephone1="030 1")
    assert cronus.run(TO_ERP, standard(CUSTOMER)) == Counters(modified=1)
    assert cronus.erp.values("customer", adatum)["salesperson_code"] == Ref("salesperson", cronus.jim)


def test_a_vendor_needs_no_purchaser_and_has_one_where_its_owner_is_coupled(cronus: Cronus, team: Ref) -> None:
    rule = changed(VENDOR, only_coupled=False)
    litware = cronus.account("Litware", customertypecode=11)
    other = cronus.account("Proseware", customertypecode=11, ownerid=team)
    assert cronus.run(TO_ERP, rule) == Counters(inserted=2)
    assert cronus.erp_twin(VENDOR, litware)["purchaser_code"] == Ref("salesperson", cronus.jim)
    assert cronus.erp_twin(VENDOR, other)["purchaser_code"] is None
