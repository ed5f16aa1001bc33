"""The twins behind an enabled connection, and who may do what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from integration.models import ConnectionSetup, TableMapping, User
from integration.systems.base import Option, Side
from integration.systems.memory import MemorySystem
from tests.integration.conftest import ends, organization, setup
from tests.makers import code, customer, erp_tables, option, reference, table

__all__ = ["ends", "organization", "setup"]

LINKS = (Option(1, "Customer"), Option(2, "Vendor"))


@pytest.fixture
def company() -> MemorySystem:
    """CRONUS with three customers, one of them blocked, and a table that says whose contacts are whose."""
    fields = [reference("contact_no", "contact"), option("link_to_table", LINKS), code("no")]
    relations = table("contact_business_relation", "Contact Business Relation", fields, named="no")
    erp = MemorySystem(Side.ERP, [*erp_tables(), relations])
    for name, blocked in (("Adatum", 0), ("Fabrikam", 0), ("Litware", 3)):
        erp.add("customer", **customer(name, no=f"C-{name}", blocked=blocked))
    return erp


@pytest.fixture
def connected(setup) -> ConnectionSetup:
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
def mapping(connected) -> TableMapping:
    return TableMapping.objects.get(name="CUSTOMER")


@pytest.fixture
def clerk(db) -> Client:
    """Signed in, may couple and start jobs."""
    user = User.objects.create_user("susan", password="wine in a barrel 7")
    user.user_permissions.add(Permission.objects.get(codename="change_coupling"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def visitor(db) -> Client:
    """Signed in, may only look."""
    client = Client()
    client.force_login(User.objects.create_user("otto", password="wine in a barrel 8"))
    return client


def id_of(system: MemorySystem, name: str):
    """The id of the customer or account of that name."""
    table = "customer" if system.side is Side.ERP else "account"
    return next(id for id in system.ids(table) if system.values(table, id)["name"] == name)
