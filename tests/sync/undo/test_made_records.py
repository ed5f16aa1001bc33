"""Records that a run made: they stay, unless a person wants them gone and nothing was done with them since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from integration.sync.memory.ledger import State
from integration.sync.run import Counters, Scope
from integration.sync.undo import removing
from integration.systems.errors import PrivilegeMissing, Refused, Unreachable
from integration.systems.values import Ref
from tests.makers import customer_rule
from tests.sync.undo.undone import UndoWorld
from tests.sync.world import TO_CRM

Life = Callable[[UndoWorld], None]


@pytest.fixture(params=[True, False], ids=["remote", "local"])
def world(request: pytest.FixtureRequest) -> UndoWorld:
    """Adatum was new, and a run made its account."""
    made = UndoWorld(remote=request.param)
    made.adatum = made.add_customer("Adatum")
    made.run(TO_CRM, create=True)
    made.made = made.pasts()
    return made


def test_a_record_that_a_run_made_stays_by_default(world: UndoWorld) -> None:
    (shown,) = world.preview(world.made)
    assert shown.reason == removing.STAYS
    assert world.undo(world.made) == Counters(skipped=1)
    assert world.crm.ids("account")
    assert world.rests()


def test_it_is_deleted_where_that_is_wanted_and_no_run_makes_it_again(world: UndoWorld) -> None:
    assert world.undo(world.made, removes=True) == Counters(deleted=1)
    assert [one.action for one in world.journal.changed] == ["deleted"]
    assert not world.crm.ids("account")
    for more in ({}, {"create": True}, {"scope": Scope.EVERYTHING, "create": True}):
        world.both(**more)
    assert not world.crm.ids("account")
    assert world.undo(world.made, removes=True) == Counters(unchanged=1)


def test_its_source_that_changes_afterwards_and_a_retry_make_it_anew(world: UndoWorld) -> None:
    world.undo(world.made, removes=True)
    world.erp.edit("customer", world.adatum, city="Rome")
    world.run(TO_CRM, create=True)
    assert [world.crm.values("account", id)["address1_city"] for id in world.crm.ids("account")] == ["Rome"]


def account_of(world: UndoWorld) -> Ref:
    return Ref("account", world.crm.ids("account")[0])


TOUCHED: dict[str, tuple[Life, str]] = {
    "a mapped field": (
        lambda world: world.crm.edit("account", world.crm.ids("account")[0], telephone1="030 9"), removing.TOUCHED
    ),
    "another field": (
        lambda world: world.crm.edit("account", world.crm.ids("account")[0], description="Ring."), removing.TOUCHED
    ),
    "a contact of it": (
        lambda world: world.crm.add("contact", lastname="X", parentcustomerid=account_of(world)),
        removing.REFERRED,
    ),
    "uncoupled": (lambda world: world.ledger(customer_rule()).forget([world.pair(world.adatum)]), removing.UNCOUPLED),
}  # fmt: skip


@pytest.mark.parametrize("life", TOUCHED)
def test_what_something_was_done_with_since_stays(world: UndoWorld, life: str) -> None:
    world.both()
    change, reason = TOUCHED[life]
    change(world)
    (shown,) = world.preview(world.made, removes=True)
    assert shown.reason == reason
    assert world.undo(world.made, removes=True) == Counters(skipped=1)
    assert world.crm.ids("account")


def test_what_another_run_has_written_since_stays(world: UndoWorld) -> None:
    (shown,) = world.preview([replace(one, later=True) for one in world.made], removes=True)
    assert shown.reason == removing.ANOTHER_RUN


def test_what_another_pair_refers_to_stays_and_the_first_of_these_is_named(world: UndoWorld) -> None:
    nora, nigel = (
        ("contact", world.crm.add("contact", fullname=name, lastname=name)) for name in ("Nora Adams", "Nigel Dawson")
    )
    (shown,) = world.preview([replace(one, referred=(nora, nigel)) for one in world.made], removes=True)
    assert shown.why == "Other records refer to it, so it stays: Contact Nora Adams and 1 more."


def test_what_is_left_out_names_the_first_row_that_refers_to_it(world: UndoWorld) -> None:
    world.both()
    for name in ("Adams", "Dawson"):
        world.crm.add("contact", fullname=name, lastname=name, parentcustomerid=account_of(world))
    (shown,) = world.preview(world.made, removes=True)
    assert shown.detail in ("Contact Adams and 1 more", "Contact Dawson and 1 more")
    world.undo(world.made, removes=True)
    assert [one.message for one in world.journal.left_out] == [shown.why]


def test_a_table_that_may_not_be_read_keeps_what_may_hang_on_it_and_the_others_go_back(world: UndoWorld) -> None:
    contoso = world.synchronized("Contoso")
    world.erp.edit("customer", contoso, city="Rome")
    world.run(TO_CRM)
    pasts = [*world.made, *world.pasts()]
    lacks = PrivilegeMissing("The integration user lacks the privilege prvReadContact.")
    world.crm.fail_on("find", lacks, times=100, when=lambda call: call.table == "contact")
    assert world.undo(pasts, removes=True) == Counters(skipped=1, modified=1)
    assert [one.message for one in world.journal.left_out] == [removing.UNSEEN.format(tables="Contact")]
    assert world.pair(world.adatum).state is State.COUPLED
    assert len(world.crm.ids("account")) == 2


def test_a_table_that_does_not_answer_ends_the_undoing(world: UndoWorld) -> None:
    world.crm.fail_on("find", Unreachable("Nobody answers."), when=lambda call: call.table == "contact")
    with pytest.raises(Unreachable):
        world.undo(world.made, removes=True)
    assert world.crm.ids("account")


def test_a_deletion_that_is_refused_leaves_the_pair_as_it_was(world: UndoWorld) -> None:
    before = world.pair(world.adatum)
    world.crm.fail_on("delete", Refused("An order refers to it."))
    assert world.undo(world.made, removes=True) == Counters(failed=1)
    after = world.pair(world.adatum)
    assert (after.state, after.agreed, after.to_crm) == (before.state, before.agreed, before.to_crm)
    world.both()
    assert len(world.crm.ids("account")) == 1
