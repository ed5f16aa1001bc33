"""The files that say how each table is shown name what the systems describe."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupling import navigation
from coupling.pages import tables
from coupling.pages.tables import TablePage, every
from integration.business_central.tables import columns_of
from integration.defaults import STANDARD
from integration.pages.parts import entries
from integration.systems.values import Side
from tests.coupling.pages.tables.named import unknown_fields

ON_PAGES_OF_THEIR_OWN = {
    (Side.CRM, "salesorder"), (Side.CRM, "quote"), (Side.ERP, "sales_header"), (Side.ERP, "sales_invoice_header"),
    (Side.ERP, "sales_invoice_line"), (Side.ERP, "note"),
}  # fmt: skip
"""Documents, their lines and their notes: the navigation leads to the pages of the documents."""


@pytest.mark.parametrize("page", [page for page in every() if page.side is Side.ERP], ids=lambda page: page.name)
def test_a_file_of_business_central_names_fields_of_its_table(page: TablePage) -> None:
    described = columns_of(page.name).table

    assert unknown_fields(page, described.fields) == []


@pytest.mark.parametrize("page", every(), ids=lambda page: f"{page.side}-{page.name}")
def test_a_file_names_no_field_twice_in_a_place(page: TablePage) -> None:
    grouped = [name for names in page.groups.values() for name in names]

    assert [len(set(names)) for names in (page.columns, page.filters)] == [len(page.columns), len(page.filters)]
    assert sorted(set(grouped)) == sorted(grouped)
    assert len(page.columns) <= 9


def test_every_table_of_the_standard_mappings_has_a_file_and_is_reached_from_the_navigation() -> None:
    mapped = {(Side.ERP, one.erp_table) for one in STANDARD} | {(Side.CRM, one.crm_table) for one in STANDARD}
    shown = {(page.side, page.name): page for page in every()}

    assert mapped - set(shown) == set()
    assert mapped - {place for place, page in shown.items() if page.place} <= ON_PAGES_OF_THEIR_OWN


def test_every_table_of_the_navigation_stands_in_a_group_that_has_an_order() -> None:
    assert {page.place.group for page in every() if page.place} <= set(navigation.GROUPS)
    assert [one.label for one in entries()["Finance"]][:2] == ["Currencies", "Payment Terms"]


def test_two_entries_of_one_group_have_their_own_words_and_places() -> None:
    for found in entries().values():
        assert len({one.label for one in found}) == len({one.order for one in found}) == len(found)


def test_a_word_that_no_file_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "erp").mkdir()
    (tmp_path / "erp" / "vessel.toml").write_text('caption = "Vessel"\ncolums = ["no"]\n')
    monkeypatch.setattr(tables, "HERE", tmp_path)

    with pytest.raises(ValueError, match=r"vessel\.toml: colums is not a word"):
        every.__wrapped__()
