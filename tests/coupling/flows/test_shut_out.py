"""What comes first is judged by the filter of its own mapping: who is outside is neither coupled nor created, and that
is said before anything is started."""

from __future__ import annotations

import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages.asking.needs import needs
from integration.models import SyncError, SyncJob, TableMapping
from integration.systems.values import Ref, Side
from tests.coupling.conftest import page, press, told
from tests.integration.jobs_world import JobsWorld, world
from tests.makers import account
from tests.opened import opened

__all__ = ["world"]

REASON = "outside the filter of SALESPEOPLE: isdisabled is Yes, must be No"


@pytest.fixture
def nancy(world: JobsWorld) -> uuid.UUID:
    """A user of Sales who is none of the mapping's business."""
    TableMapping.objects.filter(name="SALESPEOPLE").update(crm_filter="isdisabled = No")
    return world.crm.add("systemuser", fullname="Nancy Anderson", isdisabled=True)


@pytest.fixture
def nova(world: JobsWorld, nancy: uuid.UUID) -> uuid.UUID:
    return world.crm.add("account", **account("Nova Shop", ownerid=Ref("systemuser", nancy, "Nancy Anderson")))


def test_a_user_outside_the_filter_is_not_promised_as_a_salesperson(
    world: JobsWorld, clerk: Client, nova: uuid.UUID
) -> None:
    shown = press(clerk, "crm", "account", "create", nova, mapping="CUSTOMER").content.decode()

    assert f"{REASON}." in shown
    assert "Change that in Dynamics 365 Sales, name another User there, or change the filter." in shown
    assert reverse("mapping", args=["SALESPEOPLE"]) in shown
    for wrong in ("created in Business Central as", "Do These First", "Couple it first", "confirmed"):
        assert wrong not in shown


def test_whoever_starts_it_all_the_same_is_told_the_reason_and_nothing_is_made(
    world: JobsWorld, clerk: Client, nova: uuid.UUID
) -> None:
    sent = {"mapping": "CUSTOMER", "confirmed": "yes", "first": "yes"}

    assert told(press(clerk, "crm", "account", "create", nova, **sent)) == [f"User Nancy Anderson is {REASON}."]
    assert not SyncJob.objects.exists()


def test_set_up_coupling_of_who_is_outside_says_why_and_offers_nobody(
    world: JobsWorld, clerk: Client, nancy: uuid.UUID
) -> None:
    shown = page(clerk, "coupling_from", "SALESPEOPLE", nancy)

    assert "isdisabled is Yes, must be No. It can be coupled once that is changed in Dynamics 365 Sales" in shown
    assert "Jim Olive" not in shown


def test_set_up_coupling_of_a_customer_outside_the_filter_says_why(world: JobsWorld, clerk: Client) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(erp_filter="blocked = ' '")
    blocked = world.add_customer("Litware", blocked=3)

    shown = page(clerk, "coupling", "CUSTOMER", blocked)

    assert "blocked is All, must be blank. It can be coupled once" in shown
    assert ">Couple<" not in shown


@pytest.mark.parametrize(
    ("direction", "name"), [("to_erp", "coupling_from"), ("to_crm", "coupling")]
)  # fmt: skip
def test_couple_this_one_first_leads_to_where_it_is_coupled(
    world: JobsWorld, clerk: Client, nova: uuid.UUID, nancy: uuid.UUID, direction: str, name: str
) -> None:
    first, table = (nancy, "systemuser") if direction == "to_erp" else (world.jim, "salesperson")
    mapping, job = world.mapping(), SyncJob.objects.create(mapping=world.mapping(), direction=direction)
    SyncError.objects.create(
        job=job, mapping=mapping, direction=direction, crm_id=nova, code="not-coupled", message="Not coupled.",
        waiting_for=f"{table}/{first}",
    )  # fmt: skip
    address = reverse(name, args=["SALESPEOPLE", first])

    link = page(clerk, "crm_card", "account", nova).partition(">Couple this one first</a>")[0].rpartition("<a ")[2]
    assert link.startswith(f'href="{address}?back=')
    assert page(clerk, name, "SALESPEOPLE", first)


def test_what_comes_first_is_the_business_of_the_mapping_whose_filter_it_passes(
    world: JobsWorld, nova: uuid.UUID, nancy: uuid.UUID
) -> None:
    others = TableMapping.objects.create(
        name="STANDBY", erp_table="salesperson", crm_table="systemuser", direction="to_erp", position=9000,
        crm_filter="isdisabled = Yes",
    )  # fmt: skip
    others.fields.create(erp_field="name", crm_field="fullname", direction="to_erp")
    with opened() as connected:
        [need] = needs(connected, world.mapping(), Side.CRM, [nova])

    assert (need.mapping, need.outside, need.creates) == (others, "", True)
