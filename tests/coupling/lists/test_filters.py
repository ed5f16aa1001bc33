"""Lists of Sales show what the mappings look at, and all else on request."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.client import Client

from integration.models import TableMapping
from integration.models.connection.setup import ConnectionSetup
from integration.systems.memory import MemorySystem
from integration.systems.values import Side
from tests.coupling.conftest import page
from tests.coupling.pages.shown import names
from tests.makers import table, text

A, B, C = "Alpine Ski House", "Blue Yonder", "Coho Winery"
NAMED = {"transactioncurrency": "currencyname"}


@pytest.fixture
def sales(connected: ConnectionSetup, organization: MemorySystem, monkeypatch: pytest.MonkeyPatch) -> MemorySystem:
    """An organization with three rows named A, B and C in each table; no mapping yet."""
    TableMapping.objects.all().delete()
    tables = [table(n, n.capitalize(), [text(NAMED.get(n, "name"))], named=NAMED.get(n, "name"))
              for n in ("account", "product", "transactioncurrency", "uomschedule")]  # fmt: skip
    crm = MemorySystem(Side.CRM, tables)
    for one in tables:
        for name in (A, B, C):
            crm.add(one.name, **{one.name_field: name})
    monkeypatch.setattr("integration.connection.systems.connect", lambda **_: crm)
    return crm


def mapped(name: str, entity: str, crm_filter: str) -> None:
    TableMapping.objects.create(name=name, erp_table=name.lower(), crm_table=entity, crm_filter=crm_filter)


def listed(client: Any, entity: str, **query: str) -> list[str]:
    return names(page(client, "crm_list", entity, **query))


@pytest.mark.scenario(
    "CRMIntegrationMapping.CRMAccountListIntergationTableFilter",
    "CRMIntegrationMapping.CRMCurrencyListIntergationTableFilter",
    "CRMIntegrationMapping.CRMUnitGroupListIntergationTableFilter",
)
@pytest.mark.parametrize("entity", ["account", "transactioncurrency", "uomschedule"])
def test_a_list_shows_the_rows_inside_the_filter_of_its_mapping(
    sales: MemorySystem, clerk: Client, entity: str
) -> None:
    column = NAMED.get(entity, "name")
    mapped("CUSTOMER", entity, f"{column} = '{A}'")
    assert listed(clerk, entity) == [A]
    assert listed(clerk, entity, state="uncoupled") == [A]
    assert listed(clerk, entity, state="all") == [A, B, C]


@pytest.mark.scenario("CRMIntegrationMapping.CRMProductListIntergationTableFilter")
def test_the_filters_of_several_mappings_are_united(sales: MemorySystem, clerk: Client) -> None:
    mapped("ITEM", "product", f"name = '{A}'")
    mapped("RESOURCE", "product", f"name = '{B}'")
    assert listed(clerk, "product") == [A, B]
    assert listed(clerk, "product", q="Blue") == [B]


@pytest.mark.parametrize("crm_filter", ["", "colour = red"])
def test_a_mapping_of_all_rows_and_one_whose_filter_does_not_fit_hide_nothing(
    sales: MemorySystem, clerk: Client, crm_filter: str
) -> None:
    mapped("ITEM", "product", f"name = '{A}'")
    mapped("RESOURCE", "product", crm_filter)
    assert listed(clerk, "product") == [A, B, C]


def test_a_table_without_a_mapping_is_shown_whole(sales: MemorySystem, clerk: Client) -> None:
    assert page(clerk, "crm_list", "product").count("<tr>") >= 3


def test_an_empty_list_leads_to_the_rows_outside_the_filter(sales: MemorySystem, clerk: Client) -> None:
    mapped("ITEM", "product", "name = Nothing")
    assert 'href="?state=all"' in page(clerk, "crm_list", "product")
