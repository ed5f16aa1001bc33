"""The default price list, and those of foreign currencies, say that they are ours and are coupled with nothing."""

from __future__ import annotations

import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages.asking.ours import is_our_price_list
from integration.models import ConnectionSetup, TableMapping
from integration.systems.memory import MemorySystem
from integration.systems.values import Record
from tests.coupling.conftest import told
from tests.makers import code, table, text


@pytest.mark.parametrize(
    ("entity", "name", "ours"),
    [
        ("pricelevel", "Business Central Default Price List", True),
        ("pricelevel", "business central default price list", True),
        ("pricelevel", "Price List in EUR", True),
        ("pricelevel", "Price List in Euros", False),
        ("pricelevel", "WHOLESALE", False),
        ("pricelevel", "", False),
        ("account", "Business Central Default Price List", False),
    ],
)
def test_a_price_list_is_ours_by_its_name(entity: str, name: str, ours: bool) -> None:
    assert is_our_price_list(entity, Record(entity, uuid.uuid4(), {"name": name}, "1")) is ours


@pytest.fixture
def lists(connected: ConnectionSetup, company: MemorySystem, organization: MemorySystem) -> TableMapping:
    fields = [code("code"), text("description")]
    company.add_table(table("customer_price_group", "Customer Price Group", fields, named="description"))
    organization.add_table(table("pricelevel", "Price List", [text("name")], named="name"))
    made = TableMapping.objects.create(
        name="CUSTPRCGRP-PRICE", erp_table="customer_price_group", crm_table="pricelevel", direction="to_crm"
    )
    made.fields.create(erp_field="code", crm_field="name", direction="to_crm")
    return made


def test_the_default_price_list_says_that_it_is_ours_and_offers_no_coupling(
    clerk: Client, lists: TableMapping, company: MemorySystem, organization: MemorySystem
) -> None:
    default = organization.add("pricelevel", name="Business Central Default Price List")
    group = company.add("customer_price_group", code="GOLD", description="Gold")

    shown = clerk.get(reverse("crm_card", args=["pricelevel", default])).content.decode()
    assert "This price list is ours" in shown
    assert "Set Up Coupling" not in shown

    answer = clerk.get(reverse("coupling_from", args=[lists.name, default]))
    assert "This price list is ours" in told(answer)[0]
    answer = clerk.post(reverse("coupling_set", args=[lists.name, group]), {"crm_id": default})
    assert "This price list is ours" in told(answer)[0]
    dialog = clerk.get(reverse("coupling", args=[lists.name, group]), {"q": ""}).content.decode()
    assert "Default Price List" not in dialog
    assert not lists.couplings.exists()
