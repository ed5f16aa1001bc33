"""CRONUS with three customers, for tests of single runs."""

from __future__ import annotations

import uuid

import pytest

from integration import jobs
from integration.models import SyncJob
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Side
from tests.integration.jobs_world import TO_CRM, JobsWorld, world

__all__ = ["world"]

EVERYTHING = Options(scope=Scope.EVERYTHING, create=True)
Status = SyncJob.Status


@pytest.fixture
def cronus(world: JobsWorld) -> JobsWorld:
    """Jim Olive is coupled; Adatum, Fabrikam and Litware are customers; pages have one row."""
    world.couple_jim()
    for name in ("Adatum", "Fabrikam", "Litware"):
        world.add_customer(name)
    world.pages_of(1)
    return world


def full(world: JobsWorld, direction: Direction = TO_CRM) -> SyncJob:
    return jobs.start(world.mapping(), direction, options=EVERYTHING)


def one(world: JobsWorld, customer: uuid.UUID) -> SyncJob:
    options = Options(scope=Scope.IDS, ids=(customer,), create=True)
    return jobs.start(world.mapping(), TO_CRM, options=options)


def accounts(world: JobsWorld) -> list[str]:
    return world.names(Side.CRM, "account")
