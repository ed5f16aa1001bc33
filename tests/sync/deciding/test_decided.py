"""A person compares two records and decides, field by field, which side's value goes over."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.memory.halves import DECIDED, plain
from integration.sync.memory.ledger import Agreed
from integration.sync.plan import Planner
from integration.sync.rules import Direction
from integration.sync.run import Counters, Options, Scope
from integration.sync.special.base import Run
from integration.systems.values import Side
from tests.makers import CUSTOMER_FIELDS, customer_rule, field_rule
from tests.sync.world import TO_CRM, TO_ERP, World

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
PHONE, CITY = "phone_no:telephone1", "city:address1_city"
RULE = customer_rule([*CUSTOMER_FIELDS, field_rule("priority", "numberofemployees", TO_CRM)])


def edited(world: World, **here: str) -> uuid.UUID:
    """Adatum, whose phone and city were changed on both sides."""
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, phone_no="030 1", city="Bern", **here)
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 2", address1_city="Basel")
    return adatum


def decided(world: World, adatum: uuid.UUID, direction: Direction, winners: dict[str, Side]) -> Agreed:
    """The halves of what a person decided, looked at from one direction."""
    source, destination = (world.erp, world.crm) if direction is TO_CRM else (world.crm, world.erp)
    run = Run(RULE, direction, source, destination, world.ledger(RULE), Options(), world.context)
    rows = {Side.ERP: world.customer_of(adatum), Side.CRM: world.account_of(adatum)}
    return Planner(run).decided(rows[direction.source], rows[direction.destination], winners)


def phones(world: World, adatum: uuid.UUID) -> tuple[str, str]:
    return world.customer_of(adatum).values["phone_no"], world.account_of(adatum).values["telephone1"]


@BOTH_WAYS
@pytest.mark.parametrize("winner", list(Side))
def test_the_winners_half_says_so_and_the_losers_is_its_present_value(direction: Direction, winner: Side) -> None:
    world = World()
    adatum = edited(world)
    halves = decided(world, adatum, direction, {PHONE: winner})
    assert halves == {PHONE: (DECIDED, plain("030 2")) if winner is Side.ERP else (plain("030 1"), DECIDED)}


def test_nothing_is_decided_about_a_field_that_goes_one_way() -> None:
    world = World()
    assert decided(world, edited(world), TO_CRM, {"priority:numberofemployees": Side.CRM}) == {}


@BOTH_WAYS
@pytest.mark.parametrize(("winner", "phone"), [(Side.ERP, "030 1"), (Side.CRM, "030 2")])
def test_what_was_decided_goes_over_whichever_pass_comes_first(direction: Direction, winner: Side, phone: str) -> None:
    world = World()
    adatum = edited(world)
    agreed = decided(world, adatum, TO_CRM, {PHONE: winner, CITY: winner.other})
    stored = world.pair(adatum)
    world.ledger(RULE).remember([replace(stored, agreed={**stored.agreed, **agreed}, owed_erp=True, owed_crm=True)])
    for one in (direction, direction.back, direction):
        assert world.run(one).failed == 0
    assert phones(world, adatum) == (phone, phone)
    city = "Basel" if winner is Side.ERP else "Bern"
    assert world.customer_of(adatum).values["city"] == city
    assert world.account_of(adatum).values["address1_city"] == city
    assert world.both() == (Counters(), Counters())


@BOTH_WAYS
def test_an_edit_of_the_loser_after_the_decision_loses_too(direction: Direction) -> None:
    world = World()
    adatum = edited(world)
    agreed = decided(world, adatum, TO_CRM, {PHONE: Side.ERP, CITY: Side.ERP})
    stored = world.pair(adatum)
    world.ledger(RULE).remember([replace(stored, agreed={**stored.agreed, **agreed}, owed_erp=True, owed_crm=True)])
    world.crm.edit("account", stored.crm_id, telephone1="030 3")
    for one in (direction, direction.back, direction):
        assert world.run(one).failed == 0
    assert phones(world, adatum) == ("030 1", "030 1")


@BOTH_WAYS
@pytest.mark.parametrize("winner", list(Side))
def test_send_and_get_carry_the_whole_record_and_leave_the_chosen_side_as_it_is(
    direction: Direction, winner: Side
) -> None:
    world = World()
    adatum = edited(world)
    ids = {Side.ERP: adatum, Side.CRM: world.pair(adatum).crm_id}
    chosen = {Side.ERP: world.customer_of, Side.CRM: world.account_of}[winner]
    before = chosen(adatum).values
    for one in (direction, direction.back):
        options = Options(scope=Scope.IDS, ids=(ids[one.source],), winner=winner)
        assert world.run(one, options=options).failed == 0
    assert chosen(adatum).values == before
    assert len(set(phones(world, adatum))) == 1
