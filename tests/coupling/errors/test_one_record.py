"""One record counts as one error, whichever pass has met it, and its error ends with its pair."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from coupling.pages.asking.outcome import outcome
from integration.models import ConnectionSetup, SyncError, SyncJob, User
from integration.pages.home.desk import desk_of
from integration.pages.home.inbox import waiting_for
from integration.pages.runs.families import counted, errors_of, family
from integration.pages.runs.tabs import numbers_of
from tests.coupling.conftest import page, press
from tests.coupling.errors.clashing import both
from tests.coupling.errors.skipped import run_all
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


@pytest.fixture
def trey(world: JobsWorld) -> uuid.UUID:
    """Trey Research, a customer whose account was deleted in Sales."""
    world.couple_jim()
    customer, account = world.add_customer("Trey Research"), world.add_account("Trey Research")
    world.mapping().couplings.couple(customer, account)
    both(world)
    world.erp.edit("customer", customer, phone_no="030 7")
    world.crm.remove("account", account)
    both(world)
    return customer


def waits() -> list[str]:
    """The titles of what waits for an administrator."""
    admin = User.objects.create_superuser("ada")
    return [one.title for one in waiting_for(desk_of(admin, ConnectionSetup.current()))]


def test_a_deleted_account_that_both_passes_meet_is_one_error(world: JobsWorld, trey: uuid.UUID) -> None:
    error = SyncError.objects.open().get()
    assert (error.code, error.erp_id) == ("twin-gone", trey)
    assert waits().count("Trey Research: the coupled record was deleted") == 1


def test_what_rests_is_not_counted_among_the_errors_once_more(world: JobsWorld, trey: uuid.UUID) -> None:
    both(world)
    titles = waits()
    assert "1 record skipped" in titles
    assert not [title for title in titles if "error" in title or "Trey Research" in title]


def test_the_error_of_a_deleted_account_ends_with_its_coupling_and_a_new_account_brings_none(
    world: JobsWorld, trey: uuid.UUID, clerk: Client
) -> None:
    world.mapping().couplings.uncouple([trey], world.erp, world.crm)
    assert not SyncError.objects.open().exists()
    press(clerk, "erp", "customer", "create", trey, mapping="CUSTOMER", confirmed="yes")
    run_all()
    assert world.names(world.crm.side, "account") == ["Trey Research"]
    assert "was deleted" not in page(clerk, "erp_card", "customer", trey)
    assert not SyncError.objects.open().exists()


def test_coupling_a_customer_with_another_account_ends_the_error_of_the_deleted_one(
    world: JobsWorld, trey: uuid.UUID
) -> None:
    world.mapping().couplings.couple(trey, world.add_account("Trey Research Ltd."))
    assert not SyncError.objects.open().exists()


@pytest.fixture
def clashing(world: JobsWorld) -> list[uuid.UUID]:
    """Three customers whose telephone number both sides have changed."""
    world.couple_jim()
    pairs = [(world.add_customer(name), world.add_account(name)) for name in ("Adatum", "Litware", "Relecloud")]
    for ours, theirs in pairs:
        world.mapping().couplings.couple(ours, theirs)
    both(world)
    for ours, theirs in pairs:
        world.erp.edit("customer", ours, phone_no="030 22")
        world.crm.edit("account", theirs, telephone1="030 33")
    return [ours for ours, _ in pairs]


def test_three_conflicting_customers_that_are_merged_count_as_three(
    world: JobsWorld, clashing: list[uuid.UUID], clerk: Client
) -> None:
    SyncJob.objects.all().delete()
    press(clerk, "erp", "customer", "synchronize", *clashing, way="merge")
    run_all()
    first = SyncJob.objects.order_by("queued_at")[0]
    assert outcome(first).words == "3 failed."
    assert errors_of(family(first)).count() == 3
    assert numbers_of(family(first))["failed"] == 3


def test_three_customers_that_both_passes_of_a_merge_leave_out_count_as_three(
    world: JobsWorld, clashing: list[uuid.UUID], clerk: Client
) -> None:
    SyncJob.objects.all().delete()
    press(clerk, "erp", "customer", "synchronize", *clashing, way="merge")
    for number, one in enumerate(clashing):
        world.mapping().couplings.couple(one, world.add_account(f"Another {number}"))
    run_all()
    first = SyncJob.objects.order_by("queued_at")[0]
    assert [job.skipped for job in family(first)] == [3, 3]
    assert outcome(first).words == "3 left out."
    assert counted(family(first))["skipped"] == 3


def test_the_preview_of_a_merge_says_a_conflict_once(
    world: JobsWorld, clashing: list[uuid.UUID], clerk: Client
) -> None:
    shown = press(clerk, "erp", "customer", "synchronize", clashing[0]).content.decode()
    assert shown.count('class="table-warning"') == 1


def test_a_conflict_ends_with_its_coupling(world: JobsWorld, clashing: list[uuid.UUID]) -> None:
    both(world)
    assert SyncError.objects.open().count() == 3
    world.mapping().couplings.uncouple(clashing[:1], world.erp, world.crm)
    assert SyncError.objects.open().count() == 2
