"""What a changed mapping does to records that are coupled already, through stored mappings, couplings and jobs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from integration import jobs
from integration.mappings.own import NewPair, create_own
from integration.models import FieldMapping, RecordTemplate, SyncJob
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Side
from tests.integration.jobs_world import BOTH, TO_CRM, TO_ERP, JobsWorld, world
from tests.makers import account
from tests.pages import seen_on

__all__ = ["world"]

CITY = {"erp_field": "city", "crm_field": "address1_city"}


@pytest.fixture
def cronus(world: JobsWorld) -> JobsWorld:
    """Adatum and Coho Winery, coupled and quiet; their cities are not mapped, and differ."""
    world.couple_jim()
    for name in ("Adatum", "Coho Winery"):
        world.add_customer(name)
    passes(world, create=True)
    for id in world.crm.ids("account"):
        world.crm.edit("account", id, address1_city="Paris")
    passes(world)
    FieldMapping.objects.create(mapping=world.mapping(), is_enabled=False, user_defined=True, **CITY)
    return world


def passes(world: JobsWorld, name: str = "CUSTOMER", **more: Any) -> list[SyncJob]:
    """What the scheduler does: to Sales, then back."""
    options = Options(scope=Scope.CHANGED, **more)
    found = []
    for direction in (TO_CRM, TO_ERP):
        job = jobs.start(world.mapping(name), direction, options=options, inline=True)
        assert job.status == "finished", job.message
        found.append(job)
    return found


def enable(client: Client, **changes: str) -> Any:
    """Switch the city on, on the page."""
    formset = client.get("/mappings/CUSTOMER/fields/").context["formset"]
    values = {f"form-{name}": value for name, value in formset.management_form.initial.items()}
    values["seen"] = formset.stamp()
    for form in formset:
        for name in form.fields:
            value = getattr(form[name].value(), "pk", form[name].value())
            if value is not None and value is not False:
                values[form.add_prefix(name)] = "on" if value is True else value
        if form.instance.erp_field == "city":
            values |= {form.add_prefix(name): value for name, value in {"is_enabled": "on", **changes}.items()}
    return client.post("/mappings/CUSTOMER/fields/", values, follow=True)


def cities(world: JobsWorld) -> tuple[set[object], set[object]]:
    ours = world.erp.get("customer", world.erp.ids("customer"), ["city"]).values()
    theirs = world.crm.get("account", world.crm.ids("account"), ["address1_city"]).values()
    return {row.values["city"] for row in ours}, {row.values["address1_city"] for row in theirs}


def changed(found: list[SyncJob]) -> list[tuple[int, int]]:
    return [(job.modified, job.failed) for job in found]


OURS = {account("Adatum")["address1_city"], account("Coho Winery")["address1_city"]}


@pytest.mark.parametrize(("winner", "city"), [("erp", OURS), ("crm", {"Paris"})])
def test_the_next_scheduled_run_carries_an_enabled_field_for_records_that_nobody_touched(
    cronus: JobsWorld, admin: Client, winner: str, city: set[str]
) -> None:
    assert "are saved" in enable(admin, first_wins=winner).content.decode()
    passes(cronus)
    assert cities(cronus) == (city, city)
    assert changed(passes(cronus)) == changed(passes(cronus)) == [(0, 0), (0, 0)]


def test_nobody_was_asked_and_each_pair_is_a_conflict(cronus: JobsWorld, admin: Client) -> None:
    enable(admin, first_wins="ask")
    assert [job.failed for job in passes(cronus)] == [2, 2]
    assert cities(cronus) == (OURS, {"Paris"})


def test_a_rule_added_later_is_applied_to_everybody_once_and_stays_quiet(cronus: JobsWorld, admin: Client) -> None:
    enable(admin, first_wins="erp")
    assert cronus.mapping().full_run_needed
    passes(cronus)
    assert not cronus.mapping().full_run_needed
    city = FieldMapping.objects.get(**CITY)
    address = f"/mappings/fields/{city.pk}/steps/add/?kind=uppercase"
    admin.post(address, {"direction": "to_crm", **seen_on(admin, address)})
    passes(cronus)
    assert cities(cronus) == (OURS, {str(city).upper() for city in OURS})
    assert changed(passes(cronus)) == changed(passes(cronus)) == [(0, 0), (0, 0)]


def test_a_new_account_is_filled_from_the_template_of_its_mapping(cronus: JobsWorld) -> None:
    template = RecordTemplate.objects.create(name="DOMESTIC", side="erp", table="customer")
    template.values.create(field="priority", value="3")
    cronus.mapping().templates.create(template=template, condition="name begins with Lit")
    cronus.add_account("Litware")
    cronus.add_account("Fabrikam")
    passes(cronus, create=True)
    rows = cronus.erp.get("customer", cronus.erp.ids("customer"), ["name", "priority"]).values()
    assert {row.values["name"]: row.values["priority"] for row in rows if row.values["priority"]} == {"Litware": 3}


def test_a_mapping_of_ones_own_synchronizes_beside_the_standard_one_of_the_same_tables(cronus: JobsWorld) -> None:
    erp, crm = cronus.erp.describe("customer"), cronus.crm.describe("account")
    mine = create_own("FIRMS", erp, crm, BOTH, [NewPair("name", "name", Direction.BOTH, 1)])
    first = cronus.erp.ids("customer")[0]
    pair = cronus.mapping().couplings.get(erp_id=first)
    mine.couplings.couple(pair.erp_id, pair.crm_id)
    passes(cronus, "FIRMS")
    cronus.erp.edit("customer", first, name="Adatum Limited")
    assert changed(passes(cronus, "FIRMS")) == [(1, 0), (0, 0)]
    assert changed(passes(cronus)) == [(0, 0), (0, 0)]
    assert "Adatum Limited" in cronus.names(Side.CRM, "account")


@pytest.mark.parametrize("scope", [Scope.EVERYTHING, Scope.CHANGED])
def test_a_run_under_way_begins_again_when_the_mapping_is_changed(world: JobsWorld, scope: Scope) -> None:
    world.couple_jim()
    world.pages_of(2)
    names = ["Adatum", "Coho Winery", "Fabrikam", "Litware", "Proseware", "Relecloud", "Trey Research"]
    for name in names:
        world.add_customer(name)
    city = FieldMapping.objects.create(mapping=world.mapping(), is_enabled=False, user_defined=True, **CITY)

    def enabled() -> None:
        city.is_enabled = True
        city.begin_anew()
        city.mapping.require_full_run(look_again=True)

    world.during_insert(enabled, "Litware")
    job = jobs.start(world.mapping(), TO_CRM, options=Options(scope=scope, create=True), inline=True)
    assert job.status == "finished", job.message
    assert world.names(Side.CRM, "account") == names
    ours, theirs = cities(world)
    assert ours == theirs
    assert all(row.values.get("address1_city") for row in
               world.crm.get("account", world.crm.ids("account"), ["address1_city"]).values())  # fmt: skip
    passes(world)
    assert changed(passes(world)) == [(0, 0), (0, 0)]
