"""Set Up Coupling works for every table that is coupled, not only for customers."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.connection import systems
from integration.models import ConnectionSetup, TableMapping
from tests.coupling.conftest import page
from tests.sync.entity_rules.cronus import Cronus

TABLES = {
    "SALESPEOPLE": ("salesperson", "systemuser"),
    "CUSTPRCGRP-PRICE": ("customer_price_group", "pricelevel"),
    "ITEM-PRODUCT": ("item", "product"),
    "RESOURCE-PRODUCT": ("resource", "product"),
    "UNIT OF MEASURE": ("unit_of_measure", "uomschedule"),
    "OPPORTUNITY": ("opportunity", "opportunity"),
    "CURRENCY": ("currency", "transactioncurrency"),
}


class Pair:
    """A mapping with one record in Business Central, and Alpha and Beta in Sales."""

    def __init__(self, name: str, cronus: Cronus) -> None:
        ours, theirs = TABLES[name]
        self.mapping = TableMapping.objects.create(name=name, erp_table=ours, crm_table=theirs, direction="to_crm")
        erp, crm = cronus.erp.describe(ours), cronus.crm.describe(theirs)
        self.named = crm.name_field
        self.mapping.fields.create(erp_field=erp.name_field, crm_field=crm.name_field, direction="to_crm")
        self.ours = cronus.erp.add(ours, **{erp.name_field: "Bicycle", erp.number_field or erp.name_field: "B1"})
        self.a, self.b = (
            cronus.crm.add(theirs, **{crm.number_field or crm.name_field: one, crm.name_field: one})
            for one in ("Alpha", "Beta")
        )

    def offered(self, client: Client, **query: object) -> list[str]:
        shown = page(client, "coupling", self.mapping.name, self.ours, **query)
        return re.findall(r'aria-label="Choose ([^"]+)"', shown)

    def chosen(self, client: Client, **query: object) -> list[str]:
        shown = page(client, "coupling", self.mapping.name, self.ours, **query)
        return re.findall(r'aria-label="Choose ([^"]+)" checked', shown)


@pytest.fixture
def pair(request: pytest.FixtureRequest, db: None, monkeypatch: pytest.MonkeyPatch) -> Pair:
    cronus = Cronus()
    monkeypatch.setattr(systems, "open_erp", lambda: cronus.erp)
    monkeypatch.setattr(systems, "open_crm", lambda setup, **_: cronus.crm)
    monkeypatch.setattr(systems, "local_currency", lambda: "GBP")
    monkeypatch.setattr(systems, "company_name", lambda: "CRONUS")
    ConnectionSetup.current()
    ConnectionSetup.objects.update(
        is_enabled=True, organization_id=cronus.crm.organization_id, user_id=cronus.crm.user_id
    )
    return Pair(request.param, cronus)


@pytest.mark.scenario(
    "CRMCouplingRecord.LookupCouplingRecordForSalesperson",
    "CRMCouplingRecord.LookupCouplingRecordForCustomerPriceGroup",
    "CRMCouplingRecord.LookupCouplingRecordForItem",
    "CRMCouplingRecord.LookupCouplingRecordForResource",
    "CRMCouplingRecord.LookupCouplingRecordForUOM",
    "CRMCouplingRecord.LookupCouplingRecordForOpportunity",
)
@pytest.mark.parametrize("pair", TABLES, indirect=True)
def test_the_dialog_stands_on_the_coupled_record_and_takes_another_that_is_picked(pair: Pair, clerk: Client) -> None:
    pair.mapping.couplings.couple(pair.ours, pair.b)
    assert pair.chosen(clerk, q="") == ["Beta"]
    assert pair.chosen(clerk, q="", crm_id=str(pair.a)) == ["Alpha"]


@pytest.mark.scenario(
    "CRMCouplingRecord.LookupFilteredCRMRecordForCurrency",
    "CRMCouplingRecord.LookupFilteredCRMRecordForCustomerPriceGroup",
    "CRMCouplingRecord.LookupFilteredCRMRecordForItem",
)
@pytest.mark.parametrize("pair", TABLES, indirect=True)
def test_only_records_inside_the_filter_of_the_mapping_are_offered(pair: Pair, clerk: Client) -> None:
    assert {"Alpha", "Beta"} <= set(pair.offered(clerk, q=""))
    TableMapping.objects.update(crm_filter=f"{pair.named} = Alpha")
    assert pair.offered(clerk, q="") == ["Alpha"]


@pytest.mark.scenario("CRMCouplingRecord.TypingIncompleteCRMAccountName")
@pytest.mark.parametrize("pair", ["CURRENCY"], indirect=True)
def test_typing_a_part_of_a_name_offers_those_that_contain_it_the_first_by_name_first(
    pair: Pair, clerk: Client
) -> None:
    assert pair.offered(clerk, q="a") == ["Alpha", "Beta"]
    assert pair.offered(clerk, q="ALP") == ["Alpha"]


@pytest.mark.scenario("CRMCouplingRecord.TypingCRMAccountName")
@pytest.mark.parametrize("pair", ["CURRENCY"], indirect=True)
def test_looking_for_another_name_leaves_what_was_chosen_as_it_is(pair: Pair, clerk: Client) -> None:
    pair.mapping.couplings.couple(pair.ours, pair.b)
    for typed in ("Beta", "Alpha", "Alpha"):
        fragment = clerk.get(
            reverse("coupling", args=[pair.mapping.name, pair.ours]), {"q": typed}, headers={"HX-Request": "true"}
        ).content.decode()
        assert "after-" not in fragment
        assert 'aria-label="Choose Beta" checked' in fragment


@pytest.mark.scenario("CRMCouplingRecord.CRMTableNameInBufferIsBlankIfNoTableMapping")
@pytest.mark.parametrize("pair", ["CURRENCY"], indirect=True)
def test_a_table_without_a_mapping_has_no_dialog(pair: Pair, clerk: Client) -> None:
    assert clerk.get(reverse("coupling", args=["CUSTOMER", uuid.uuid4()])).status_code == 404
