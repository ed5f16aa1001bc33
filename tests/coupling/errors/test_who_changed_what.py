"""Whoever decides a conflict sees who changed what when: of a field where somebody noted it, else of the record."""

from __future__ import annotations

import html
import re
import uuid

import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from coupling.commands import edit_records
from integration.models import RecordChange, SyncError, SyncJob
from integration.models.stored.audit import acting
from integration.systems.errors import Refused
from integration.systems.values import Row
from tests.coupling.conftest import page
from tests.coupling.errors.clashing import both, clash
from tests.integration.jobs_world import JobsWorld, world
from tests.people import made

__all__ = ["world"]

AT = r"(on \S+ )?at \d\d:\d\d"
ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
SURFACES = ("conflicts", "conflict", "card")
AT_MOST = 20


@pytest.fixture
def nancy(world: JobsWorld) -> uuid.UUID:
    """A salesperson's assistant, in Sales alone."""
    return world.crm.add("systemuser", fullname="Nancy Anderson", isdisabled=False)


def clash_of(world: JobsWorld, nancy: uuid.UUID, name: str) -> uuid.UUID:
    """A pair of which both sides have changed the phone: Annette by hand in Business Central, Nancy in Sales."""
    world.couple_jim()
    ours, theirs = world.add_customer(name, phone_no="030 1"), world.add_account(name, telephone1="030 1")
    world.mapping().couplings.couple(ours, theirs)
    both(world)
    by_hand(world, ours, phone_no="030 22")
    world.crm.edit("account", theirs, by=nancy, telephone1="030 33")
    both(world)
    return ours


def by_hand(world: JobsWorld, ours: uuid.UUID, **values: str) -> None:
    """Annette edits the customer on its card."""
    person = made(f"annette-{uuid.uuid4().hex[:6]}", first_name="Annette", last_name="Hill")
    with acting(person):
        written = edit_records.change(world.erp, world.erp.describe("customer"), Row(ours, values))
    assert written.ok


def read(client: Client, surface: str, ours: uuid.UUID) -> str:
    """One of the three places where the conflict of this customer is decided, as a person reads it."""
    shown = {
        "conflicts": lambda: page(client, "conflicts"),
        "conflict": lambda: page(client, "conflict", "CUSTOMER", ours),
        "card": lambda: page(client, "record_comparison", "erp", "customer", ours),
    }[surface]()
    return re.sub(r"\s+", " ", html.unescape(strip_tags(shown.partition("<main")[2])))


@pytest.mark.parametrize("surface", SURFACES)
def test_who_changed_the_field_in_business_central_stands_at_its_value_and_of_sales_who_changed_the_record(
    world: JobsWorld, clerk: Client, nancy: uuid.UUID, surface: str
) -> None:
    text = read(clerk, surface, clash_of(world, nancy, "Adatum"))

    assert re.search(rf"030 22 ?(changed since)?Annette Hill changed it {AT} ?030 33", text)
    assert re.search(rf"The Business Central record was last changed by Annette Hill {AT}\.", text)
    assert re.search(rf"The Dynamics 365 Sales record was last changed by Nancy Anderson {AT}\.", text)
    assert not ID.search(text)


@pytest.mark.parametrize("surface", SURFACES)
def test_where_nobody_noted_who_changed_a_field_the_record_alone_is_spoken_of(
    world: JobsWorld, clerk: Client, surface: str
) -> None:
    text = read(clerk, surface, clash(world)[0])

    assert re.search(rf"The Business Central record was last changed {AT}; by whom is not noted\.", text)
    assert "changed it at" not in text


@pytest.mark.parametrize("surface", SURFACES)
def test_whose_value_a_run_has_overwritten_is_not_named_at_the_field(
    world: JobsWorld, clerk: Client, nancy: uuid.UUID, surface: str
) -> None:
    ours = clash_of(world, nancy, "Adatum")
    job = SyncJob.objects.create(mapping=world.mapping(), direction="to_erp")
    RecordChange.objects.create(
        job=job, erp_id=ours, crm_id=uuid.uuid4(), action="modified", fields=[("phone_no", "030 22", "030 4")],
        side="erp", created_at=timezone.now(),
    )  # fmt: skip

    assert "changed it at" not in read(clerk, surface, ours)


@pytest.mark.parametrize("surface", SURFACES)
def test_while_sales_does_not_name_its_people_a_conflict_can_be_decided_all_the_same(
    world: JobsWorld, clerk: Client, nancy: uuid.UUID, surface: str
) -> None:
    ours = clash_of(world, nancy, "Adatum")
    world.crm.fail_on("get", Refused("No right to read users."), when=lambda call: call.table == "systemuser")

    text = read(clerk, surface, ours)

    assert re.search(rf"The Dynamics 365 Sales record was last changed {AT}; by whom is not noted\.", text)
    assert "Carry the Chosen Values" in text


def test_many_conflicts_ask_no_more_often_than_one(world: JobsWorld, clerk: Client, nancy: uuid.UUID) -> None:
    def asked() -> tuple[int, list[tuple[str, str]]]:
        page(clerk, "conflicts")
        world.crm.faults.log.clear()
        with CaptureQueriesContext(connection) as queries:
            page(clerk, "conflicts")
        return len(queries), [(call.verb, call.table) for call in world.crm.faults.log]

    clash_of(world, nancy, "Adatum")
    of_one = asked()
    for name in ("Fabrikam", "Litware", "Relecloud"):
        clash_of(world, nancy, name)

    assert SyncError.objects.open().filter(code="conflict").count() == 4
    assert clerk.get(reverse("conflicts")).content.decode().count("Annette Hill changed it") == 4
    assert asked() == of_one
    assert of_one[0] <= AT_MOST
