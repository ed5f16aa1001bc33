"""A world in which clocks stand still."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from integration.sync.run import Counters
from tests.sync.world import World

FIVE_MINUTES = dt.timedelta(seconds=300)

ECHO = Counters(unchanged=1)


@pytest.fixture
def world() -> World:
    return World()


def account_id(world: World, customer_id: uuid.UUID) -> uuid.UUID:
    return world.pair(customer_id).crm_id
