"""A record born in Sales learns in the same run which number Business Central gave it."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from integration.sync.memory.ledger import State
from integration.sync.run import Counters, Scope
from integration.systems.errors import Refused, Unreachable, VersionConflict
from integration.systems.values import Ref
from tests.makers import account, firms
from tests.sandbox.conftest import Caller
from tests.sync.matching.numbers import COLUMNS, numbered
from tests.sync.world import TO_CRM, TO_ERP, World

RULE = numbered()


@pytest.fixture(params=["tells versions", "does not tell versions"])
def world(request: pytest.FixtureRequest) -> World:
    world = World()
    world.crm.tells_versions = request.param == "tells versions"
    world.crm.describe("account").fields.update(COLUMNS)
    world.crm.unique["account"] = [("bci_table", "bci_number")]
    return world


def born_in_sales(world: World, name: str = "Coho Winery") -> uuid.UUID:
    return world.crm.add("account", **account(name, ownerid=Ref("systemuser", world.jim_user)))


def numbers(world: World) -> dict[str, str]:
    """What the accounts have for a number, and what their customers have."""
    rows = {pair.crm_id: pair.erp_id for pair in world.ledger(RULE).rows.values()}
    return {
        str(world.crm.values("account", crm_id).get("bci_number", "")): str(world.erp.values("customer", erp_id)["no"])
        for crm_id, erp_id in rows.items()
    }


def requests(world: World) -> int:
    return sum(call.table == "account" and call.verb != "changes" for call in world.crm.log)


def quiet(world: World) -> None:
    """Nothing of that comes back as a change."""
    assert [counters.changed for counters in (*world.both(RULE), *world.both(RULE))] == [0, 0, 0, 0]


def test_a_new_customer_gives_its_number_to_its_account_in_the_run_that_makes_it(world: World) -> None:
    account = born_in_sales(world)
    assert world.run(TO_ERP, RULE) == Counters(inserted=1)
    assert [ours == theirs != "" for ours, theirs in numbers(world).items()] == [True]
    assert world.crm.values("account", account)["bci_table"] == "Customer"
    (pair,) = world.ledger(RULE).rows.values()
    assert (pair.state, pair.owed_crm) == (State.COUPLED, False)
    quiet(world)


def test_it_costs_one_question_and_one_write_for_a_whole_page(world: World) -> None:
    for name in firms(300):
        born_in_sales(world, name)
    before = requests(world)
    assert world.run(TO_ERP, RULE) == Counters(inserted=300)
    assert requests(world) - before == 2
    assert len(numbers(world)) == 300
    assert all(ours == theirs for ours, theirs in numbers(world).items())
    quiet(world)


def test_a_mapping_that_only_goes_to_business_central_asks_nothing(world: World) -> None:
    born_in_sales(world)
    before = requests(world)
    rule = replace(RULE, direction=TO_ERP)
    assert world.run(TO_ERP, rule) == Counters(inserted=1)
    assert requests(world) == before


@pytest.mark.parametrize(
    "refusal", [Refused("The account is under review."), VersionConflict("Somebody was faster."), None]
)
def test_what_cannot_be_given_at_once_is_given_by_the_next_pass_to_sales(
    world: World, refusal: Refused | VersionConflict | None
) -> None:
    account = born_in_sales(world)
    if refusal is None:
        world.crm.fail_on("update", Unreachable("The line is dead."))
        with pytest.raises(Unreachable):
            world.run(TO_ERP, RULE)
    else:
        world.crm.fail_on("update", refusal)
        assert world.run(TO_ERP, RULE) == Counters(inserted=1)
        assert world.journal.failures == []
    assert len(world.erp.ids("customer")) == 1
    assert world.run(TO_CRM, RULE) == Counters(modified=1)
    (customer,) = world.erp.ids("customer")
    assert world.crm.values("account", account)["bci_number"] == world.erp.values("customer", customer)["no"]
    quiet(world)


def test_an_edit_in_sales_in_between_is_not_lost(world: World) -> None:
    account = born_in_sales(world)

    def edits(call: Caller) -> bool:
        if call.table == "account" and world.crm.values("account", account)["telephone1"] != "030 9":
            world.crm.edit("account", account, telephone1="030 9")
        return False

    world.crm.fail_on("get", Refused("never"), when=edits)
    world.run(TO_ERP, RULE)
    world.both(RULE)
    (customer,) = world.erp.ids("customer")
    assert world.erp.values("customer", customer)["phone_no"] == "030 9"
    assert world.crm.values("account", account)["bci_number"] == world.erp.values("customer", customer)["no"]
    quiet(world)


def test_the_write_is_in_the_history_of_the_account(world: World) -> None:
    born_in_sales(world)
    world.run(TO_ERP, RULE, scope=Scope.EVERYTHING)
    told = [(one.action, [field for field, _, _ in one.fields]) for one in world.journal.changed]
    assert told[0][0] == "inserted"
    assert told[1][0] == "modified"
    assert set(told[1][1]) >= {"bci_number", "bci_table"}
