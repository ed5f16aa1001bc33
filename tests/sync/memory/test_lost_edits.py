"""Runs that die between a write and its memory, full runs behind deletions: found by the machine, kept in words."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.memory.ledger import Outcome, Result, State
from integration.sync.memory.pair_states import not_made
from integration.sync.rules import ConflictPolicy, DeletionPolicy, TableRule
from integration.sync.run import Counters, Options, Scope
from integration.systems.errors import Refused, TimedOut
from integration.systems.values import Ref, Side
from tests import makers
from tests.makers import customer_rule
from tests.sync.mortal import run_until
from tests.sync.world import TO_CRM, TO_ERP, World

ALL = Scope.EVERYTHING


@pytest.fixture
def world() -> World:
    return World()


def account(world: World, name: str = "Adatum") -> uuid.UUID:
    return next(id for id in world.crm.ids("account") if world.crm.values("account", id)["name"] == name)


def dies_behind_its_write(world: World, rule: TableRule, column: str, value: str, name: str = "Adatum") -> None:
    """A pass to Sales that ends as soon as this value has arrived there, before anything of it is remembered."""
    for last in range(1, 30):
        assert run_until(world, last, TO_CRM, rule, Options()) is None
        if world.crm.values("account", account(world, name))[column] == value:
            return


def test_a_full_run_finds_a_deletion_though_nobody_told_it_of_one(world: World) -> None:
    rule = customer_rule(deletion=DeletionPolicy.RESTORE)
    world.synchronized("Adatum")
    world.synchronized("Fabrikam")
    world.crm.remove("account", account(world))
    world.run(TO_ERP, rule, scope=ALL)
    world.both(rule)
    names = {world.crm.values("account", id)["name"] for id in world.crm.ids("account")}
    assert names == {"Adatum", "Fabrikam"}


def test_a_full_run_that_dies_before_it_has_dealt_with_a_deletion_finds_it_again(world: World) -> None:
    rule = customer_rule(deletion=DeletionPolicy.REMOVE)
    world.synchronized("Adatum")
    world.synchronized("Fabrikam")
    world.crm.remove("account", account(world))
    for last in range(1, 40):
        if run_until(world, last, TO_ERP, rule, Options(scope=ALL)) is not None:
            break
    world.run(TO_ERP, rule)
    assert len(world.ledger(rule).rows) == 1


def test_a_full_run_reads_no_coupled_row_again_where_none_is_missing(world: World) -> None:
    world.synchronized("Adatum")
    before = world.crm.calls["get"]
    world.run(TO_ERP, scope=ALL)
    assert world.crm.calls["get"] == before


def test_the_edit_under_a_write_that_no_run_lived_to_remember_is_carried_by_the_next(world: World) -> None:
    rule = customer_rule(only_coupled=False)
    fabrikam = world.add_customer("Fabrikam")
    world.crm.fail_on("insert", TimedOut("No answer."), done=1)
    with pytest.raises(TimedOut):
        world.run(TO_CRM, rule)
    world.erp.edit("customer", fabrikam, address="Main Street 7")
    world.crm.edit("account", account(world, "Fabrikam"), address1_city="Oslo")
    dies_behind_its_write(world, rule, "address1_line1", "Main Street 7", "Fabrikam")
    world.both(rule)
    assert world.erp.values("customer", fabrikam)["city"] == "Oslo"
    assert world.crm.values("account", account(world, "Fabrikam"))["address1_line1"] == "Main Street 7"


@pytest.mark.parametrize("policy", list(ConflictPolicy))
def test_a_write_nobody_remembers_is_not_taken_for_an_edit_that_wins_over_a_newer_one(
    world: World, policy: ConflictPolicy
) -> None:
    rule = customer_rule(conflict=policy)
    adatum = world.synchronized("Adatum")
    world.erp.edit("customer", adatum, city="Oslo")
    dies_behind_its_write(world, rule, "address1_city", "Oslo")
    world.erp.edit("customer", adatum, city="Bergen")
    world.run(TO_ERP, rule)
    assert world.erp.values("customer", adatum)["city"] == "Bergen"
    world.run(TO_CRM, rule)
    assert world.crm.values("account", account(world))["address1_city"] == "Bergen"


@pytest.mark.parametrize("policy", list(ConflictPolicy))
def test_nor_is_it_where_somebody_has_changed_another_field_of_the_account_since(
    world: World, policy: ConflictPolicy
) -> None:
    rule = customer_rule(conflict=policy)
    adatum = world.synchronized("Adatum")
    world.erp.edit("customer", adatum, city="Oslo")
    dies_behind_its_write(world, rule, "address1_city", "Oslo")
    world.erp.edit("customer", adatum, city="Bergen")
    world.crm.edit("account", account(world), telephone1="030 1")
    world.both(rule)
    assert world.erp.values("customer", adatum)["city"] == "Bergen"
    assert world.erp.values("customer", adatum)["phone_no"] == "030 1"
    assert world.crm.values("account", account(world))["address1_city"] == "Bergen"


def test_somebodys_edit_of_the_field_that_a_dead_run_had_written_is_a_conflict_with_a_newer_one(world: World) -> None:
    adatum = world.synchronized("Adatum")
    world.erp.edit("customer", adatum, city="Oslo")
    dies_behind_its_write(world, customer_rule(), "address1_city", "Oslo")
    world.erp.edit("customer", adatum, city="Bergen")
    world.crm.edit("account", account(world), address1_city="Tromsø")
    to_crm, _ = world.both()
    assert to_crm.failed == 1
    assert world.erp.values("customer", adatum)["city"] == "Bergen"
    assert world.crm.values("account", account(world))["address1_city"] == "Tromsø"


def test_a_record_that_is_restored_and_refused_is_tried_again_once_and_never_doubled(world: World) -> None:
    rule = customer_rule(deletion=DeletionPolicy.RESTORE)
    adatum = world.synchronized("Adatum")
    world.crm.edit("account", account(world), address1_city="Oslo")
    world.erp.remove("customer", adatum)
    world.erp.fail_on("insert", Refused("The number series is used up."))
    assert world.run(TO_ERP, rule).failed == 1
    world.both(rule)
    world.both(rule)
    assert [world.erp.values("customer", id)["city"] for id in world.erp.ids("customer")] == ["Oslo"]
    assert len(world.ledger(rule).rows) == 1


def test_a_pair_that_waited_for_this_pass_and_has_lost_its_record_is_dealt_with_once(world: World) -> None:
    adatum = world.synchronized("Adatum")
    world.ledger(customer_rule()).remember([replace(world.pair(adatum), owed_crm=True)])
    world.erp.remove("customer", adatum)
    assert world.run(TO_CRM).failed == 1


def test_the_account_of_a_customer_deleted_before_its_creation_was_remembered_brings_it_back_under_restore(
    world: World,
) -> None:
    adatum = world.add_customer("Adatum")
    world.crm.fail_on("insert", TimedOut("No answer."), done=1)
    with pytest.raises(TimedOut):
        world.run(TO_CRM, create=True)
    world.erp.remove("customer", adatum)
    rule = customer_rule(deletion=DeletionPolicy.RESTORE)
    world.run(TO_CRM, rule)
    world.run(TO_ERP, rule)
    assert [world.erp.values("customer", id)["name"] for id in world.erp.ids("customer")] == ["Adatum"]


def an_account_whose_customer_was_being_made(world: World) -> uuid.UUID:
    """Fabrikam, typed in Sales, and a Business Central over the network. The pass that makes its customer ends when the
    pair is stored and nothing is written."""
    world.erp.remote = True
    values = makers.account("Fabrikam", ownerid=Ref("systemuser", world.jim_user))
    id = world.crm.add("account", **values)
    for last in range(1, 30):
        assert run_until(world, last, TO_ERP, customer_rule(), Options(create=True)) is None
        if world.ledger(customer_rule()).pairs(Side.CRM, [id]):
            assert not world.erp.ids("customer")
            return id
    raise AssertionError("The pair was never stored.")


def test_a_pass_to_sales_does_not_take_a_customer_that_is_still_to_be_made_for_deleted(world: World) -> None:
    an_account_whose_customer_was_being_made(world)

    assert world.run(TO_CRM) == Counters()
    assert world.journal.failures == []
    assert world.run(TO_ERP) == Counters(inserted=1)


def test_an_account_whose_customer_is_refused_is_not_forgotten_by_a_pass_to_sales(world: World) -> None:
    fabrikam = an_account_whose_customer_was_being_made(world)
    world.erp.fail_on("insert", Refused("The number series has run out."), times=1)
    assert world.run(TO_ERP) == Counters(failed=1)

    world.run(TO_CRM)
    place = world.ledger(customer_rule()).pairs(Side.CRM, [fabrikam])[fabrikam]
    assert (place.state, place.to_erp.result) == (State.RESERVED, Result.FAILURE)
    assert world.run(TO_ERP) == Counters(inserted=1)


def test_an_account_that_waits_for_a_user_is_not_forgotten_by_a_pass_to_sales_that_looks_at_its_place(
    world: World,
) -> None:
    fabrikam = an_account_whose_customer_was_being_made(world)
    ledger = world.ledger(customer_rule())
    place = ledger.pairs(Side.CRM, [fabrikam])[fabrikam]
    waiting = Outcome(Result.WAITING, "reference-not-coupled")
    ledger.rows[place.erp_id] = replace(not_made(place, Side.ERP), to_erp=waiting, owed_crm=True)

    world.run(TO_CRM)
    assert ledger.pairs(Side.CRM, [fabrikam])[fabrikam].to_erp == waiting
