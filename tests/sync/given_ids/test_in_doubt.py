"""A row whose insert was not answered: looked for by its mark, made again only when nobody can be at work on it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from integration.sync.actions import Fail, Insert
from integration.sync.given_ids.marks import mark, reserved_of
from integration.sync.matching.pairs import Criterion
from integration.sync.matching.run import preview
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Counters, Options, Scope
from integration.systems.errors import Refused, TimedOut, VersionConflict
from integration.systems.values import Ref, Row, Side
from tests.makers import CUSTOMER_FIELDS, account, customer_rule, field_rule, salespeople_rule
from tests.sync.world import TO_CRM, TO_ERP, World

CREATE = Options(create=True)
BACK_DOOR = field_rule("address_2", "address1_line2")


@pytest.fixture
def world() -> World:
    world = World()
    world.give_ids(Side.ERP)
    return world


def mapping(world: World, **more: Any) -> TableRule:
    return world.described(customer_rule([*CUSTOMER_FIELDS, BACK_DOOR], **more))


def an_account(world: World, name: str = "Adatum", **values: Any) -> uuid.UUID:
    owner = Ref("systemuser", world.jim_user)
    return world.crm.add("account", **account(name, address1_line2="Back door", ownerid=owner, **values))


def get_customers(world: World, **more: Any) -> Counters:
    return world.run(TO_ERP, mapping(world), Options(create=True, **more))


def breaks_off(world: World, done: int | None) -> None:
    world.erp.fail_on("insert", TimedOut("No answer."), done=done)
    with pytest.raises(TimedOut):
        get_customers(world)


def the_pair(world: World) -> Pair:
    [pair] = world.ledger(customer_rule()).rows.values()
    return pair


def customers(world: World) -> list[dict[str, Any]]:
    return [world.erp.values("customer", id) for id in world.erp.ids("customer")]


def test_a_customer_that_arrived_though_nobody_heard_is_found_by_its_mark(world: World) -> None:
    an_account(world)
    breaks_off(world, done=None)
    assert reserved_of(customers(world)[0]["address_2"]) == the_pair(world).erp_id
    counters = get_customers(world)
    assert (counters.inserted, counters.failed) == (1, 0)
    [row] = customers(world)
    assert (row["name"], row["address_2"]) == ("Adatum", "Back door")
    assert the_pair(world).erp_id == world.erp.ids("customer")[0]


def test_a_customer_in_doubt_rests_ten_minutes_however_often_it_is_looked_for(world: World) -> None:
    an_account(world)
    breaks_off(world, done=0)
    for _ in range(3):
        world.wait(minutes=3)
        counters = get_customers(world)
        assert (counters.inserted, counters.failed, counters.skipped) == (0, 1, 0)
        assert [failure.code for failure in world.journal.failures] == ["in-doubt"]
    assert customers(world) == []
    world.wait(minutes=1)
    assert get_customers(world).inserted == 1
    assert len(customers(world)) == 1


def test_a_customer_that_arrives_late_is_not_made_again(world: World) -> None:
    crm_id = an_account(world)
    breaks_off(world, done=0)
    world.wait(minutes=5)
    late = {
        "name": "Adatum",
        "address_2": mark(the_pair(world).erp_id),
        "salesperson_code": Ref("salesperson", world.jim),
    }
    world.erp.insert("customer", [Row(uuid.uuid4(), late)])
    assert get_customers(world).failed == 0
    assert len(customers(world)) == 1
    assert the_pair(world).crm_id == crm_id


def test_the_other_pass_leaves_a_customer_in_doubt_alone(world: World) -> None:
    an_account(world)
    breaks_off(world, done=0)
    counters = world.run(TO_CRM, mapping(world), CREATE)
    assert (counters.uncoupled, counters.failed) == (0, 0)
    assert the_pair(world).state is State.INTENDED


def test_an_account_that_may_not_go_any_more_is_only_reserved_when_the_doubt_is_over(world: World) -> None:
    crm_id = an_account(world)
    breaks_off(world, done=0)
    world.crm.edit("account", crm_id, statecode=1)
    world.wait(minutes=11)
    get_customers(world)
    assert customers(world) == []
    assert the_pair(world).state is State.RESERVED
    world.crm.edit("account", crm_id, statecode=0)
    assert get_customers(world).inserted == 1


def test_a_deleted_account_leaves_no_pair_when_the_doubt_is_over(world: World) -> None:
    crm_id = an_account(world)
    breaks_off(world, done=0)
    world.crm.remove("account", crm_id)
    get_customers(world)
    assert the_pair(world).state is State.INTENDED
    world.wait(minutes=11)
    get_customers(world)
    assert world.ledger(customer_rule()).rows == {}


@pytest.mark.parametrize("marked", [True, False])
def test_a_marked_row_is_nobodys_in_every_pass(world: World, marked: bool) -> None:
    value = mark(uuid.uuid4()) if marked else "Back door"
    world.add_customer("Adatum", address_2=value)
    assert world.run(TO_CRM, mapping(world), CREATE).inserted == (0 if marked else 1)
    assert world.run(TO_CRM, mapping(world), Options(scope=Scope.EVERYTHING, create=True)).inserted == 0
    assert len(world.crm.ids("account")) == (0 if marked else 1)


def test_an_edit_under_the_mark_is_carried_to_sales(world: World) -> None:
    crm_id = an_account(world)
    breaks_off(world, done=None)
    world.erp.edit("customer", world.erp.ids("customer")[0], phone_no="030 999")
    get_customers(world)
    world.both(mapping(world))
    assert world.crm.values("account", crm_id)["telephone1"] == "030 999"
    assert customers(world)[0]["phone_no"] == "030 999"


def test_an_edit_between_reading_and_unmarking_is_carried_to_sales(world: World) -> None:
    crm_id = an_account(world)
    real = world.erp.update
    edited: list[uuid.UUID] = []

    def update(table: str, rows: Any) -> Any:
        if not edited:
            edited.append(rows[0].id)
            world.erp.edit("customer", rows[0].id, phone_no="030 999")
        return real(table, rows)

    world.erp.update = update  # type: ignore[method-assign]
    assert get_customers(world).inserted == 1
    world.both(mapping(world))
    assert customers(world)[0]["address_2"] == "Back door"
    assert world.crm.values("account", crm_id)["telephone1"] == customers(world)[0]["phone_no"] == "030 999"


@pytest.mark.parametrize("problem", [Refused("No."), VersionConflict("Somebody was faster.")])
def test_a_mark_that_cannot_be_taken_away_fails_the_record_until_it_can(
    world: World, problem: Refused | VersionConflict
) -> None:
    an_account(world)
    world.erp.fail_on("update", problem, times=3)
    counters = get_customers(world)
    assert (counters.inserted, counters.failed) == (0, 1)
    assert the_pair(world).state is State.INTENDED
    world.erp.faults.planned.clear()
    assert get_customers(world).failed == 0
    assert [row["address_2"] for row in customers(world)] == ["Back door"]
    assert the_pair(world).state is State.COUPLED


def test_a_number_that_the_erp_gave_goes_to_sales_with_the_page(world: World) -> None:
    crm_id = an_account(world)
    fields = [*CUSTOMER_FIELDS, BACK_DOOR, field_rule("no", "accountnumber", Direction.TO_CRM)]
    world.run(TO_ERP, world.described(customer_rule(fields)), CREATE)
    assert world.crm.values("account", crm_id)["accountnumber"] == customers(world)[0]["no"] == "C00001"


def test_a_code_that_an_earlier_try_has_made_is_ours_and_any_other_is_not(world: World) -> None:
    fields = [field_rule("code", "mobilephone", TO_ERP), *salespeople_rule().fields[:1]]
    world.erp.marks = {}
    world.crm.edit("systemuser", world.jim_user, mobilephone="JO")
    rule = world.described(salespeople_rule())
    rule = world.described(type(rule)(rule.name, rule.erp, rule.crm, rule.direction, tuple(fields), only_coupled=False))
    mary = world.crm.add("systemuser", fullname="Mary", mobilephone="ME", isdisabled=False)
    world.erp.fail_on("insert", TimedOut("No answer."), done=None)
    with pytest.raises(TimedOut):
        world.run(TO_ERP, rule, CREATE)
    world.erp.add("salesperson", code="PS", name="Peter")
    world.crm.add("systemuser", fullname="Paul", mobilephone="PS", isdisabled=False)
    counters = world.run(TO_ERP, rule, CREATE)
    assert (counters.inserted, counters.failed) == (1, 1)
    assert [failure.code for failure in world.journal.failures] == ["number-taken"]
    named = world.ledger(rule).pairs(Side.CRM, [mary])[mary]
    assert world.erp.values("salesperson", named.erp_id)["name"] == "Mary"
    assert sorted(world.erp.values("salesperson", id)["code"] for id in world.erp.ids("salesperson")) == [
        "JO",
        "ME",
        "PS",
    ]


def test_the_clock_of_a_run_is_that_of_its_context(world: World) -> None:
    assert world.context.clock() == dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)


def test_a_marked_customer_is_nobodys_match(world: World) -> None:
    an_account(world)
    world.add_customer("Adatum", address_2=mark(uuid.uuid4()))
    rule, criteria = mapping(world), [Criterion("name", "name")]
    found = preview(rule, criteria, world.erp, world.crm, world.ledger(rule))
    assert (found.pairs, found.alone) == ({}, [])
    world.erp.edit("customer", world.erp.ids("customer")[0], address_2="")
    assert len(preview(rule, criteria, world.erp, world.crm, world.ledger(rule)).pairs) == 1


@pytest.mark.parametrize(("done", "minutes", "predicted"), [(0, 1, Fail), (0, 11, Insert), (None, 1, Insert)])
def test_a_dry_run_predicts_what_becomes_of_a_customer_in_doubt_and_writes_nothing(
    world: World, done: int | None, minutes: int, predicted: type[Any]
) -> None:
    an_account(world)
    breaks_off(world, done=done)
    world.wait(minutes=minutes)
    before, updates = the_pair(world), world.erp.calls["update"]
    [action] = world.plan(TO_ERP, mapping(world), create=True)
    assert isinstance(action, predicted)
    assert (the_pair(world), world.erp.calls["update"]) == (before, updates)
    assert get_customers(world).inserted == (predicted is Insert)
