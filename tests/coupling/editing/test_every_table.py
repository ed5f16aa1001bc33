"""What holds for each table that is edited in the application."""

from __future__ import annotations

import datetime as dt
import html
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from coupling.pages.editing.form import RecordForm
from coupling.pages.editing.inputs import made, tabs
from coupling.pages.tables import every
from coupling.pages.tables.editing import Editing
from integration.business_central.models import (
    CompanyRow,
    Currency,
    CurrencyExchangeRate,
    Item,
    Salesperson,
    SalesPrice,
    UnitOfMeasure,
)
from integration.business_central.store import EmbeddedCompany
from integration.business_central.tables import MODELS, columns_of
from integration.systems.values import FieldType
from tests.coupling.editing.pages import edit, new
from tests.people import ADMINISTRATOR, client_of
from tests.people import made as person

EDITED: dict[str, Editing] = {page.name: page.editing for page in every() if page.editing is not None}
TABLES = pytest.mark.parametrize("table", EDITED)
WITH_TEXT = sorted(set(EDITED) - {"currency_exchange_rate", "sales_price"})
READ_ONLY = sorted(set(MODELS) - set(EDITED))


@pytest.fixture
def chief(db: None) -> Client:
    return client_of(person("ada", ADMINISTRATOR))


def typed_for(table: str) -> dict[str, str]:
    """What is typed into New of a table: enough for its rules."""
    columns = columns_of(table)
    typed = {columns.model.number_field: "A1", columns.model.name_field: "Adatum"}
    if table == "currency_exchange_rate":
        typed = {"currency_code": "EUR", "starting_date": "2027-03-10", "relational_exch_rate_amount": "80"}
    if table == "sales_price":
        typed = {"item_no": "BIKE", "sales_type": "2", "unit_price": "99.5"}
    return typed


@pytest.fixture
def company(db: None) -> None:
    """What the rows of the tests refer to."""
    Currency.objects.create(code="EUR", iso_code="EUR")
    Item.objects.create(no="BIKE", description="Bicycle")


@TABLES
def test_a_record_is_made_changed_and_deleted(chief: Client, company: None, table: str) -> None:
    model: Any = MODELS[table]
    there = set(model.objects.values_list("pk", flat=True))
    made_page = new(chief, table).type(**typed_for(table)).save()
    assert made_page.is_saved, html.unescape(made_page.text)

    row: CompanyRow = model.objects.exclude(pk__in=there).get()
    name, text = changed_text(table)
    assert edit(chief, row).type(**{name: text}).save().is_saved
    row.refresh_from_db()
    assert str(getattr(row, name)).startswith(text)

    sent = {"version": str(row.row_version)}
    assert chief.post(f"/records/erp/{table}/{row.pk}/delete/", sent).status_code == 302
    assert not model.objects.filter(pk=row.pk).exists()


def changed_text(table: str) -> tuple[str, str]:
    """A field that takes plain text, or an amount, and what is typed there."""
    columns = columns_of(table)
    if columns.model.name_field in columns.columns:
        return columns.model.name_field, "Fabrikam"
    amounts = [name for name, one in columns.columns.items() if one.field.type is FieldType.DECIMAL]
    return amounts[-1], "12.5"


@TABLES
def test_a_new_record_has_an_input_for_every_field_that_can_be_written(table: str) -> None:
    described, editing = columns_of(table).table, EDITED[table]
    inputs = made(described, editing, new=True)

    assert set(inputs) == {name for name, field in described.fields.items() if field.insertable}
    assert [one.name for tab in tabs(described, inputs, editing.first) for one in tab.inputs][: len(editing.first)] == [
        *editing.first
    ]
    assert sorted(one.name for tab in tabs(described, inputs, editing.first) for one in tab.inputs) == sorted(inputs)


@pytest.mark.parametrize("table", WITH_TEXT)
def test_a_text_that_is_too_long_is_refused_at_its_input(company: None, table: str) -> None:
    form = RecordForm(EmbeddedCompany(), table, EDITED[table])
    limited = {name: "x" * 300 for name, one in form.inputs.items() if one.field.max_length and one.kind == "text"}
    form.type({**typed_for(table), **limited, "seen": form.seen.stamp})

    assert not form.saved()
    assert {one.name for one in form.wrong if "characters; “" in one.error} == set(limited)


@TABLES
def test_the_file_of_a_table_names_fields_and_tables_that_are_there(table: str) -> None:
    editing = EDITED[table]
    fields = columns_of(table).table.fields
    named = {*editing.first, *editing.offers, *editing.suggests, *editing.fills, *editing.narrowed}
    named |= {*editing.suggests.values(), *editing.fills.values()}

    assert named - set(fields) == set()
    assert set(editing.offers.values()) - set(MODELS) == set()
    assert set(editing.first) <= set(made(columns_of(table).table, editing, new=True))


@pytest.mark.parametrize("table", ["sales_invoice_header", "cust_ledger_entry", "customer_statistics"])
def test_what_posting_writes_is_not_edited_here(chief: Client, table: str) -> None:
    id = "00000000-0000-0000-0000-000000000007"

    for address in (f"{table}/new/", f"{table}/{id}/edit/", f"{table}/{id}/delete/", f"{table}/lookup/no/"):
        assert chief.get(f"/records/erp/{address}").status_code == 404
    assert chief.post(f"/records/erp/{table}/{id}/delete/").status_code == 404


def test_the_tables_that_are_edited_are_those_of_people() -> None:
    assert READ_ONLY == [
        "contact_business_relation", "cust_ledger_entry", "detailed_cust_ledg_entry", "document_event",
        "item_ledger_entry", "note", "sales_cr_memo_header", "sales_cr_memo_line", "sales_header",
        "sales_header_archive", "sales_invoice_header", "sales_invoice_line", "sales_line", "sales_line_archive",
        "sales_shipment_header", "sales_shipment_line", "vat_posting_setup",
    ]  # fmt: skip


def test_fields_of_each_kind_keep_what_they_hold(chief: Client, company: None) -> None:
    unit = UnitOfMeasure.objects.create(code="PCS", description="Piece")
    price = SalesPrice.objects.create(
        item_no=Item.objects.get(), sales_type=SalesPrice.SalesType.ALL_CUSTOMERS, unit_of_measure_code=unit,
        minimum_quantity=Decimal("2.5"), unit_price=Decimal("99.12345"), starting_date=dt.date(2027, 3, 10),
    )  # fmt: skip
    page = edit(chief, price)

    assert page.sent["minimum_quantity"] == ["2.5"]
    assert page.sent["starting_date"] == ["2027-03-10"]
    assert page.save().notices[-1].startswith("Nothing was changed in ")
    assert edit(chief, price).type(ending_date="2027-03-31", unit_price="0").save().is_saved
    price.refresh_from_db()
    assert (price.ending_date, price.unit_price) == (dt.date(2027, 3, 31), 0)


def test_a_line_break_that_a_run_brought_stays_unless_somebody_types(chief: Client) -> None:
    annette = Salesperson.objects.create(code="AH", name="Annette\nHill")
    edit(chief, annette).type(phone_no="1").save()

    annette.refresh_from_db()
    assert (annette.name, annette.phone_no) == ("Annette\nHill", "1")


def test_a_rate_is_named_by_its_currency_and_day(chief: Client, company: None) -> None:
    rate = CurrencyExchangeRate.objects.create(currency_code=Currency.objects.get(), starting_date=dt.date(2027, 3, 10))

    assert "2027-03-10" in chief.get(f"/records/erp/currency_exchange_rate/{rate.pk}/edit/").content.decode()
