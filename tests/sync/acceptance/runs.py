"""Firms and rules for runs from end to end."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from integration.systems.values import Ref
from tests.makers import account, customer_rule
from tests.sync.entity_rules.cronus import Cronus
from tests.sync.world import World

ALL_CUSTOMERS = customer_rule(only_coupled=False)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def cronus() -> Cronus:
    return Cronus()


def add_account(world: World, name: str, by: uuid.UUID | None = None, **values: Any) -> uuid.UUID:
    made = account(name, ownerid=Ref("systemuser", world.jim_user), **values)
    return world.crm.add("account", by=by, **made) if by else world.crm.add("account", **made)


def names(world: World, table: str = "customer") -> list[object]:
    system = world.erp if table == "customer" else world.crm
    return sorted(system.values(table, id)["name"] for id in system.ids(table))
