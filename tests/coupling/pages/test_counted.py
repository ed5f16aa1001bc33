"""The number of coupled records leads to them."""

from __future__ import annotations

import re
import uuid

from django.test import Client
from django.urls import reverse

from integration.models import TableMapping
from tests.coupling.conftest import page


def coupled_link(client: Client, name: str) -> str:
    """Where the number of coupled records leads on the page of a mapping."""
    shown = client.get(reverse("mapping", args=[name])).content.decode()
    found = re.search(r"<dt>Coupled Records</dt><dd><a href=\"([^\"]+)\">1</a>", shown)
    assert found, shown[shown.index("Coupled Records") :][:200]
    return found[1]


def test_the_number_on_a_mapping_and_in_the_list_of_mappings_opens_the_coupled_records(
    clerk: Client, mapping: TableMapping, adatum: uuid.UUID, adatum_account: uuid.UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    link = coupled_link(clerk, "CUSTOMER")
    assert f'href="{link}"' in page(clerk, "mappings")
    rows = clerk.get(link).content.decode()
    assert "C-ADATUM" in rows
    assert "C-FABRIKAM" not in rows


def test_where_two_mappings_share_a_table_the_records_of_one_are_listed_in_sales(
    clerk: Client, mapping: TableMapping, adatum: uuid.UUID, adatum_account: uuid.UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    TableMapping.objects.create(name="LEADS", erp_table="customer", crm_table="lead")
    assert coupled_link(clerk, "CUSTOMER") == "/records/crm/account/?state=coupled"


def test_a_mapping_that_has_coupled_nothing_leads_nowhere(clerk: Client, mapping: TableMapping) -> None:
    assert "<dt>Coupled Records</dt><dd>0</dd>" in clerk.get(reverse("mapping", args=["CUSTOMER"])).content.decode()
    assert "state=coupled" not in page(clerk, "mappings")
