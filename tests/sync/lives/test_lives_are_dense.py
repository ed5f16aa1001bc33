"""Lives notice each rule of the memory that is taken out: that is how one sees that they are dense enough."""

from __future__ import annotations

from typing import Any

import pytest

from integration.systems.values import Ref
from tests.makers import customer_rule, salespeople_rule
from tests.sync.lives import mutations
from tests.sync.lives.generator import draw
from tests.sync.lives.mutations import Mutation
from tests.sync.lives.shrink import failure
from tests.sync.world import TO_CRM, World

WITHIN = 120


@pytest.mark.parametrize("mutation", mutations.ALL, ids=lambda mutation: mutation.__name__)
def test_a_rule_that_is_taken_out_is_missed(mutation: Mutation) -> None:
    lives = (draw(seed, mutations.ALL[mutation]) for seed in range(WITHIN))
    with mutation():
        missed_in = next((life for life in lives if failure(life)), None)
    assert missed_in is not None
    assert failure(missed_in) == ""


def owner_after_a_look_was_asked_for_during_a_pass() -> tuple[Ref, Ref]:
    """The owner that Adatum should have and has. While a pass looks at Adatum, Jim Olive is coupled with another user
    and the pairs that refer to him are to be looked at again."""
    world, rule = World(), customer_rule()
    adatum = world.synchronized()
    other = world.crm.add("systemuser", fullname="Jim Olive Jr.", isdisabled=False)
    getting, ledger = world.crm.get, world.ledger(rule)

    def get_and_couple_anew(*arguments: Any) -> Any:
        found = getting(*arguments)
        world.crm.get = getting
        people = world.ledger(salespeople_rule())
        people.forget(list(people.rows.values()))
        world.couple(salespeople_rule(), world.jim, other)
        row = ledger.rows[adatum]
        ledger.rows[adatum] = mutations.flagged(row)
        return found

    world.erp.edit("customer", adatum, city="Oslo")
    world.crm.get = get_and_couple_anew
    world.run(TO_CRM, rule)
    world.run(TO_CRM, rule)
    return Ref("systemuser", other), world.account_of(adatum).values["ownerid"]


def test_what_somebody_asks_for_during_a_pass_is_not_cleared_by_it() -> None:
    wanted, held = owner_after_a_look_was_asked_for_during_a_pass()
    assert wanted == held
    with mutations.flags_are_overwritten():
        wanted, held = owner_after_a_look_was_asked_for_during_a_pass()
    assert wanted != held
