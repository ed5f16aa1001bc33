"""What a run wrote goes back where nobody changed it since, and no run writes the undone value again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.sync.rules import ConflictPolicy
from integration.sync.run import Counters
from integration.sync.undo import plan as words
from integration.systems.errors import InvalidValue
from integration.systems.values import Ref, Side
from tests.makers import customer_rule, field_rule, salespeople_rule
from tests.sync.undo.undone import UndoWorld
from tests.sync.world import TO_CRM, TO_ERP

NAMES = {TO_CRM: ("phone_no", "telephone1"), TO_ERP: ("telephone1", "phone_no")}
RULES = {
    "two-way": {},
    "conflicts go to Sales": {"conflict": ConflictPolicy.GET},
    "conflicts go to Business Central": {"conflict": ConflictPolicy.SEND},
}


@pytest.fixture(params=[True, False], ids=["remote", "local"])
def world(request: pytest.FixtureRequest) -> UndoWorld:
    return UndoWorld(remote=request.param)


def phone(world: UndoWorld, side: Side, erp_id: Any) -> Any:
    row = world.customer_of(erp_id) if side is Side.ERP else world.account_of(erp_id)
    return row.values["phone_no" if side is Side.ERP else "telephone1"]


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
@pytest.mark.parametrize("more", RULES.values(), ids=list(RULES))
def test_what_a_run_wrote_goes_back_and_stays_back(world: UndoWorld, direction: Any, more: dict[str, Any]) -> None:
    rule = customer_rule(**more)
    erp_id, pasts = world.wrote(direction, rule, **{NAMES[direction][0]: "030 22"})
    before = pasts[0].exact[NAMES[direction][1]][0]
    assert world.undo(pasts, direction, rule) == Counters(modified=1)
    assert phone(world, direction.destination, erp_id) == before
    assert phone(world, direction.source, erp_id) == "030 22"
    assert world.rests(rule)
    assert phone(world, direction.destination, erp_id) == before


def test_under_a_one_way_mapping_what_went_back_stays_back(world: UndoWorld) -> None:
    rule = customer_rule(direction=TO_CRM)
    erp_id, pasts = world.wrote(TO_CRM, rule, phone_no="030 22")
    world.undo(pasts, TO_CRM, rule)
    for forced in (False, True):
        assert not world.run(TO_CRM, rule, force=forced).changed
    assert phone(world, Side.CRM, erp_id) == pasts[0].exact["telephone1"][0]
    world.erp.edit("customer", erp_id, phone_no="030 33")
    world.run(TO_CRM, rule)
    assert phone(world, Side.CRM, erp_id) == "030 33"


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
@pytest.mark.parametrize("edited", [Side.ERP, Side.CRM])
def test_whoever_changes_either_side_afterwards_is_heard(world: UndoWorld, direction: Any, edited: Side) -> None:
    erp_id, pasts = world.wrote(direction, **{NAMES[direction][0]: "030 22"})
    world.undo(pasts, direction)
    if edited is Side.ERP:
        world.erp.edit("customer", erp_id, phone_no="030 33")
    else:
        world.crm.edit("account", world.pair(erp_id).crm_id, telephone1="030 33")
    world.both()
    assert {phone(world, side, erp_id) for side in Side} == {"030 33"}
    assert not world.journal.failures


def test_a_second_undoing_does_nothing_more(world: UndoWorld) -> None:
    _, pasts = world.wrote(TO_CRM, phone_no="030 22")
    world.undo(pasts)
    writes = world.crm.calls["update"]
    assert world.undo(pasts) == Counters(unchanged=1)
    assert world.crm.calls["update"] == writes
    assert not world.journal.changed
    assert world.rests()


def test_undoing_an_undoing_brings_the_value_back(world: UndoWorld) -> None:
    erp_id, pasts = world.wrote(TO_CRM, phone_no="030 22")
    world.undo(pasts)
    world.undo(world.pasts())
    assert phone(world, Side.CRM, erp_id) == "030 22"
    assert world.rests()


def test_a_field_that_somebody_changed_since_stays_and_the_others_go_back(world: UndoWorld) -> None:
    erp_id, pasts = world.wrote(TO_CRM, phone_no="030 22", city="Rome")
    world.crm.edit("account", world.pair(erp_id).crm_id, telephone1="030 99")
    (shown,) = world.preview(pasts)
    assert [(line.label, line.reason) for line in shown.left] == [("telephone1", words.SINCE)]
    world.undo(pasts)
    account = world.account_of(erp_id).values
    assert (account["telephone1"], account["address1_city"]) == ("030 99", pasts[0].exact["address1_city"][0])
    assert [one.message for one in world.journal.left_out] == [f"telephone1: {words.SINCE}"]
    world.both()
    assert phone(world, Side.ERP, erp_id) == "030 99"
    assert world.customer_of(erp_id).values["city"] == "Rome"


def test_a_newer_value_of_the_source_comes_with_the_next_run_and_the_preview_says_so(world: UndoWorld) -> None:
    erp_id, pasts = world.wrote(TO_CRM, phone_no="030 22")
    world.erp.edit("customer", erp_id, phone_no="030 33")
    (shown,) = world.preview(pasts)
    assert [line.note for line in shown.back] == [words.BRINGS]
    world.undo(pasts)
    assert phone(world, Side.CRM, erp_id) == pasts[0].exact["telephone1"][0]
    world.both()
    assert phone(world, Side.CRM, erp_id) == "030 33"


def test_changes_on_both_sides_since_are_left_to_the_next_run(world: UndoWorld) -> None:
    erp_id, pasts = world.wrote(TO_CRM, phone_no="030 22")
    world.erp.edit("customer", erp_id, phone_no="030 33")
    world.crm.edit("account", world.pair(erp_id).crm_id, telephone1="030 44")
    assert world.undo(pasts) == Counters(skipped=1)
    assert phone(world, Side.CRM, erp_id) == "030 44"
    world.both()
    assert world.journal.failures[0].code == "conflict"


def test_a_reference_goes_back_and_its_translation_does_not_bring_it_again(world: UndoWorld) -> None:
    erp_id = world.synchronized()
    ann = world.erp.add("salesperson", code="AN", name="Ann")
    ann_user = world.crm.add("systemuser", fullname="Ann", isdisabled=False)
    world.couple(salespeople_rule(), ann, ann_user)
    world.erp.edit("customer", erp_id, salesperson_code=Ref("salesperson", ann))
    world.run(TO_CRM)
    pasts = world.pasts()
    world.undo(pasts)
    assert world.account_of(erp_id).values["ownerid"] == Ref("systemuser", world.jim_user)
    assert world.rests()
    assert world.account_of(erp_id).values["ownerid"] == Ref("systemuser", world.jim_user)


@pytest.mark.parametrize("change", ["deleted", "uncoupled", "coupled with another", "switched off", "not kept"])
def test_what_became_of_the_pair_since_decides_what_goes_back(world: UndoWorld, change: str) -> None:
    erp_id, pasts = world.wrote(TO_CRM, phone_no="030 22")
    crm_id, rule = world.pair(erp_id).crm_id, customer_rule()
    before, goes_back, reason = pasts[0].exact["telephone1"][0], False, ""
    match change:
        case "deleted":
            world.crm.remove("account", crm_id)
            reason = words.GONE
        case "uncoupled":
            world.ledger(rule).forget([world.pair(erp_id)])
            goes_back = True
        case "coupled with another":
            world.ledger(rule).forget([world.pair(erp_id)])
            world.couple(rule, world.add_customer("Litware"), crm_id)
            reason = words.ELSEWHERE
        case "switched off":
            rule = customer_rule([field_rule("name", "name")])
            goes_back = True
        case "not kept":
            pasts = [replace(pasts[0], exact={}, unkept=True)]
            reason = words.NOT_KEPT
    (shown,) = world.preview(pasts, rule=rule)
    assert shown.reason == reason
    world.undo(pasts, rule=rule)
    if change != "deleted":
        held = world.crm.values("account", crm_id)["telephone1"]
        assert held == (before if goes_back else "030 22")


def test_a_mapping_that_goes_the_other_way_by_now_is_undone_all_the_same(world: UndoWorld) -> None:
    erp_id, pasts = world.wrote(TO_CRM, phone_no="030 22")
    rule = customer_rule(direction=TO_ERP)
    world.undo(pasts, rule=rule)
    assert phone(world, Side.CRM, erp_id) == pasts[0].exact["telephone1"][0]
    assert not world.run(TO_ERP, rule, force=True).changed
    assert phone(world, Side.ERP, erp_id) == "030 22"


def test_a_record_that_the_other_system_refuses_fails_and_stays_as_agreed(world: UndoWorld) -> None:
    erp_id, pasts = world.wrote(TO_CRM, phone_no="030 22")
    pair = world.pair(erp_id)
    world.crm.fail_on("update", InvalidValue("Sales wants another number."))
    assert world.undo(pasts) == Counters(failed=1)
    assert world.journal.failures[0].label == "Adatum"
    assert world.pair(erp_id).agreed == pair.agreed
    assert world.pair(erp_id).to_crm == pair.to_crm
