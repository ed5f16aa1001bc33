"""What a list of records is called and shows: for tables that are known here, and for others."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from coupling.pages import records
from coupling.pages.captions import GENERAL, GROUPS, TITLES, group_of, noun
from coupling.pages.columns import COLUMNS, USUAL_COLUMNS
from coupling.pages.records import columns_of, name_of, read_columns, sortable
from integration.systems.values import Field, FieldType, Record, Side, Table
from tests.coupling.pages.listed import ACCOUNT, CRM, CUSTOMER, ERP
from tests.makers import amount, code, reference, table, text

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


@pytest.mark.parametrize(
    ("field", "group"),
    [
        ("name", GENERAL), ("no", GENERAL), ("city", "Address & Contact"), ("phone_no", "Address & Contact"),
        ("e_mail", "Address & Contact"), ("emailaddress1", "Address & Contact"),
        ("currency_code", "Invoicing & Prices"),
        ("unit_price", "Invoicing & Prices"), ("payment_terms_code", "Invoicing & Prices"),
        ("statecode", "Administration"), ("ownerid", "Administration"), ("system_id", "Administration"),
        ("modifiedon", "Administration"), ("createdon", "Administration"),
    ],
)  # fmt: skip
def test_a_field_of_a_card_stands_in_the_group_its_name_begins_with(field: str, group: str) -> None:
    assert group_of(field) == group


def test_no_group_of_a_card_is_called_like_another_or_is_empty() -> None:
    labels = [label for label, _ in GROUPS]

    assert len({*labels, GENERAL}) == len(labels) + 1
    assert all(starts for _, starts in GROUPS)


@pytest.mark.parametrize("place", sorted(COLUMNS, key=str))
def test_a_list_with_columns_of_its_own_shows_each_of_them_once(place: tuple[Any, ...]) -> None:
    assert len(set(COLUMNS[place])) == len(COLUMNS[place])


@pytest.mark.parametrize("place", sorted(TITLES, key=str))
def test_a_list_of_sales_says_that_it_is_one(place: tuple[Any, ...]) -> None:
    assert TITLES[place].endswith(" – Dynamics 365 Sales") is (place[0] is CRM)


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
    assert records.title_of(side, table) == title


# --- columns -------------------------------------------------------------------------------------------------


def test_a_known_table_shows_only_the_columns_that_this_system_has() -> None:
    assert set(columns_of(ERP, CUSTOMER)) <= set(COLUMNS[ERP, "customer"])
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
    ("field", "can"),
    [
        (text("name"), True), (code("no"), True), (amount("price"), True), (reference("owner", "systemuser"), False),
        (Field("note", FieldType.MEMO), False), (Field("id", FieldType.UUID), False),
    ],
)  # fmt: skip
def test_a_list_is_sorted_by_what_both_systems_can_order(field: Field, can: bool) -> None:
    assert sortable(field) is can


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
