"""Runs that die between a write and its memory, full runs behind deletions: found by the machine, kept in words."""

from __future__ import annotations

import pytest

from integration.sync.rules import ConflictPolicy, DeletionPolicy
from integration.sync.run import Options, Scope
from integration.systems.errors import TimedOut
from tests.makers import customer_rule
from tests.sync.mortal import run_until
from tests.sync.world import TO_CRM, TO_ERP, World

ALL = Scope.EVERYTHING


@pytest.fixture
def world() -> World:
    return World()


def account(world: World, name: str = "Adatum"):
    return next(id for id in world.crm.ids("account") if world.crm.values("account", id)["name"] == name)


def test_a_full_run_finds_a_deletion_though_nobody_told_it_of_one(world):
    rule = customer_rule(deletion=DeletionPolicy.RESTORE)
    world.synchronized("Adatum")
    world.synchronized("Fabrikam")
    world.crm.remove("account", account(world))
    world.run(TO_ERP, rule, scope=ALL)
    world.both(rule)
    names = {world.crm.values("account", id)["name"] for id in world.crm.ids("account")}
    assert names == {"Adatum", "Fabrikam"}


def test_a_full_run_that_dies_before_it_has_dealt_with_a_deletion_finds_it_again(world):
    rule = customer_rule(deletion=DeletionPolicy.REMOVE)
    world.synchronized("Adatum")
    world.synchronized("Fabrikam")
    world.crm.remove("account", account(world))
    for last in range(1, 40):
        if run_until(world, last, TO_ERP, rule, Options(scope=ALL)) is not None:
            break
    world.run(TO_ERP, rule)
    assert len(world.ledger(rule).rows) == 1


def test_a_full_run_reads_no_coupled_row_again_where_none_is_missing(world):
    world.synchronized("Adatum")
    before = world.crm.calls["get"]
    world.run(TO_ERP, scope=ALL)
    assert world.crm.calls["get"] == before


def test_the_edit_under_a_write_that_no_run_lived_to_remember_is_carried_by_the_next(world):
    rule = customer_rule(only_coupled=False)
    fabrikam = world.add_customer("Fabrikam")
    world.crm.fail_on("insert", TimedOut("No answer."), done=1)
    with pytest.raises(TimedOut):
        world.run(TO_CRM, rule)
    world.erp.edit("customer", fabrikam, address="Main Street 7")
    world.crm.edit("account", account(world, "Fabrikam"), address1_city="Oslo")
    assert run_until(world, 6, TO_CRM, rule, Options()) is None
    world.both(rule)
    assert world.erp.values("customer", fabrikam)["city"] == "Oslo"
    assert world.crm.values("account", account(world, "Fabrikam"))["address1_line1"] == "Main Street 7"


@pytest.mark.parametrize("policy", list(ConflictPolicy))
def test_a_write_nobody_remembers_is_not_taken_for_an_edit_that_wins_over_a_newer_one(world, policy):
    rule = customer_rule(conflict=policy)
    adatum = world.synchronized("Adatum")
    world.erp.edit("customer", adatum, city="Oslo")
    assert run_until(world, 4, TO_CRM, rule, Options()) is None
    assert world.crm.values("account", account(world))["address1_city"] == "Oslo"
    world.erp.edit("customer", adatum, city="Bergen")
    world.run(TO_ERP, rule)
    assert world.erp.values("customer", adatum)["city"] == "Bergen"


def test_the_account_of_a_customer_deleted_before_its_creation_was_remembered_brings_it_back_under_restore(world):
    adatum = world.add_customer("Adatum")
    world.crm.fail_on("insert", TimedOut("No answer."), done=1)
    with pytest.raises(TimedOut):
        world.run(TO_CRM, create=True)
    world.erp.remove("customer", adatum)
    rule = customer_rule(deletion=DeletionPolicy.RESTORE)
    world.run(TO_CRM, rule)
    world.run(TO_ERP, rule)
    assert [world.erp.values("customer", id)["name"] for id in world.erp.ids("customer")] == ["Adatum"]
