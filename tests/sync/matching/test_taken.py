"""After Delete Coupling the account keeps the number of its customer: no second one is made beside it."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest

from integration.sync.memory.ledger import State
from integration.sync.run import Counters, Scope
from integration.systems.values import Side
from tests.sync.matching.numbers import COLUMNS, numbered
from tests.sync.world import TO_CRM, TO_ERP, World


@pytest.fixture
def world() -> World:
    world = World()
    world.crm.describe("account").fields.update(COLUMNS)
    world.crm.unique["account"] = [("bci_table", "bci_number")]
    return world


@pytest.fixture
def adatum(world: World) -> uuid.UUID:
    """Synchronized once, then its coupling was deleted; both records stayed."""
    id = world.add_customer("Adatum", no="10000")
    world.run(TO_CRM, numbered(), create=True)
    rows = world.ledger(numbered()).rows
    world.ledger(numbered()).forget([rows[id]])
    return id


def create(world: World, id: uuid.UUID) -> Counters:
    return world.ids(TO_CRM, id, rule=numbered(), create=True)


def test_creating_it_again_fails_and_names_the_account_that_has_its_number(world: World, adatum: UUID) -> None:
    (account,) = world.crm.ids("account")
    assert create(world, adatum) == Counters(failed=1)
    (failure,) = world.journal.failures
    assert failure.code == "number-taken"
    assert "Account “Adatum” has the number 10000 already" in failure.message
    assert "Couple with it" in failure.message
    assert failure.waiting_for == f"account/{account}"
    assert world.crm.ids("account") == [account]


def test_the_second_try_is_skipped_like_every_failure_that_repeats_itself(world: World, adatum: UUID) -> None:
    create(world, adatum)
    assert create(world, adatum) == Counters(skipped=1)
    assert world.pair(adatum).skipped


def test_coupling_with_the_account_that_is_named_mends_it(world: World, adatum: UUID) -> None:
    create(world, adatum)
    (account,) = world.crm.ids("account")
    world.ledger(numbered()).forget([world.pair(adatum)])
    world.couple(numbered(), adatum, account)
    world.erp.edit("customer", adatum, phone_no="030 5")
    assert world.ids(TO_CRM, adatum, rule=numbered(), force=True, winner=Side.ERP) == Counters(modified=1)
    assert world.crm.values("account", account)["telephone1"] == "030 5"


def test_clearing_the_number_in_sales_lets_a_second_account_be_made(world: World, adatum: UUID) -> None:
    create(world, adatum)
    (account,) = world.crm.ids("account")
    world.crm.edit("account", account, bci_number="")
    assert create(world, adatum) == Counters(inserted=1)
    assert world.pair(adatum).state is State.COUPLED
    assert len(world.crm.ids("account")) == 2


def test_a_vendor_of_the_same_number_is_another_one(world: World, adatum: UUID) -> None:
    (account,) = world.crm.ids("account")
    world.crm.edit("account", account, bci_table="Vendor")
    assert create(world, adatum) == Counters(inserted=1)


def asked(world: World) -> int:
    return sum(call.verb == "find" and call.table == "account" for call in world.crm.log)


def test_the_holders_of_many_numbers_are_looked_up_with_one_question_and_only_when_refused(
    world: World, adatum: UUID
) -> None:
    other = world.add_customer("Fabrikam", no="20000")
    assert create(world, other) == Counters(inserted=1)
    assert asked(world) == 0
    world.ledger(numbered()).forget([world.pair(other)])
    assert world.run(TO_CRM, numbered(), scope=Scope.EVERYTHING, create=True) == Counters(failed=2)
    assert asked(world) == 1


# --- the other way: an account that carries the number of a customer -----------------------------------------


def create_here(world: World, account: uuid.UUID) -> Counters:
    return world.ids(TO_ERP, account, rule=numbered(), create=True)


def test_an_account_that_was_uncoupled_from_its_customer_makes_no_second_one_and_names_it(
    world: World, adatum: UUID
) -> None:
    (account,) = world.crm.ids("account")
    assert create_here(world, account) == Counters(failed=1)
    (failure,) = world.journal.failures
    assert failure.code == "number-taken"
    assert "“10000 Adatum” has the number 10000 already" in failure.message
    assert "clear the account’s Business Central No. in Dynamics 365 Sales first" in failure.message
    assert failure.waiting_for == f"customer/{adatum}"
    assert world.erp.ids("customer") == [adatum]


def test_coupling_the_account_with_the_customer_it_names_mends_it(world: World, adatum: UUID) -> None:
    (account,) = world.crm.ids("account")
    create_here(world, account)
    (aside,) = world.ledger(numbered()).rows.values()
    world.ledger(numbered()).forget([aside])
    world.couple(numbered(), adatum, account)
    world.crm.edit("account", account, telephone1="030 7")
    assert world.ids(TO_ERP, account, rule=numbered(), winner=Side.CRM) == Counters(modified=1)


def test_clearing_the_number_of_the_account_lets_a_second_customer_be_made(world: World, adatum: UUID) -> None:
    (account,) = world.crm.ids("account")
    world.crm.edit("account", account, bci_number="")
    assert create_here(world, account) == Counters(inserted=1)
    assert len(world.erp.ids("customer")) == 2


def test_an_account_that_carries_the_number_of_a_vendor_becomes_a_customer(world: World, adatum: UUID) -> None:
    (account,) = world.crm.ids("account")
    world.crm.edit("account", account, bci_table="Vendor")
    assert create_here(world, account) == Counters(inserted=1)
