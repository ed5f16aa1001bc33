"""A mapping that is read for the first time, or from the beginning again, hears of deletions all the same."""

from __future__ import annotations

import pytest

from integration.sync.direction import Direction
from integration.sync.rules import DeletionPolicy
from tests.makers import customer_rule
from tests.sync.world import TO_CRM, TO_ERP, World

RULE = customer_rule(deletion=DeletionPolicy.REMOVE)


@pytest.fixture
def world() -> World:
    """Adatum was made by a run over single records; nobody has read the changes of either side yet."""
    world = World()
    for name in ("Adatum", "Fabrikam"):
        world.ids(TO_CRM, world.add_customer(name), rule=RULE, create=True)
    return world


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_deletion_before_the_first_reading_is_dealt_with_by_it(world: World, direction: Direction) -> None:
    adatum = next(iter(world.ledger(RULE).rows))
    if direction is TO_CRM:
        world.erp.remove("customer", adatum)
    else:
        world.crm.remove("account", world.pair(adatum, RULE).crm_id)
    assert world.run(direction, RULE).uncoupled == 1
    assert adatum not in world.ledger(RULE).rows


def test_a_deletion_is_found_after_the_cursor_was_dropped_for_a_changed_rule(world: World) -> None:
    world.both(RULE)
    adatum = next(iter(world.ledger(RULE).rows))
    world.crm.remove("account", world.pair(adatum, RULE).crm_id)
    world.cursors.clear()
    world.both(RULE)
    assert adatum not in world.ledger(RULE).rows
    assert len(world.ledger(RULE).rows) == 1


def test_a_pair_of_which_both_records_are_gone_is_forgotten_by_the_first_reading(world: World) -> None:
    adatum = next(iter(world.ledger(RULE).rows))
    world.crm.remove("account", world.pair(adatum, RULE).crm_id)
    world.erp.remove("customer", adatum)
    world.run(TO_CRM, RULE)
    assert adatum not in world.ledger(RULE).rows
