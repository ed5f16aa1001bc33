"""Firms whose telephone number a run carries to Sales."""

from __future__ import annotations

import uuid
from typing import Any

from integration import jobs
from integration.models import SyncJob
from tests.integration.jobs_world import JobsWorld


def coupled(world: JobsWorld, *names: str) -> list[uuid.UUID]:
    """Firms that both sides know and agree on."""
    world.couple_jim()
    ours = [world.add_customer(name, phone_no="030 1") for name in names]
    for name, one in zip(names, ours, strict=True):
        world.mapping().couplings.couple(one, world.add_account(name, telephone1="030 1"))
    both(world)
    return ours


def both(world: JobsWorld) -> list[SyncJob]:
    return [ran(jobs.start(world.mapping(), direction)) for direction in ("to_crm", "to_erp")]


def ran(job: SyncJob) -> SyncJob:
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def phones(world: JobsWorld) -> list[Any]:
    return [world.crm.values("account", id)["telephone1"] for id in world.crm.ids("account")]


def carried(world: JobsWorld, ours: list[uuid.UUID], phone: str = "030 2") -> SyncJob:
    """The run that carried a new telephone number of all of them."""
    for one in ours:
        world.erp.edit("customer", one, phone_no=phone)
    job = ran(jobs.start(world.mapping(), "to_crm"))
    assert job.modified == len(ours)
    return job
