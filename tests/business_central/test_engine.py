"""The engine with the real company at one end: customers and contacts, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from integration.business_central.models import Contact, CountryRegion, Customer, Salesperson
from integration.business_central.store import EmbeddedCompany
from integration.sync.rules import Direction, TableRule
from tests.makers import account, crm_tables, field_rule, rule
from tests.sync.world import TO_CRM, TO_ERP, World

pytestmark = pytest.mark.django_db
FIELDS = (
    field_rule("name", "name"), field_rule("address", "address1_line1"), field_rule("post_code", "address1_postalcode"),
    field_rule("phone_no", "telephone1"), field_rule("country_region_code", "address1_city", validate=False),
    field_rule("credit_limit_lcy", "creditlimit", Direction.TO_CRM),
)  # fmt: skip


@pytest.fixture
def world() -> World:
    world: Any = World()
    Salesperson.objects.create(system_id=world.jim, code="JO", name="Jim Olive")
    CountryRegion.objects.create(code="GB", name="United Kingdom")
    world.erp = EmbeddedCompany(page_size=7)
    return world


def customers(world: World) -> TableRule:
    sales = next(table for table in crm_tables() if table.name == "account")
    return rule(
        "CUSTOMER", world.erp.describe("customer"), sales, FIELDS, only_coupled=False, erp_filter="blocked = ' '"
    )


def test_customers_become_accounts_once_and_a_second_run_changes_nothing(world: World) -> None:
    Customer.objects.bulk_create(Customer(name=f"Firm {number:02}") for number in range(20))
    Customer.objects.create(name="Humongous Insurance", blocked=Customer.Blocked.ALL)

    first = world.run(TO_CRM, customers(world))
    second, back = world.run(TO_CRM, customers(world)), world.run(TO_ERP, customers(world))

    assert (first.inserted, first.failed) == (20, 0)
    assert (second.inserted, second.modified, second.failed) == (0, 0, 0)
    assert (back.inserted, back.modified, back.failed) == (0, 0, 0)
    assert len(world.crm.ids("account")) == 20


def test_an_account_becomes_a_customer_with_a_number_a_country_and_a_company_contact(world: World) -> None:
    world.crm.add("account", **account("Adatum", address1_city="United Kingdom"))

    assert world.run(TO_ERP, customers(world)).inserted == 1

    adatum = Customer.objects.get(name="Adatum")
    assert (adatum.no, adatum.country_region_code.code) == ("C00010", "GB")
    assert Contact.objects.get(name="Adatum").address == "Adatum Street 1"


def test_both_sides_changed_different_fields_and_both_arrive(world: World) -> None:
    adatum = Customer.objects.create(name="Adatum", phone_no="030 1")
    world.run(TO_CRM, customers(world))
    crm_id = world.pair(adatum.pk, customers(world)).crm_id
    adatum.address = "Ring 5"
    adatum.save()
    world.crm.edit("account", crm_id, telephone1="030 2")

    world.both(customers(world))

    adatum.refresh_from_db()
    assert (adatum.address, adatum.phone_no) == ("Ring 5", "030 2")
    assert world.crm.values("account", crm_id)["address1_line1"] == "Ring 5"
    assert sum(counters.modified for counters in world.both(customers(world))) == 0


def test_a_country_nobody_knows_fails_its_account_only(world: World) -> None:
    for name, country in (("Adatum", "Atlantis"), ("Fabrikam", "GB")):
        world.crm.add("account", **account(name, address1_city=country))

    counters = world.run(TO_ERP, customers(world))

    assert (counters.inserted, counters.failed) == (1, 1)
    assert "Atlantis" in world.journal.failures[0].message
    assert list(Customer.objects.values_list("name", flat=True)) == ["Fabrikam"]
