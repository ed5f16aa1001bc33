"""A field mapping that is enabled among coupled records: who wins, and how unchanged records learn of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.sync.rules import Direction, TableRule
from integration.sync.run import Scope
from integration.systems.values import Side
from tests.makers import customer_rule, field_rule
from tests.sync.world import TO_CRM, TO_ERP, World

NAME = field_rule("name", "name")
EVERYTHING = {"scope": Scope.EVERYTHING}


def enabled(city: str, other: str, first_wins: Side | None = None, direction: Direction = Direction.BOTH) -> Any:
    """Adatum, coupled by its name and seen by both passes; then the city becomes a field of the mapping."""
    world = World()
    before = customer_rule([NAME], crm_filter="")
    world.add_customer("Adatum", city=city)
    world.run(TO_CRM, before, create=True)
    [erp_id] = world.erp.ids("customer")
    crm_id = world.pair(erp_id, before).crm_id
    world.crm.edit("account", crm_id, address1_city=other)
    world.both(before)
    field = field_rule("city", "address1_city", direction, first_wins=first_wins, revision=1)
    ledger = world.ledger(before)
    ledger.remember([replace(ledger.rows[erp_id], seen_erp="", seen_crm="")])
    return world, replace(before, fields=(NAME, field))


def cities(world: World, rule: TableRule) -> tuple[str, str]:
    [erp_id] = world.erp.ids("customer")
    crm_id = world.pair(erp_id, rule).crm_id
    other = world.crm.get("account", [crm_id], ["address1_city"])[crm_id].values["address1_city"]
    return str(world.customer_of(erp_id).values["city"]), str(other)


def synchronized(world: World, rule: TableRule) -> bool:
    return all(not (c.modified or c.failed) for _ in range(2) for c in world.both(rule))


@pytest.mark.parametrize(("winner", "city"), [(Side.ERP, "Berlin"), (Side.CRM, "Basel")])
def test_the_side_that_a_person_chose_wins_though_nobody_changed_the_records(winner: Side, city: str) -> None:
    world, rule = enabled("Berlin", "Basel", winner)
    world.both(rule, **EVERYTHING)
    assert cities(world, rule) == (city, city)
    assert synchronized(world, rule)


@pytest.mark.parametrize("winner", [Side.ERP, Side.CRM, None])
@pytest.mark.parametrize("cities_before", [("", "Basel"), ("Basel", "")])
def test_blank_loses_whoever_was_chosen(winner: Side | None, cities_before: tuple[str, ...]) -> None:
    world, rule = enabled(*cities_before, winner)
    world.both(rule, **EVERYTHING)
    assert cities(world, rule) == ("Basel", "Basel")
    assert synchronized(world, rule)


def test_without_a_choice_two_different_values_are_a_conflict() -> None:
    world, rule = enabled("Berlin", "Basel")
    assert world.run(TO_CRM, rule, **EVERYTHING).failed == 1
    assert world.journal.failures[0].code == "conflict"


def test_a_field_that_goes_one_way_is_carried_once_for_everybody() -> None:
    world, rule = enabled("Berlin", "Basel", direction=TO_ERP)
    world.both(rule, **EVERYTHING)
    assert cities(world, rule) == ("Basel", "Basel")


def test_an_edit_that_waits_in_sales_is_not_lost_by_looking_again() -> None:
    world, rule = enabled("Berlin", "Basel", Side.ERP)
    [erp_id] = world.erp.ids("customer")
    world.crm.edit("account", world.pair(erp_id, rule).crm_id, name="Fabrikam")
    world.both(rule, **EVERYTHING)
    assert world.customer_of(erp_id).values["name"] == "Fabrikam"
    assert cities(world, rule) == ("Berlin", "Berlin")


def test_what_was_agreed_under_an_earlier_revision_no_longer_counts() -> None:
    world, rule = enabled("Berlin", "Basel", Side.CRM)
    world.both(rule, **EVERYTHING)
    [erp_id] = world.erp.ids("customer")
    again = replace(rule.fields[1], revision=2, first_wins=Side.ERP)
    world.erp.edit("customer", erp_id, city="Wien")
    world.run(TO_CRM, replace(rule, fields=(NAME, again)))
    assert set(world.pair(erp_id, rule).agreed) <= {NAME.key, again.key}
    assert cities(world, rule) == ("Wien", "Wien")
