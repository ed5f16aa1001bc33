"""Match-based coupling with “Synchronize After Coupling” writes the pairs it makes, and nobody else's."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from integration import jobs
from integration.models import Plan, PlannedChange, SyncJob
from tests.coupling.asking.matching import run_all, start
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


@pytest.fixture
def waiting(world: JobsWorld) -> JobsWorld:
    """Fabrikam is coupled, and its new telephone number waits for the next run; Adatum is on both sides, Litware only
    here."""
    world.couple_jim()
    world.mapping().couplings.couple(world.add_customer("Fabrikam"), world.add_account("Fabrikam"))
    for way in ("to_crm", "to_erp"):
        jobs.run(jobs.start(world.mapping(), way).pk)
    world.erp.edit("customer", id_of(world, "Fabrikam"), phone_no="0300 1")
    world.mapping().couplings.owe([id_of(world, "Fabrikam")])
    SyncJob.objects.all().delete()
    world.add_customer("Adatum")
    world.add_account("Adatum", telephone1="")
    world.add_customer("Litware")
    return world


def id_of(world: JobsWorld, name: str) -> uuid.UUID:
    return next(id for id in world.erp.ids("customer") if world.erp.values("customer", id)["name"] == name)


def phones(world: JobsWorld) -> dict[str, str]:
    """Account -> telephone number."""
    rows = [world.crm.values("account", id) for id in world.crm.ids("account")]
    return {row["name"]: row["telephone1"] for row in rows}


@pytest.mark.parametrize("chosen", [["Adatum"], []], ids=["adatum-chosen", "all-matched"])
def test_an_edit_of_fabrikam_stays_for_its_own_run_where_adatum_is_coupled(
    chosen: list[str], waiting: JobsWorld, clerk: Client
) -> None:
    before = phones(waiting)
    start(clerk, *(id_of(waiting, name) for name in chosen), synchronize="yes")
    first, *behind = run_all()
    after = phones(waiting)
    assert (first.coupled, sum(job.modified for job in behind)) == (1, 1)
    assert after["Fabrikam"] == before["Fabrikam"] != "0300 1"
    assert after["Adatum"] == waiting.erp.values("customer", id_of(waiting, "Adatum"))["phone_no"]


def test_creating_what_has_no_match_makes_litware_and_leaves_the_edit_of_fabrikam(
    waiting: JobsWorld, clerk: Client
) -> None:
    start(clerk, create="yes")
    _, to_crm, to_erp = run_all()
    assert (to_crm.inserted, to_crm.modified, to_erp.modified) == (1, 1, 0)
    assert phones(waiting).keys() == {"Adatum", "Fabrikam", "Litware"}
    assert phones(waiting)["Fabrikam"] != "0300 1"


@pytest.mark.parametrize("create", [{}, {"create": "yes"}], ids=["pairs-only", "creating"])
def test_the_dry_run_shows_the_records_that_the_run_takes(
    create: dict[str, str], waiting: JobsWorld, clerk: Client
) -> None:
    start(clerk, dry_run="yes", **create)
    run_all()
    shown = Plan.objects.get().changes.exclude(action=PlannedChange.Action.FAIL).values_list("label", flat=True)
    names = {label.split()[-1] for label in shown}
    assert names == ({"Adatum", "Litware"} if create else {"Adatum"})
