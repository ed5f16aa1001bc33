"""Pairs that both sides have changed, and the runs that meet them."""

from __future__ import annotations

import uuid

from integration import jobs
from integration.models import SyncError, SyncJob
from tests.integration.jobs_world import JobsWorld


def run_all() -> None:
    for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED).order_by("queued_at"):
        jobs.run(job.pk)


def both(world: JobsWorld) -> None:
    for direction in ("to_crm", "to_erp"):
        jobs.run(jobs.start(world.mapping(), direction).pk)


def clash(world: JobsWorld, name: str = "Adatum") -> tuple[uuid.UUID, uuid.UUID]:
    """A pair that agreed, then name and telephone were changed on both sides to different values."""
    world.couple_jim()
    ours, theirs = world.add_customer(name, phone_no="030 1"), world.add_account(name, telephone1="030 1")
    world.mapping().couplings.couple(ours, theirs)
    both(world)
    world.erp.edit("customer", ours, name=f"{name} AG", phone_no="030 22")
    world.crm.edit("account", theirs, name=f"{name} Ltd.", telephone1="030 33")
    both(world)
    assert SyncError.objects.open().filter(code="conflict").exists()
    return ours, theirs
