"""Repairs over a mixed selection of broken pairs, and dry runs over records of several mappings."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest
from django.test.client import Client

from coupling import commands
from integration import jobs
from integration.models import Plan, SyncJob, TableMapping
from integration.systems.values import Side
from tests.coupling.conftest import told
from tests.coupling.errors.skipped import account_of, press
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


@pytest.fixture
def broken(world: JobsWorld) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """Adatum has lost its customer, Fabrikam its account; Litware has both."""
    world.couple_jim()
    ids = []
    for name in ("Adatum", "Fabrikam", "Litware"):
        ours, theirs = world.add_customer(name), world.add_account(name, telephone1="")
        world.mapping().couplings.couple(ours, theirs)
        ids.append(ours)
    for direction in ("to_crm", "to_erp"):
        jobs.run(jobs.start(world.mapping(), direction).pk)
    SyncJob.objects.all().delete()
    adatum, fabrikam, litware = ids
    world.crm.remove("account", account_of(world, fabrikam))
    world.erp.remove("customer", adatum)
    return adatum, fabrikam, litware


def run_all() -> None:
    while job := SyncJob.objects.ready().first():
        assert jobs.run(job.pk)


def names(world: JobsWorld) -> tuple[list[str], list[str]]:
    return world.names(Side.ERP, "customer"), world.names(Side.CRM, "account")


def test_restoring_two_kinds_of_broken_pairs_restores_both_and_names_the_whole_one(
    world: JobsWorld, clerk: Client, broken: tuple[UUID, ...]
) -> None:
    world.erp.numbers = {"customer": "C"}
    answer = press(clerk, "restore", *broken)
    assert told(answer) == ["CUSTOMER, 1 record left out: Both records exist."]
    run_all()
    assert not SyncJob.objects.active().exists()
    assert names(world) == (["Adatum", "Fabrikam", "Litware"], ["Adatum", "Fabrikam", "Litware"])


def test_restoring_where_the_mapping_goes_one_way_does_that_way_and_says_what_it_left_out(
    world: JobsWorld, clerk: Client, broken: tuple[UUID, ...]
) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(direction="to_crm")
    answer = press(clerk, "restore", *broken[:2])
    assert told(answer) == [
        "CUSTOMER, 1 record left out: CUSTOMER does not create records in Business Central.",
    ]
    run_all()
    assert names(world) == (["Fabrikam", "Litware"], ["Adatum", "Fabrikam", "Litware"])


def test_deleting_what_is_left_deletes_of_the_broken_pairs_only_and_names_the_whole_one(
    world: JobsWorld, clerk: Client, broken: tuple[UUID, ...]
) -> None:
    answer = press(clerk, "delete", *broken, confirmed="yes")
    assert told(answer) == ["CUSTOMER, 1 record left out: Both records exist."]
    run_all()
    assert names(world) == (["Litware"], ["Litware"])


def test_letting_business_central_win_names_the_mapping_that_does_not_go_that_way(
    world: JobsWorld, clerk: Client, broken: tuple[UUID, ...]
) -> None:
    *_, litware = broken
    TableMapping.objects.filter(name="SALESPEOPLE").update(direction="to_erp")
    answer = press(clerk, "synchronize", litware, world.jim, way="send")
    assert told(answer) == ["SALESPEOPLE, 1 record left out: SALESPEOPLE does not synchronize this way."]
    assert SyncJob.objects.filter(mapping__name="CUSTOMER", direction="to_crm").exists()
    assert not SyncJob.objects.filter(mapping__name="SALESPEOPLE").exists()


def test_a_dry_run_over_records_of_two_mappings_makes_one_plan_for_each(
    world: JobsWorld, broken: tuple[UUID, ...]
) -> None:
    *_, litware = broken
    other = TableMapping.objects.create(name="FIRMS", erp_table="customer", crm_table="account", direction="both")
    other.fields.create(erp_field="name", crm_field="name", direction="both")
    coho, account = world.add_customer("Coho Winery"), world.add_account("Coho Winery")
    other.couplings.couple(coho, account)
    made = commands.plans(Side.ERP, [world.mapping(), other], [litware, coho], None)
    assert sorted(plan.title for plan in made) == ["1 record of CUSTOMER", "1 record of FIRMS"]
    assert Plan.objects.count() == 2
