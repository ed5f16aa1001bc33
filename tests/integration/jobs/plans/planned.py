"""Customers that agree on both sides, and a worker that makes and applies plans."""

from __future__ import annotations

import uuid

import pytest

from integration import jobs
from integration.models import Plan, SyncJob
from integration.systems.values import Value
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]

READS = {"check", "describe", "tables", "changes", "get", "find", "count"}


def run_all() -> None:
    while job := SyncJob.objects.ready().first():
        jobs.run(job.pk)


def planned(plan: Plan) -> list[tuple[str, str]]:
    return [(change.action, change.label) for change in plan.changes.all()]


def done(plan: Plan) -> Plan:
    run_all()
    plan.refresh_from_db()
    return plan


@pytest.fixture
def agreed(world: JobsWorld) -> JobsWorld:
    """Adatum and Fabrikam on both sides and equal; Jim is coupled."""
    world.couple_jim()
    for name in ("Adatum", "Fabrikam"):
        world.mapping().couplings.couple(world.add_customer(name), world.add_account(name))
    for way in ("to_crm", "to_erp", "to_crm"):
        jobs.run(jobs.start(world.mapping(), way).pk)
    return world


def one(world: JobsWorld, name: str) -> uuid.UUID:
    return next(id for id in world.erp.ids("customer") if world.erp.values("customer", id)["name"] == name)


def account(world: JobsWorld, name: str) -> dict[str, Value]:
    return world.crm.values("account", world.mapping().couplings.get(erp_id=one(world, name)).crm_id)
