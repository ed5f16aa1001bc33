"""Lists of what nobody coupled: found in the catalog, and never wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext

from coupling.models import Coupling
from integration.models import CatalogRow, CatalogTable, CouplingNews, TableMapping
from integration.pages import catalog, rows
from integration.systems.filters import parse
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, page
from tests.coupling.pages.shown import names

Act = Callable[[TableMapping, MemorySystem, MemorySystem], object]


def free(client: Client, side: str = "erp", **query: object) -> list[str]:
    table = "customer" if side == "erp" else "account"
    return names(page(client, f"{side}_list", table, state="uncoupled", **query))


def couple(mapping: TableMapping, erp: MemorySystem, crm: MemorySystem, name: str) -> None:
    mapping.couplings.couple(id_of(erp, name), id_of(crm, name))


def rename(system: MemorySystem, old: str, new: str) -> None:
    system.edit("customer", id_of(system, old), name=new, no=f"C-{new}")


@pytest.mark.parametrize(
    ("act", "ours", "theirs"),
    [
        (lambda of, erp, crm: None, ["Adatum", "Fabrikam", "Litware"], ["Adatum", "Coho Winery"]),
        (lambda of, erp, crm: couple(of, erp, crm, "Adatum"), ["Fabrikam", "Litware"], ["Coho Winery"]),
        (
            lambda of, erp, crm: erp.remove("customer", id_of(erp, "Fabrikam")),
            ["Adatum", "Litware"],
            ["Adatum", "Coho Winery"],
        ),
        (
            lambda of, erp, crm: rename(erp, "Adatum", "Zava"),
            ["Fabrikam", "Litware", "Zava"],
            ["Adatum", "Coho Winery"],
        ),
        (
            lambda of, erp, crm: crm.edit("account", id_of(crm, "Adatum"), customertypecode=12),
            ["Adatum", "Fabrikam", "Litware"],
            ["Coho Winery"],
        ),
        (
            lambda of, erp, crm: crm.add("account", name="Bellows", statecode=0, customertypecode=3),
            ["Adatum", "Fabrikam", "Litware"],
            ["Adatum", "Bellows", "Coho Winery"],
        ),
    ],
)
def test_what_happens_on_either_side_is_seen_at_the_next_look(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, act: Act,
    ours: list[str], theirs: list[str],
) -> None:  # fmt: skip
    assert free(clerk) == ["Adatum", "Fabrikam", "Litware"]
    assert free(clerk, "crm") == ["Adatum", "Coho Winery"]
    act(mapping, company, organization)
    assert free(clerk) == ours
    assert free(clerk, "crm") == theirs


@pytest.mark.parametrize(
    "uncouple",
    [
        lambda of, one: of.couplings.uncouple([one]),
        lambda of, one: Coupling.objects.filter(erp_id=one).update(state="reserved"),
        lambda of, one: of.couplings.all().delete(),
    ],
)
def test_whoever_is_uncoupled_is_free_again_on_both_sides(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, adatum: UUID,
    uncouple: Callable[[TableMapping, UUID], object],
) -> None:  # fmt: skip
    couple(mapping, company, organization, "Adatum")
    assert free(clerk) == ["Fabrikam", "Litware"]
    assert free(clerk, "crm") == ["Coho Winery"]
    uncouple(mapping, adatum)
    assert free(clerk) == ["Adatum", "Fabrikam", "Litware"]
    assert "Adatum" in free(clerk, "crm")
    assert not CouplingNews.objects.exists()


def test_a_customer_coupled_behind_the_catalog_is_not_shown(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    free(clerk)
    couple(mapping, company, organization, "Adatum")
    monkeypatch.setattr(catalog, "_read_news", lambda head: None)
    assert free(clerk) == ["Fabrikam", "Litware"]


def test_an_account_that_the_catalog_takes_for_alive_is_not_shown_once_it_is_gone(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(clerk, "crm")
    organization.remove("account", id_of(organization, "Adatum"))
    monkeypatch.setattr(organization, "changes", lambda *args, **more: iter(()))
    assert free(clerk, "crm") == ["Coho Winery"]


def test_a_changed_filter_is_read_anew(clerk: Client, mapping: TableMapping) -> None:
    assert free(clerk, "crm") == ["Adatum", "Coho Winery"]
    TableMapping.objects.update(crm_filter="name = Adatum")
    assert free(clerk, "crm") == ["Adatum"]


def test_a_cursor_that_is_too_old_is_read_anew(clerk: Client, mapping: TableMapping, company: MemorySystem) -> None:
    free(clerk)
    company.expire_cursors()
    company.remove("customer", id_of(company, "Adatum"))
    assert free(clerk) == ["Fabrikam", "Litware"]


def test_a_table_too_long_to_read_while_a_person_waits_is_looked_through_page_by_page(
    clerk: Client, mapping: TableMapping, company: MemorySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalog.PAGES, False, 1)
    monkeypatch.setattr(company, "page_size", 2)
    assert free(clerk) == ["Adatum", "Fabrikam", "Litware"]
    assert not CatalogTable.objects.get(side="erp").complete
    assert free(clerk) == ["Adatum", "Fabrikam", "Litware"]
    assert CatalogTable.objects.get(side="erp").complete


def test_who_reads_changes_that_another_has_read_meanwhile_changes_nothing(
    mapping: TableMapping, company: MemorySystem
) -> None:
    table = company.describe("customer")
    head = catalog.caught_up(company, table)
    assert head is not None
    head.cursor = "1-0"  # as read before the other one was through
    with pytest.raises(catalog._Overtaken):
        catalog._lock(head)


def test_a_look_over_all_rows_puts_wrong_marks_right(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem
) -> None:
    couple(mapping, company, organization, "Adatum")
    free(clerk)
    rows_of = CatalogRow.objects.filter(table__side="erp")
    CatalogRow.objects.update(coupled=True)
    rows_of.filter(words__contains="adatum").update(coupled=False)
    assert catalog.repair(CatalogTable.objects.get(side="erp")) == 3
    assert list(rows_of.filter(coupled=True).values_list("words", flat=True)) == ["c-adatum adatum"]


def test_a_coupled_customer_that_is_renamed_is_not_free(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem
) -> None:
    couple(mapping, company, organization, "Adatum")
    free(clerk)
    rename(company, "Adatum", "Adatum North")
    assert free(clerk) == ["Fabrikam", "Litware"]
    assert CatalogRow.objects.get(words__contains="adatum north").coupled


@pytest.mark.parametrize("counted", [2, 5000])
def test_a_word_of_many_and_a_word_of_few_find_the_same_free_customers_page_by_page(
    clerk: Client, mapping: TableMapping, company: MemorySystem, monkeypatch: pytest.MonkeyPatch, counted: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(rows, "ROWS", 3)
    for module in (rows, catalog):
        monkeypatch.setattr(module, "COUNTED_AT_MOST", counted)
    added = [company.add("customer", name=f"Wingtip {n}", no=f"W-{n}", blocked=0) for n in range(6)]
    mapping.couplings.couple(added[1], UUID(int=1))
    shown = page(clerk, "erp_list", "customer", state="uncoupled", q="NGTIP")
    following = re.search(r'after=([^"&]+)"[^>]*>Next page', shown)
    assert following is not None
    assert ("5 customers" in " ".join(re.sub("<[^>]+>", " ", shown).split())) is (counted == 5000)
    assert names(shown) == ["Wingtip 0", "Wingtip 2", "Wingtip 3"]
    assert free(clerk, q="NGTIP", after=unquote(following[1])) == ["Wingtip 4", "Wingtip 5"]


@pytest.mark.parametrize("order", ["", "no", "-no"])
def test_the_pages_of_many_free_customers_show_each_once_with_as_many_queries(
    clerk: Client, mapping: TableMapping, company: MemorySystem, monkeypatch: pytest.MonkeyPatch, order: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(rows, "ROWS", 7)
    added = [company.add("customer", name=f"Wingtip Branch {n}", no=f"W-{n:02}", blocked=0) for n in range(60)]
    for id in added[10:40]:
        mapping.couplings.couple(id, UUID(int=id.int ^ 1))
    shown, seen, queries = page(clerk, "erp_list", "customer", state="uncoupled", order=order), [], []
    seen += names(shown)
    while following := re.search(r'after=([^"&]+)"[^>]*>Next page', shown):
        with CaptureQueriesContext(connection) as captured:
            shown = page(clerk, "erp_list", "customer", state="uncoupled", order=order, after=unquote(following[1]))
        seen += names(shown)
        queries.append(len(captured))
    assert len(set(queries)) == 1
    assert queries[0] <= 20
    wanted = [f"Wingtip Branch {n}" for n in (*range(10), *range(40, 60))]
    assert sorted(seen) == sorted(["Adatum", "Fabrikam", "Litware", *wanted])
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("side", "query", "count"),
    [
        ("erp", {"state": "uncoupled"}, "2 customers"),
        ("erp", {"state": "coupled"}, "1 customer"),
        ("erp", {"state": "uncoupled", "q": "LITW"}, "1 customer"),
        ("erp", {"q": "a"}, "3 customers"),
        ("crm", {"state": "uncoupled"}, "1 account"),
    ],
)
def test_a_list_of_the_catalog_says_how_many_there_are(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, side: str,
    query: dict[str, str], count: str,
) -> None:  # fmt: skip
    couple(mapping, company, organization, "Adatum")
    shown = page(clerk, f"{side}_list", "customer" if side == "erp" else "account", **query)
    assert f">{count}" in re.sub(r"\s*([<>])\s*", r"\1", shown)


@pytest.mark.parametrize(
    ("standing", "found"), [("uncoupled", ["Coho Winery", "Wingtip Toys"]), ("coupled", ["Adatum"])]
)
def test_a_filter_by_a_column_that_is_not_shown_finds_its_rows(
    mapping: TableMapping, company: MemorySystem, organization: MemorySystem, standing: str, found: list[str]
) -> None:
    couple(mapping, company, organization, "Adatum")
    table = organization.describe("account")
    where = parse("statecode = Active", table)
    asked = rows.Asked(organization, table, [mapping], ["name"], where, standing=rows.Standing(standing))
    assert [one.values["name"] for one in rows.page(asked).records] == found
