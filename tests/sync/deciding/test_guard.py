"""An unusually large change waits for a person; what is usual does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.sync.approval.guard import NeedsApproval
from integration.sync.reading.reader import SourceEmpty
from integration.sync.rules import DeletionPolicy, Direction, Limits
from integration.sync.run import Scope
from tests.makers import customer_rule, firms
from tests.sync.world import TO_CRM, TO_ERP, World

RULE = replace(customer_rule(only_coupled=False), limits=Limits(changed_percent=50, changed_at_least=3, blanked=2))
PAGE = 2


@pytest.fixture
def world() -> World:
    """Ten customers, known and equal on both sides, in pages of two."""
    made = World()
    made.erp.page_size = made.crm.page_size = PAGE
    for name in firms(10):
        made.add_customer(name)
    made.run(TO_CRM, RULE)
    made.both(RULE)
    return made


def change(world: World, number: int, **values: Any) -> None:
    for id in world.erp.ids("customer")[:number]:
        world.erp.edit("customer", id, **(values or {"city": "Oslo"}))


def in_oslo(world: World) -> int:
    return sum(world.crm.values("account", id)["address1_city"] == "Oslo" for id in world.crm.ids("account"))


def test_a_run_that_changes_as_many_as_it_may_goes_through(world: World) -> None:
    change(world, 5)
    assert world.run(TO_CRM, RULE).modified == 5


def test_a_run_that_would_change_more_stops_before_most_of_it_is_written_and_says_how_much(world: World) -> None:
    change(world, 6)
    with pytest.raises(NeedsApproval, match=r"more than 5 of 10 coupled records \(50%, at least 3\)") as told:
        world.run(TO_CRM, RULE)
    assert told.value.code == "needs-approval"
    assert in_oslo(world) == PAGE


def test_what_was_stopped_goes_through_when_it_is_approved_and_nothing_is_lost_or_doubled(world: World) -> None:
    change(world, 6)
    with pytest.raises(NeedsApproval):
        world.run(TO_CRM, RULE)
    world.run(TO_CRM, RULE, approved=True)
    assert in_oslo(world) == 6
    assert world.run(TO_CRM, RULE, approved=True).changed == 0


def test_few_changes_never_need_a_word_however_few_records_there_are(world: World) -> None:
    change(world, 5)
    few = replace(RULE, limits=Limits(changed_percent=1, changed_at_least=5, blanked=2))
    assert world.run(TO_CRM, few).modified == 5


def test_new_records_are_no_unusual_change(world: World) -> None:
    for name in firms(30)[10:]:
        world.add_customer(name)
    assert world.run(TO_CRM, RULE).inserted == 20


def test_fields_that_would_be_blanked_are_counted_and_none_of_the_page_is(world: World) -> None:
    change(world, 3, city="")
    with pytest.raises(NeedsApproval, match="blank more than 2 fields"):
        world.run(TO_CRM, RULE)
    blank = [id for id in world.crm.ids("account") if not world.crm.values("account", id)["address1_city"]]
    assert len(blank) == PAGE


def test_deletions_that_would_be_carried_out_count(world: World) -> None:
    for id in world.erp.ids("customer")[:6]:
        world.erp.remove("customer", id)
    with pytest.raises(NeedsApproval):
        world.run(TO_CRM, replace(RULE, deletion=DeletionPolicy.REMOVE))
    assert world.ledger(RULE).coupled() >= 10 - PAGE


def test_records_that_a_person_has_chosen_need_no_second_word(world: World) -> None:
    change(world, 8)
    ids = tuple(world.erp.ids("customer"))
    assert world.ids(TO_CRM, *ids, rule=RULE).modified == 8


def test_the_count_goes_over_what_comes_behind_without_writing_it(world: World) -> None:
    change(world, 10)
    before = world.crm.calls["update"]
    with pytest.raises(NeedsApproval):
        world.run(TO_CRM, RULE)
    assert world.crm.calls["update"] - before == 1


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_side_that_is_suddenly_empty_is_an_error_and_no_mass_deletion(world: World, direction: Direction) -> None:
    source = world.erp if direction is TO_CRM else world.crm
    table = "customer" if direction is TO_CRM else "account"
    for id in list(source.ids(table)):
        source.remove(table, id)
    with pytest.raises(SourceEmpty, match="is empty, though 10 of its records are coupled"):
        world.run(direction, RULE, scope=Scope.EVERYTHING)
    assert world.ledger(RULE).coupled() == 10


def test_rows_that_are_only_outside_the_filter_are_not_taken_for_an_empty_side(world: World) -> None:
    change(world, 10, blocked=3)
    world.erp.filters_changes = True
    assert world.run(TO_CRM, RULE, scope=Scope.EVERYTHING).changed == 0
    assert world.ledger(RULE).coupled() == 10
