"""A catalog and somebody who couples at the same moment: no coupling is passed over. Those of one mapping are committed
in the order of their news, since they all count in one tally; those of two mappings of one table are not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from integration.models import CatalogRow, CatalogTable, CouplingNews, TableMapping
from integration.pages import catalog
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of
from tests.coupling.kept.rival import Rival

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer; PostgreSQL has to prove it"),
    pytest.mark.django_db(transaction=True),
]


def free(company: MemorySystem) -> list[str]:
    """What the catalog takes for free once it is caught up, without the look at each row that a list takes."""
    head = catalog.caught_up(company, company.describe("customer"))
    assert head is not None
    return sorted(CatalogRow.objects.filter(table=head, coupled=False).values_list("words", flat=True))


def couple(company: MemorySystem, name: str, mapping: str = "CUSTOMER") -> None:
    """With an account that no list shows."""
    id = id_of(company, name)
    TableMapping.objects.get(name=mapping).couplings.couple(id, UUID(int=id.int ^ 1))


def test_a_coupling_that_is_committed_while_the_news_are_read_is_news_of_the_next_look(
    mapping: TableMapping, company: MemorySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    TableMapping.objects.create(name="FIRMS", erp_table="customer", crm_table="account", direction="both")
    assert len(free(company)) == 3
    run = Rival(lambda: couple(company, "Adatum"))
    run.begin()
    couple(company, "Litware", "FIRMS")
    numbers = CouplingNews.objects.filter(table__side="erp")
    (later,) = numbers.values_list("pk", flat=True)
    mark = catalog._mark

    def marked(*args: Any) -> int:
        number = mark(*args)
        run.end()
        return number

    monkeypatch.setattr(catalog, "_mark", marked)
    free(company)
    monkeypatch.undo()
    assert [number < later for number in numbers.values_list("pk", flat=True)] == [True]
    assert [words.split()[-1] for words in free(company)] == ["fabrikam"]
    assert not numbers.exists()


def test_a_catalog_waits_for_who_couples_while_it_is_made(mapping: TableMapping, company: MemorySystem) -> None:
    run = Rival(lambda: couple(company, "Adatum"))
    run.begin()
    free(company)
    run.end()
    assert CatalogTable.objects.filter(side="erp").exists()
    assert [words.split()[-1] for words in free(company)] == ["fabrikam", "litware"]
