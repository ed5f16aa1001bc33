"""A connection whose two ends are twins in memory: the System seam is the only place where tests stand in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Never

import pytest
from django.test import Client

from integration.connection import systems
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, TableMapping, User
from integration.systems.errors import Unreachable
from integration.systems.memory import MemorySystem
from integration.systems.values import Field, FieldType, Side
from tests.makers import account, crm_tables, customer, erp_tables, table, text
from tests.organization import demo_organization
from tests.people import client_of, signed_in


@pytest.fixture
def company() -> MemorySystem:
    """CRONUS with three customers, one of them blocked."""
    erp = MemorySystem(Side.ERP, erp_tables())
    for name, blocked in (("Adatum", 0), ("Fabrikam", 0), ("Litware", 3)):
        erp.add("customer", **customer(name, blocked=blocked))
    return erp


@pytest.fixture
def organization() -> MemorySystem:
    """A Sales organization with our user, two customers and a vendor."""
    labels = {"product": "Product", "pricelevel": "Price List", "opportunity": "Opportunity"}
    products = [table(name, label, [text("name")]) for name, label in labels.items()]
    users = next(one for one in crm_tables() if one.name == "systemuser")
    disabled = Field("isdisabled", FieldType.BOOLEAN)
    known = [one for one in crm_tables() if one.name != "systemuser"]
    crm = MemorySystem(
        Side.CRM, [*known, *products, table("systemuser", "User", [*users.fields.values(), disabled], named="fullname")]
    )
    crm.add("systemuser", crm.user_id, fullname="BC Integration", isdisabled=False)
    for name, relationship in (("Adatum", 3), ("Coho Winery", 3), ("Wingtip Toys", 11)):
        crm.add("account", **account(name, customertypecode=relationship))
    return crm


@pytest.fixture
def ends(
    monkeypatch: pytest.MonkeyPatch, company: MemorySystem, organization: MemorySystem
) -> tuple[MemorySystem, MemorySystem]:
    """Both twins, in the place where the connection opens its systems."""
    monkeypatch.setattr(systems, "open_erp", lambda: company)
    monkeypatch.setattr(systems, "connect", lambda **_: organization)
    monkeypatch.setattr(systems, "local_currency", lambda: "GBP")
    monkeypatch.setattr(systems, "company_name", lambda: "CRONUS International Ltd.")
    return company, organization


@pytest.fixture
def setup(db: None, ends: tuple[MemorySystem, ...]) -> ConnectionSetup:
    """The connection, complete and still disabled."""
    setup = ConnectionSetup.current()
    setup.url, setup.tenant = "https://contoso.crm4.dynamics.com", "contoso.example"
    setup.client_id, setup.client_secret = "3f2a", "the secret of Contoso"
    setup.save()
    return setup


@pytest.fixture
def admin(db: None) -> Client:
    """Annette, who may change everything."""
    return client_of(User.objects.create(username="annette", is_staff=True, is_superuser=True))


@pytest.fixture
def reader(db: None) -> Client:
    """Ester, who may only look."""
    return signed_in("ester")


@pytest.fixture
def mapping(setup: ConnectionSetup) -> TableMapping:
    """CUSTOMER with those fields that the twins have."""
    create_missing("dataverse")
    customer = TableMapping.objects.get(name="CUSTOMER")
    known = {"name", "post_code", "city", "e_mail", "salesperson_code", "currency_code"}
    customer.fields.exclude(erp_field__in=known).delete()
    return customer


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The organization cannot be reached."""

    def refuse(**_: object) -> Never:
        raise Unreachable("No route to contoso.crm4.dynamics.com.")

    monkeypatch.setattr(systems, "connect", refuse)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The ready line of a running demo organization."""
    with demo_organization(tmp_path_factory.mktemp("sandbox")) as running:
        yield running.ready
