"""A run both ways is two passes of one start: both are undone together."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from integration import jobs, scheduler
from integration.models import JobQueueEntry, SyncJob
from tests.integration.jobs.undo.phones import both, carried, coupled, phones, ran
from tests.integration.jobs_world import JobsWorld, world
from tests.people import INTEGRATOR, signed_in

__all__ = ["world"]


def shown(job: SyncJob) -> str:
    return signed_in("ann", INTEGRATOR).get(reverse("synch_job_undo", args=[job.pk])).content.decode()


def both_ways(world: JobsWorld) -> tuple[uuid.UUID, list[SyncJob]]:
    """The schedule's run of customers carried Adatum's telephone number to Sales, and its name from there."""
    (adatum,) = coupled(world, "Adatum")
    world.erp.edit("customer", adatum, phone_no="030 2")
    world.crm.edit("account", world.crm.ids("account")[0], name="Adatum North")
    scheduler.run_now(JobQueueEntry.objects.get(mapping__name="CUSTOMER"))
    last = list(SyncJob.objects.order_by("-queued_at")[:2])
    return adatum, [ran(job) for job in reversed(last)]


@pytest.mark.parametrize("half", [0, 1])
def test_both_halves_of_a_run_both_ways_are_undone_the_later_one_first(world: JobsWorld, half: int) -> None:
    adatum, halves = both_ways(world)
    assert [(job.direction, job.modified) for job in halves] == [("to_crm", 1), ("to_erp", 1)]
    client, address = signed_in("ann", INTEGRATOR), reverse("synch_job_undo", args=[halves[half].pk])
    assert "Undo Both Halves" in client.get(address).content.decode()
    client.post(address, {"both": "yes"})
    later, earlier = SyncJob.objects.filter(kind=SyncJob.Kind.UNDO).order_by("queued_at")
    assert (later.undoes, earlier.undoes, earlier.after) == (halves[1], halves[0], later)
    assert [ran(job).modified for job in (later, earlier)] == [1, 1]
    assert (phones(world), world.erp.values("customer", adatum)["name"]) == (["030 1"], "Adatum")
    assert all(not one.modified and not one.failed for one in both(world))


def test_a_run_one_way_and_one_whose_other_half_wrote_nothing_offer_no_other_half(world: JobsWorld) -> None:
    job = carried(world, coupled(world, "Adatum"))
    behind = ran(jobs.start(world.mapping(), "to_erp", after=job))
    assert behind.modified == 0
    assert "Both Halves" not in shown(job)
