"""A record that somebody changes between the look of an undoing and its deletion stays, and is coupled as before."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sync.memory.ledger import State
from integration.sync.run import Counters, Scope
from integration.sync.undo import removing
from tests.sync.mortal import Killed
from tests.sync.undo.undone import UndoWorld
from tests.sync.world import TO_CRM


def adatum(*, remote: bool = True) -> UndoWorld:
    """A run made the account of Adatum, and both agree."""
    world = UndoWorld(remote=remote)
    world.adatum = world.add_customer("Adatum")
    world.run(TO_CRM, create=True)
    world.made = world.pasts()
    world.both()
    return world


def somebody_calls(world: UndoWorld) -> None:
    world.crm.edit("account", world.crm.ids("account")[0], telephone1="030 99")


def stays_coupled(world: UndoWorld) -> None:
    (account,) = world.crm.ids("account")
    pair = world.pair(world.adatum)
    assert (pair.state, pair.crm_id, pair.skipped) == (State.COUPLED, account, False)
    world.both()
    assert world.erp.values("customer", world.adatum)["phone_no"] == "030 99"
    assert world.rests()


@pytest.mark.parametrize("remote", [True, False])
def test_an_account_that_is_edited_while_it_is_being_deleted_stays_coupled(remote: bool) -> None:
    world = adatum(remote=remote)
    delete, done = world.crm.delete, []

    def late(*args: Any) -> Any:
        if not done:
            done.append(True)
            somebody_calls(world)
        return delete(*args)

    world.crm.delete = late
    assert world.undo(world.made, removes=True) == Counters(skipped=1)
    assert [one.message for one in world.journal.left_out] == [removing.TOUCHED]
    stays_coupled(world)


def test_an_account_that_is_edited_after_the_undoing_died_stays_coupled() -> None:
    world = adatum()
    world.crm.fail_on("delete", Killed())
    with pytest.raises(Killed):
        world.undo(world.made, removes=True)
    somebody_calls(world)
    assert world.undo(world.made, removes=True) == Counters(skipped=1)
    stays_coupled(world)


def test_a_pair_whose_undoing_died_and_is_not_taken_up_goes_on_as_before() -> None:
    world = adatum()
    world.crm.fail_on("delete", Killed())
    with pytest.raises(Killed):
        world.undo(world.made, removes=True)
    somebody_calls(world)
    world.both()
    assert world.erp.values("customer", world.adatum)["phone_no"] == "030 99"
    world.erp.edit("customer", world.adatum, city="Bern")
    world.both()
    assert [world.crm.values("account", id)["address1_city"] for id in world.crm.ids("account")] == ["Bern"]


def test_an_account_that_was_deleted_before_the_undoing_died_is_not_made_again_by_any_run() -> None:
    world = adatum()
    others = [world.synchronized("Litware"), world.synchronized("Relecloud")]
    delete = world.crm.delete

    def dies(*args: Any) -> Any:
        delete(*args)
        raise Killed

    world.crm.delete = dies
    with pytest.raises(Killed):
        world.undo(world.made, removes=True)
    for more in ({}, {"create": True}, {"scope": Scope.EVERYTHING, "create": True}):
        world.both(**more)
        assert not world.journal.failures
    assert len(world.crm.ids("account")) == len(others)
    world.crm.delete = delete
    assert world.undo(world.made, removes=True) == Counters(unchanged=1)
    assert world.pair(world.adatum).state is State.RESERVED
    world.erp.edit("customer", world.adatum, city="Rome")
    world.run(TO_CRM, create=True)
    assert [world.crm.values("account", id)["name"] for id in world.crm.ids("account")].count("Adatum") == 1


def test_an_account_that_nobody_touched_after_the_undoing_died_is_deleted_by_the_next_one() -> None:
    world = adatum()
    world.crm.fail_on("delete", Killed())
    with pytest.raises(Killed):
        world.undo(world.made, removes=True)
    assert world.undo(world.made, removes=True) == Counters(deleted=1)
    assert world.pair(world.adatum).state is State.RESERVED
