"""Systems that give their own ids: whoever dies at whatever step, every record has exactly one twin, without a mark."""

from __future__ import annotations

import pytest

from integration.sync.given_ids.marks import reserved_of
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options, Scope
from integration.systems.values import Ref, Side
from tests.makers import CUSTOMER_FIELDS, account, customer_rule, field_rule, firms
from tests.sync.mortal import every_death, run_until
from tests.sync.world import TO_CRM, TO_ERP, World

FIVE = firms(5)
CREATE = Options(create=True)
BACK_DOOR = field_rule("address_2", "address1_line2")
"""The column that carries the mark is mapped, too."""
GIVING = [(Side.ERP,), (Side.ERP, Side.CRM)]


def giving(*sides: Side) -> World:
    world = World()
    world.give_ids(*sides)
    world.erp.page_size = world.crm.page_size = 2
    return world


def mapping(world: World) -> TableRule:
    return world.described(customer_rule([*CUSTOMER_FIELDS, BACK_DOOR]))


def values(world: World, side: Side) -> dict[str, dict[str, object]]:
    system, table = (world.erp, "customer") if side is Side.ERP else (world.crm, "account")
    return {str(row["name"]): row for row in (system.values(table, id) for id in system.ids(table))}


def run_out(world: World) -> None:
    """Once the doubt is over, two more passes each way."""
    for _ in range(2):
        world.wait(minutes=11)
        world.both(mapping(world))


def one_twin_each(world: World) -> None:
    run_out(world)
    erp, crm = values(world, Side.ERP), values(world, Side.CRM)
    assert len(world.erp.ids("customer")) == len(world.crm.ids("account")) == len(FIVE)
    assert set(erp) == set(crm) == set(FIVE)
    rows = world.ledger(customer_rule()).rows
    assert {pair.state for pair in rows.values()} == {State.COUPLED}
    for pair in rows.values():
        ours, theirs = world.erp.values("customer", pair.erp_id), world.crm.values("account", pair.crm_id)
        assert ours["name"] == theirs["name"]
        assert ours["address_2"] == theirs["address1_line2"] == f"Door of {ours['name']}"
        assert ours["phone_no"] == theirs["telephone1"]


def nothing_left(world: World) -> None:
    one_twin_each(world)
    writes = [system.calls[verb] for system in (world.erp, world.crm) for verb in ("insert", "update", "delete")]
    world.both(mapping(world), scope=Scope.EVERYTHING, create=True)
    after = [system.calls[verb] for system in (world.erp, world.crm) for verb in ("insert", "update", "delete")]
    assert writes == after


def accounts(*sides: Side) -> World:
    world = giving(*sides)
    for name in FIVE:
        owner = Ref("systemuser", world.jim_user)
        world.crm.add("account", **account(name, address1_line2=f"Door of {name}", ownerid=owner))
    return world


def customers(*sides: Side) -> World:
    world = giving(*sides)
    for name in FIVE:
        world.add_customer(name, address_2=f"Door of {name}")
    return world


@pytest.mark.parametrize("sides", GIVING)
def test_accounts_become_customers_once_each_without_a_mark(sides: tuple[Side, ...]) -> None:
    world = accounts(*sides)
    counters = world.run(TO_ERP, mapping(world), CREATE)
    assert (counters.inserted, counters.failed) == (5, 0)
    assert not any(reserved_of(row["address_2"]) for row in values(world, Side.ERP).values())
    nothing_left(world)


def test_customers_become_accounts_once_each_without_a_mark() -> None:
    world = customers(Side.ERP, Side.CRM)
    counters = world.run(TO_CRM, mapping(world), CREATE)
    assert (counters.inserted, counters.failed) == (5, 0)
    nothing_left(world)


@pytest.mark.parametrize("sides", GIVING)
def test_accounts_becoming_customers_are_there_once_at_whatever_step_the_run_dies(sides: tuple[Side, ...]) -> None:
    def world() -> World:
        one = accounts(*sides)
        one.erp.tells_versions = len(sides) == 1
        return one

    assert every_death(world, TO_ERP, mapping(giving(*sides)), CREATE, one_twin_each) > 40


def test_customers_becoming_accounts_are_there_once_at_whatever_step_the_run_dies() -> None:
    def world() -> World:
        one = customers(Side.ERP, Side.CRM)
        one.crm.tells_versions = False
        return one

    rule = mapping(giving(Side.ERP, Side.CRM))
    assert every_death(world, TO_CRM, rule, CREATE, one_twin_each) > 40


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_edits_of_both_sides_arrive_at_whatever_step_a_run_dies(direction: Direction) -> None:
    def edited() -> World:
        world = customers(Side.ERP, Side.CRM)
        world.run(TO_CRM, mapping(world), CREATE)
        world.both(mapping(world))
        for number, pair in enumerate(list(world.ledger(customer_rule()).rows.values())):
            world.crm.edit("account", pair.crm_id, telephone1=f"030 {number}")
            world.erp.edit("customer", pair.erp_id, address=f"Main Street {number}")
        return world

    def arrived(world: World) -> None:
        one_twin_each(world)
        for number, pair in enumerate(world.ledger(customer_rule()).rows.values()):
            ours, theirs = world.erp.values("customer", pair.erp_id), world.crm.values("account", pair.crm_id)
            assert ours["phone_no"] == theirs["telephone1"] == f"030 {number}"
            assert ours["address"] == theirs["address1_line1"] == f"Main Street {number}"

    assert every_death(edited, direction, mapping(giving(Side.ERP, Side.CRM)), Options(), arrived) > 15


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_an_edit_of_a_row_that_a_dead_run_has_left_behind_arrives(direction: Direction) -> None:
    """Also under its mark: nothing that a person types is taken for what we wrote."""
    column = "telephone1" if direction is TO_CRM else "phone_no"
    for last in range(1, 200):
        world = customers(Side.ERP, Side.CRM) if direction is TO_CRM else accounts(Side.ERP, Side.CRM)
        survived = run_until(world, last, direction, mapping(world), CREATE) is not None
        system, table = (world.crm, "account") if direction is TO_CRM else (world.erp, "customer")
        typed = {str(system.values(table, id)["name"]): f"030 {number}" for number, id in enumerate(system.ids(table))}
        for id in system.ids(table):
            system.edit(table, id, **{column: typed[str(system.values(table, id)["name"])]})
        world.run(direction, mapping(world), CREATE)
        one_twin_each(world)
        held = values(world, direction.destination)
        assert {name: held[name][column] for name in typed} == typed, last
        if survived:
            return
    raise AssertionError("The pass never came to its end.")
