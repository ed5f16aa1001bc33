"""The twins behind an enabled connection, and who may do what."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from integration.models import ConnectionSetup, TableMapping
from integration.systems.memory import MemorySystem
from integration.systems.values import Option, Side
from tests.integration.conftest import ends, organization, setup
from tests.makers import code, customer, erp_tables, option, reference, table, text
from tests.pages import pressed
from tests.people import signed_in

__all__ = ["ends", "organization", "setup"]

LINKS = (Option(1, "Customer"), Option(2, "Vendor"))


@pytest.fixture
def company() -> MemorySystem:
    """CRONUS with three customers, one of them blocked, and a table that says whose contacts are whose."""
    fields = [reference("contact_no", "contact"), option("link_to_table", LINKS), code("no")]
    relations = table("contact_business_relation", "Contact Business Relation", fields, named="no")
    vendors = table("vendor", "Vendor", [code("no"), text("name"), text("city")], numbered="no")
    erp = MemorySystem(Side.ERP, [*erp_tables(), relations, vendors])
    for name, blocked in (("Adatum", 0), ("Fabrikam", 0), ("Litware", 3)):
        erp.add("customer", **customer(name, no=f"C-{name}", blocked=blocked))
    return erp


@pytest.fixture
def connected(setup: ConnectionSetup) -> ConnectionSetup:
    """Enabled, with one mapping between customers and accounts."""
    ConnectionSetup.objects.update(is_enabled=True)
    mapping = TableMapping.objects.create(
        name="CUSTOMER",
        erp_table="customer",
        crm_table="account",
        direction="both",
        erp_filter="blocked = ' '",
        crm_filter="customertypecode = Customer",
    )
    for position, (erp, crm) in enumerate((("name", "name"), ("phone_no", "telephone1"), ("city", "address1_city"))):
        mapping.fields.create(erp_field=erp, crm_field=crm, direction="both", position=position)
    return ConnectionSetup.current()


@pytest.fixture
def mapping(connected: ConnectionSetup) -> TableMapping:
    return TableMapping.objects.get(name="CUSTOMER")


@pytest.fixture
def clerk(db: None) -> Client:
    """Signed in, may couple and start jobs."""
    return signed_in("susan", rights=("change_coupling",))


@pytest.fixture
def visitor(db: None) -> Client:
    """Signed in, may only look."""
    return signed_in("otto")


@pytest.fixture
def adatum(company: MemorySystem) -> uuid.UUID:
    return id_of(company, "Adatum")


@pytest.fixture
def adatum_account(organization: MemorySystem) -> uuid.UUID:
    return id_of(organization, "Adatum")


@pytest.fixture
def vendors(connected: ConnectionSetup) -> TableMapping:
    """A second mapping of accounts: vendors are made of those with the relationship type Vendor."""
    made = TableMapping.objects.create(
        name="VENDOR", erp_table="vendor", crm_table="account", direction="both", position=2000,
        crm_filter="customertypecode = Vendor",
    )  # fmt: skip
    made.fields.create(erp_field="name", crm_field="name", direction="both")
    return made


def id_of(system: MemorySystem, name: str) -> uuid.UUID:
    """The id of the customer or account of that name."""
    table = "customer" if system.side is Side.ERP else "account"
    return next(id for id in system.ids(table) if system.values(table, id)["name"] == name)


def page(client: Client, name: str, *args: object, **query: object) -> str:
    """A page as it is shown."""
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def press(client: Client, side: str, table: str, action: str, *ids: object, **more: object) -> HttpResponse:
    """A button of a list or card, with these records chosen."""
    address = reverse("record_action", args=[side, table, action])
    return pressed(client, address, {"selected": ids, "back": f"/records/{side}/{table}/", **more})


def told(answer: Any) -> list[str]:
    """What the person is told on the next page."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def read(answer: Any) -> list[str]:
    """The same as a person reads it, links by their words."""
    return [strip_tags(message) for message in told(answer)]
