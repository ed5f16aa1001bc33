"""Killed at any step and run again: every record has exactly one twin, and nobody's edit is lost."""

from __future__ import annotations

from decimal import Decimal

from integration.sync.memory.ledger import State
from integration.sync.rules import Reference
from integration.sync.run import Options, Scope
from integration.systems.values import Ref
from tests.makers import CUSTOMER_FIELDS, account, customer_rule, field_rule, firms
from tests.sync.entity_rules.cronus import Cronus, standard
from tests.sync.mortal import every_death
from tests.sync.world import TO_CRM, TO_ERP, World

SEVEN = firms(7)
CREATE = Options(create=True)
CUSTOMER = customer_rule()


def small_pages(world: World) -> World:
    world.erp.page_size = world.crm.page_size = 3
    return world


def one_twin_each(world: World) -> None:
    """As many customers as accounts, coupled one to one by name, and nothing left to do."""
    rows = world.ledger(CUSTOMER).rows
    assert {pair.state for pair in rows.values()} == {State.COUPLED}
    erp = {id: world.erp.values("customer", id)["name"] for id in world.erp.ids("customer")}
    crm = {id: world.crm.values("account", id)["name"] for id in world.crm.ids("account")}
    assert sorted(erp.values()) == sorted(crm.values()) == sorted(SEVEN)
    assert {erp[pair.erp_id] for pair in rows.values()} == set(SEVEN)
    assert all(erp[pair.erp_id] == crm[pair.crm_id] for pair in rows.values())


def synchronized(world: World) -> None:
    """Two more runs over everything write nothing."""
    world.both()
    before = world.erp.calls["insert"], world.erp.calls["update"], world.crm.calls["insert"], world.crm.calls["update"]
    world.both(scope=Scope.EVERYTHING, create=True)
    one_twin_each(world)
    after = world.erp.calls["insert"], world.erp.calls["update"], world.crm.calls["insert"], world.crm.calls["update"]
    assert before == after


def test_a_first_run_to_sales_killed_at_any_step_doubles_nobody() -> None:
    def customers() -> World:
        world = small_pages(World())
        for name in SEVEN:
            world.add_customer(name)
        return world

    def check(world: World) -> None:
        one_twin_each(world)
        synchronized(world)

    assert every_death(customers, TO_CRM, CUSTOMER, CREATE, check) > 30


def test_a_first_run_to_sales_whose_bulk_calls_tell_no_versions_killed_at_any_step_doubles_nobody() -> None:
    def customers() -> World:
        world = small_pages(World())
        world.crm.tells_versions = False
        for name in SEVEN:
            world.add_customer(name)
        return world

    assert every_death(customers, TO_CRM, CUSTOMER, CREATE, one_twin_each) > 30


def test_a_first_run_from_sales_killed_at_any_step_doubles_nobody() -> None:
    def accounts() -> World:
        world = small_pages(World())
        for name in SEVEN:
            world.crm.add("account", **account(name, ownerid=Ref("systemuser", world.jim_user)))
        return world

    assert every_death(accounts, TO_ERP, CUSTOMER, CREATE, one_twin_each) > 20


def edited() -> World:
    """Seven pairs; somebody changed the phone in Sales and somebody else the street in Business Central."""
    world = small_pages(World())
    for name in SEVEN:
        world.add_customer(name)
    world.run(TO_CRM, create=True)
    world.both()
    for number, (erp_id, pair) in enumerate(world.ledger(CUSTOMER).rows.items()):
        world.crm.edit("account", pair.crm_id, telephone1=f"030 {number}")
        world.erp.edit("customer", erp_id, address=f"Main Street {number}")
    return world


def both_edits_arrived(world: World) -> None:
    world.both()
    world.both()
    one_twin_each(world)
    for number, (erp_id, pair) in enumerate(world.ledger(CUSTOMER).rows.items()):
        erp, crm = world.erp.values("customer", erp_id), world.crm.values("account", pair.crm_id)
        assert (erp["phone_no"], erp["address"]) == (f"030 {number}", f"Main Street {number}")
        assert (crm["telephone1"], crm["address1_line1"]) == (f"030 {number}", f"Main Street {number}")


def test_edits_on_both_sides_arrive_though_the_pass_to_sales_is_killed_at_any_step() -> None:
    assert every_death(edited, TO_CRM, CUSTOMER, Options(), both_edits_arrived) > 20


def test_edits_on_both_sides_arrive_though_the_pass_from_sales_is_killed_at_any_step() -> None:
    assert every_death(edited, TO_ERP, CUSTOMER, Options(), both_edits_arrived) > 15


def test_products_killed_at_any_step_are_there_once_priced_once_and_published() -> None:
    def items() -> World:
        world = small_pages(Cronus())
        for number in range(4):
            world.item(f"10{number}", f"Bicycle {number}")
        return world

    def check(world: World) -> None:
        products = {row["productnumber"]: row for row in world.all("product")}
        assert sorted(products) == ["100", "101", "102", "103"]
        assert len(world.crm.ids("product")) == len(world.crm.ids("productpricelevel")) == 4
        assert len(world.crm.ids("pricelevel")) == 1
        assert {row["statecode"] for row in products.values()} == {0}
        assert {line["amount"] for line in world.all("productpricelevel")} == {Decimal(10)}
        assert {pair.state for pair in world.ledger(standard("ITEM-PRODUCT")).rows.values()} == {State.COUPLED}

    assert every_death(items, TO_CRM, standard("ITEM-PRODUCT"), CREATE, check) > 20


def test_customers_that_refer_to_each_other_are_joined_though_the_pass_is_killed_at_any_step() -> None:
    parent = field_rule("bill_to_customer_no", "parentaccountid", reference=Reference("customer", "account"))
    rule = customer_rule([*CUSTOMER_FIELDS, parent])

    def ring() -> World:
        world = small_pages(World())
        ids = [world.add_customer(name) for name in SEVEN]
        for payer, one in zip([*ids[1:], ids[0]], ids, strict=True):
            world.erp.edit("customer", one, bill_to_customer_no=Ref("customer", payer))
        return world

    def check(world: World) -> None:
        one_twin_each(world)
        for erp_id, pair in world.ledger(rule).rows.items():
            payer = world.erp.values("customer", erp_id)["bill_to_customer_no"]
            theirs = world.crm.values("account", pair.crm_id)["parentaccountid"]
            assert theirs == Ref("account", world.ledger(rule).rows[payer.id].crm_id)

    assert every_death(ring, TO_CRM, rule, CREATE, check) > 40
