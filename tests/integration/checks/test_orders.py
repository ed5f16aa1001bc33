"""The preflight of sales order integration: users, activity feed, freight and VAT."""

from __future__ import annotations

import uuid

import pytest

from integration.business_central.models import (
    Customer,
    GLAccount,
    Item,
    SalesReceivablesSetup,
    VatBusinessPostingGroup,
    VatPostingSetup,
)
from integration.checks.orders import orders
from integration.connection.systems import Connected
from integration.models import ConnectionSetup
from integration.sync.rules import Context
from integration.systems.findings import Severity
from integration.systems.memory import MemorySystem
from integration.systems.values import Field, FieldType, Option, Side
from tests.business_central import trading
from tests.makers import option, table, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm() -> MemorySystem:
    """An organization in which we and Peter, who handles orders, are integration users, and orders have their feed."""
    made = MemorySystem(Side.CRM, [])
    made.add_table(
        table("systemuser", "User", [text("fullname"), Field("isintegrationuser", FieldType.BOOLEAN)], named="fullname")
    )
    feed = [text("msdyn_entityname"), option("statecode", (Option(0, "Active"), Option(1, "Inactive")))]
    made.add_table(table("msdyn_postconfig", "Post Configuration", feed, named="msdyn_entityname"))
    made.add("systemuser", made.user_id, fullname="Integration", isintegrationuser=True)
    made.add("msdyn_postconfig", msdyn_entityname="salesorder", statecode=0)
    return made


@pytest.fixture
def setup(crm: MemorySystem) -> ConnectionSetup:
    trading.open_company()
    setup = ConnectionSetup.current()
    setup.order_integration_enabled = True
    setup.order_user_id = crm.add("systemuser", fullname="Peter", isintegrationuser=True)
    receivables = SalesReceivablesSetup.current()
    receivables.freight_g_l_account_no = GLAccount.objects.get()
    receivables.save()
    return setup


def found(setup: ConnectionSetup, crm: MemorySystem) -> dict[str, tuple[Severity, str]]:
    context = Context(local_currency="GBP", company="CRONUS", user_id=crm.user_id)
    connected = Connected(MemorySystem(Side.ERP, []), crm, context)
    return {one.code: (one.severity, one.message) for one in orders(setup, connected)}


def test_all_that_orders_need_is_there(setup: ConnectionSetup, crm: MemorySystem) -> None:
    assert set(found(setup, crm)) == {"orders"}


def test_nothing_is_looked_at_while_order_integration_is_off(setup: ConnectionSetup, crm: MemorySystem) -> None:
    setup.order_integration_enabled = False
    assert found(setup, crm) == {}


def test_our_own_user_must_be_an_integration_user(setup: ConnectionSetup, crm: MemorySystem) -> None:
    crm.edit("systemuser", crm.user_id, isintegrationuser=False)
    severity, words = found(setup, crm)["integration-user-mode"]
    assert severity is Severity.ERROR
    assert words.startswith("Integration, as whom we work, is no integration user")


def test_the_user_that_handles_orders_may_be_none(setup: ConnectionSetup, crm: MemorySystem) -> None:
    assert setup.order_user_id is not None
    crm.edit("systemuser", setup.order_user_id, isintegrationuser=False)
    severity, words = found(setup, crm)["order-user-mode"]
    assert (severity, words.startswith("Peter, who handles orders")) == (Severity.WARNING, True)
    setup.order_user_id = uuid.uuid4()
    assert set(found(setup, crm)) == {"orders"}, "that it is gone is another finding's"


def test_an_activity_feed_that_is_off_is_named_where_the_organization_has_one(
    setup: ConnectionSetup, crm: MemorySystem
) -> None:
    [feed] = crm.ids("msdyn_postconfig")
    crm.edit("msdyn_postconfig", feed, statecode=1)
    assert set(found(setup, crm)) == {"activity-feed-off"}


def test_a_freight_account_is_missing_or_blocked(setup: ConnectionSetup, crm: MemorySystem) -> None:
    GLAccount.objects.update(blocked=True)
    assert "6810 is blocked" in found(setup, crm)["freight-account-missing"][1]
    receivables = SalesReceivablesSetup.current()
    receivables.freight_g_l_account_no = None
    receivables.save()
    assert "No freight account is chosen" in found(setup, crm)["freight-account-missing"][1]


def test_groups_without_a_vat_rate_are_named(setup: ConnectionSetup, crm: MemorySystem) -> None:
    abroad = VatBusinessPostingGroup.objects.create(code="ABROAD")
    Customer.objects.filter(no="CONTOSO").update(vat_bus_posting_group=abroad)
    severity, words = found(setup, crm)["vat-setup-missing"]
    assert severity is Severity.WARNING
    assert "ABROAD and REDUCED" in words
    Item.objects.exclude(no="DESK").update(blocked=True)
    VatPostingSetup.objects.create(
        vat_bus_posting_group=abroad, vat_prod_posting_group=Item.objects.get(no="DESK").vat_prod_posting_group,
        vat_identifier="VAT00", vat_percent=0,
    )  # fmt: skip
    assert set(found(setup, crm)) == {"orders"}
