"""What a list of records is called and shows: for tables that are known here, and for others."""

from __future__ import annotations

import uuid

import pytest

from coupling.pages import records
from coupling.pages.captions import noun
from coupling.pages.records import columns_of, name_of, read_columns
from coupling.pages.tables import ADMINISTRATION, MORE, USUAL_COLUMNS, every, fasttabs
from integration.systems.values import Field, FieldType, Record, Side, Table
from tests.coupling.pages.listed import ACCOUNT, CRM, CUSTOMER, ERP
from tests.makers import code, table, text

SHIP = table("vessel", "Vessel", [code("no"), text("name"), *(text(f"deck_{n}") for n in range(9))], numbered="no")


# --- captions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("account", "Account"), ("uom", "Unit"), ("pricelevel", "Price List"), ("systemuser", "User"),
        ("salesperson", "Salesperson/Purchaser"), ("customer_price_group", "Customer Price Group"),
        ("unit_of_measure", "Unit of Measure"), ("new_vessel", "New Vessel"),
    ],
)  # fmt: skip
def test_one_record_of_a_table_has_a_noun_for_captions(table: str, expected: str) -> None:
    assert noun(table) == expected


def test_a_card_shows_the_groups_of_its_file_then_more_then_what_the_system_keeps() -> None:
    fields = [code("no"), text("city"), code("payment_terms_code"), text("hull"), text("system_id")]
    tabs = fasttabs(ERP, table("customer", "Customer", fields))

    assert tabs == [
        ("General", ["no"]), ("Address & Contact", ["city"]), ("Payments", ["payment_terms_code"]),
        (MORE, ["hull"]), (ADMINISTRATION, ["system_id"]),
    ]  # fmt: skip


def test_a_card_of_a_table_without_a_file_has_one_group_and_what_the_system_keeps() -> None:
    assert fasttabs(ERP, table("vessel", "Vessel", [text("hull"), text("createdon")])) == [
        ("General", ["hull"]),
        (ADMINISTRATION, ["createdon"]),
    ]


@pytest.mark.parametrize(
    ("side", "table", "title"),
    [
        (ERP, CUSTOMER, "Customers"),
        (CRM, ACCOUNT, "Accounts – Dynamics 365 Sales"),
        (ERP, SHIP, "Vessel"),
        (CRM, SHIP, "Vessel – Dynamics 365 Sales"),
    ],
)
def test_a_table_nobody_knows_here_is_called_by_its_own_label(side: Side, table: Table, title: str) -> None:
    assert records.title_of(side, table.name, table) == title


# --- columns -------------------------------------------------------------------------------------------------


def test_the_list_of_a_table_nobody_could_ask_for_is_still_called_in_words() -> None:
    assert records.title_of(CRM, "account") == "Accounts – Dynamics 365 Sales"
    assert records.title_of(CRM, "new_vessel") == "New Vessel – Dynamics 365 Sales"


def test_a_known_table_shows_only_the_columns_that_this_system_has() -> None:
    (customers,) = [page for page in every() if (page.side, page.name) == (ERP, "customer")]
    assert set(columns_of(ERP, CUSTOMER)) <= set(customers.columns)
    bare = table("customer", "Customer", [code("no"), text("name")], numbered="no", named="name")
    assert columns_of(ERP, bare) == ["no", "name"]


def test_another_table_shows_number_and_name_first_and_few_columns_in_all() -> None:
    assert columns_of(ERP, SHIP)[:2] == ["no", "name"]
    assert len(columns_of(ERP, SHIP)) == USUAL_COLUMNS


def test_an_id_and_what_the_system_keeps_for_itself_is_no_column_of_a_list() -> None:
    columns = [Field("key", FieldType.UUID), text("system_id"), text("hull")]

    assert columns_of(ERP, table("vessel", "Vessel", columns)) == ["hull"]


def test_a_list_reads_what_records_are_called_by_though_it_shows_it_in_no_column() -> None:
    wide = table("customer", "Customer", [code("key"), text("city"), text("title")], numbered="key", named="title")

    assert columns_of(ERP, wide) == ["city"]
    assert read_columns(ERP, wide) == ["city", "key", "title"]


@pytest.mark.parametrize(
    ("values", "called"),
    [({"no": "10000", "name": "Adatum"}, "10000 Adatum"), ({"no": "", "name": "Adatum"}, "Adatum"),
     ({"no": "10000", "name": ""}, "10000")],
)  # fmt: skip
def test_a_record_is_called_by_number_and_name_as_far_as_it_has_them(values: dict[str, str], called: str) -> None:
    assert name_of(ERP, CUSTOMER, Record("customer", uuid.uuid4(), values, "1")) == called


def test_a_cell_says_its_caption_and_whether_it_is_a_number() -> None:
    tons = table("vessel", "Vessel", [text("hull", label="Hull"), Field("tons", FieldType.DECIMAL, label="Tons")])
    cells = records.cells(tons, ["hull", "tons"], Record("vessel", uuid.uuid4(), {"hull": "steel"}, "1"))

    assert [(cell.label, cell.text, cell.numeric) for cell in cells] == [("Hull", "steel", False), ("Tons", "", True)]
