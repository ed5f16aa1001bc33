"""The task that keeps catalogs and numbers right."""

from __future__ import annotations

import pytest
from django.test.client import Client

from coupling import upkeep
from coupling.models import Tally
from integration.models import CatalogRow, CatalogTable, TableMapping
from integration.pages import catalog
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, page


@pytest.fixture
def looked(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem,
    monkeypatch: pytest.MonkeyPatch,
) -> TableMapping:  # fmt: skip
    """Somebody has opened the list of what is not coupled on both sides, which are too long to be read meanwhile."""
    monkeypatch.setattr(company, "page_size", 2)
    monkeypatch.setattr(organization, "page_size", 2)
    monkeypatch.setattr(catalog, "PAGES", {False: 1, True: 1})
    page(clerk, "erp_list", "customer", state="uncoupled")
    page(clerk, "crm_list", "account", state="uncoupled")
    assert not CatalogTable.objects.filter(complete=True).exists()
    return mapping


def test_catalogs_that_people_began_are_read_to_their_end(looked: TableMapping) -> None:
    upkeep.look()
    assert not CatalogTable.objects.exclude(complete=True).exists()
    assert CatalogRow.objects.filter(table__side="erp").count() == 3


def test_what_is_wrong_is_put_right_and_counted(
    looked: TableMapping, company: MemorySystem, organization: MemorySystem
) -> None:
    upkeep.look()
    looked.couplings.couple(id_of(company, "Adatum"), id_of(organization, "Adatum"))
    upkeep.look()
    CatalogRow.objects.filter(coupled=True).update(coupled=False)
    Tally.objects.update(coupled=9)
    assert upkeep.look() == {"numbers put right": 1, "marks put right": 2}
    assert upkeep.look() == {"numbers put right": 0, "marks put right": 0}


def test_the_catalog_of_a_table_that_is_gone_goes_too(looked: TableMapping) -> None:
    CatalogTable.objects.create(side="erp", name="no_such_table")
    upkeep.look()
    assert not CatalogTable.objects.filter(name="no_such_table").exists()
