"""Ten customers, read two a page, and a journal that watches."""

from __future__ import annotations

import pytest

from integration.sync.rules import Direction
from tests.makers import firms
from tests.sync.world import TO_CRM, World

PAGE = 2


@pytest.fixture
def world() -> World:
    """Pages of two rows."""
    made = World()
    made.erp.page_size = made.crm.page_size = PAGE
    return made


def ten_customers(world: World) -> list[str]:
    names = firms(10)
    for name in names:
        world.add_customer(name)
    return names


def accounts(world: World) -> list[object]:
    return sorted(world.crm.values("account", id)["name"] for id in world.crm.ids("account"))


def keep_cursor(world: World, direction: Direction = TO_CRM) -> None:
    """A run broke off: what its journal says is where the next one starts."""
    world.cursors["CUSTOMER", direction] = world.journal.position
