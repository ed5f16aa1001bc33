"""Preflight counts the records whose values have more decimals than Sales keeps."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.checks.decimals import decimals
from integration.connection.systems import Connected
from integration.models import ConnectionSetup, FieldMapping, TableMapping
from integration.sync.rules import Context, Direction
from integration.systems.findings import Finding, Severity
from tests.sync.entity_rules.cronus import Cronus

pytestmark = pytest.mark.django_db


@pytest.fixture
def cronus() -> Cronus:
    """CRONUS, whose item mapping carries prices and stock."""
    mapping = TableMapping.objects.create(
        name="ITEM-PRODUCT", part="sales", erp_table="item", crm_table="product", erp_filter="blocked = No"
    )
    for erp, crm in (("unit_price", "price"), ("unit_cost", "standardcost"), ("inventory", "quantityonhand")):
        FieldMapping.objects.create(mapping=mapping, erp_field=erp, crm_field=crm, direction=Direction.TO_CRM)
    return Cronus()


def found(cronus: Cronus) -> Finding:
    setup = ConnectionSetup.current()
    [one] = decimals(setup, Connected(cronus.erp, cronus.crm, Context(local_currency="GBP")))
    return one


def test_prices_with_more_decimals_than_the_organization_allows_are_counted_by_record(cronus: Cronus) -> None:
    cronus.item("1000", "Bicycle", "0.12345", inventory=Decimal("1.34567"))
    cronus.item("1001", "Pump", "4.50")
    cronus.item("1002", "Lamp", "4.125", blocked=True)
    one = found(cronus)
    assert (one.code, one.severity) == ("values-rounded", Severity.WARNING)
    assert one.message.startswith("1 record has values with more decimals")
    assert "unit_price (2)" in one.message
    assert "inventory" not in one.message
    assert "Pricing Decimal Precision" in one.fix


def test_an_organization_with_four_decimals_loses_nothing_of_a_tenth_of_a_cent(cronus: Cronus) -> None:
    cronus.crm.edit("organization", cronus.organization, pricingdecimalprecision=4)
    cronus.item("1000", "Bicycle", "0.1234")
    assert found(cronus).severity is Severity.FINE
