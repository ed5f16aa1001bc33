"""The tables of documents and ledgers: their columns, and that nothing but posting writes what is posted."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import ProtectedError

from integration.business_central.models import (
    Currency,
    CustLedgerEntry,
    Customer,
    Item,
    Resource,
    SalesHeader,
    SalesInvoiceHeader,
    SalesLine,
    VatPostingSetup,
)
from integration.business_central.models.document_columns import WholeRow
from integration.business_central.tables import MODELS
from integration.systems.errors import Refused
from integration.systems.refusals import WrittenByPosting
from integration.systems.values import FieldType, Money, Row
from tests.business_central.embedded import company, insert

WHOLE = sorted(name for name, model in MODELS.items() if issubclass(model, WholeRow))
LENGTHS = {
    "sales_header": "no 20, sell_to_customer_name 100, sell_to_customer_name_2 50, sell_to_address 100,"
    " sell_to_address_2 50, sell_to_city 30, sell_to_contact 100, sell_to_post_code 20, sell_to_county 30,"
    " bill_to_name 100, bill_to_name_2 50, bill_to_address 100, bill_to_city 30, ship_to_name 100, ship_to_code 10,"
    " ship_to_address_2 50, ship_to_post_code 20, ship_to_county 30, your_reference 35, external_document_no 35,"
    " quote_no 20, on_hold 3",
    "sales_line": "no 20, description 100, vat_identifier 20, shipment_no 20, order_no 20",
    "sales_invoice_header": "no 20, order_no 20, posted_by 50, corrected_by_no 20, pre_assigned_no 20",
    "cust_ledger_entry": "document_no 20, external_document_no 35, your_reference 35, description 100, posted_by 50",
    "g_l_account": "no 20, name 100",
    "vat_product_posting_group": "code 20, description 100",
}


@pytest.mark.parametrize("table", LENGTHS)
def test_texts_of_documents_are_as_long_as_in_the_product(table: str) -> None:
    fields = company.describe(table).fields
    for column in LENGTHS[table].split(", "):
        name, length = column.strip().rsplit(" ", 1)
        assert (name, fields[name].max_length) == (name, int(length))


def test_amounts_are_in_the_currency_of_their_document_or_in_the_local_one_and_keep_three_decimals() -> None:
    fields = company.describe("sales_line").fields

    assert (fields["amount"].money, fields["amount"].scale) == (Money.ROW, 3)
    assert (fields["outstanding_amount_lcy"].money, fields["outstanding_amount_lcy"].scale) == (Money.LOCAL, 3)
    assert (fields["unit_price"].money, fields["unit_price"].scale) == (Money.NONE, 5)
    assert company.describe("sales_header").fields["currency_factor"].scale == 10


def test_a_work_description_is_a_memo_without_a_limit() -> None:
    field = company.describe("sales_header").fields["work_description"]

    assert (field.type, field.max_length) == (FieldType.MEMO, None)


@pytest.mark.parametrize("table", [name for name in WHOLE if name not in ("sales_header", "sales_line")])
def test_what_is_posted_is_described_as_read_only(table: str) -> None:
    fields = company.describe(table).fields.values()

    assert not [field.name for field in fields if field.insertable or field.updatable]


@pytest.mark.django_db
@pytest.mark.parametrize("table", [name for name in WHOLE if name not in ("sales_header", "sales_line")])
def test_no_verb_of_a_system_writes_what_is_posted(table: str) -> None:
    id = uuid.uuid4()

    assert isinstance(company.insert(table, [Row(id)])[0].error, Refused)
    assert not company.update(table, [Row(id)])[0].ok
    assert company.get(table, [id], []) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("table", WHOLE)
def test_a_part_of_a_document_is_not_written_by_itself(table: str) -> None:
    model = MODELS[table]

    with pytest.raises(WrittenByPosting):
        model.objects.bulk_create([model()])
    with pytest.raises(WrittenByPosting):
        model().save()
    with pytest.raises(WrittenByPosting):
        model.objects.all().delete()


@pytest.mark.django_db
def test_a_rolled_back_posting_leaves_no_entry_and_no_gap() -> None:
    adatum = Customer.objects.create(name="Adatum")
    entry = CustLedgerEntry(entry_no=CustLedgerEntry.next_no(), customer_no=adatum, posted_at="2027-01-15T08:00:00Z")
    with transaction.atomic():
        CustLedgerEntry.objects.insert_complete([entry])
        transaction.set_rollback(True)

    assert CustLedgerEntry.next_no() == 1


@pytest.mark.django_db
def test_notes_are_read_and_written_as_any_row() -> None:
    order = uuid.uuid4()

    assert insert("note", record_table="sales_header", record_id=order, text="Ring twice.\nBeware of the dog.") is None
    note = company.find("note", fields=["text", "record_id"]).records[0]
    assert (note.values["text"], note.values["record_id"]) == ("Ring twice.\nBeware of the dog.", order)
    changed = company.update("note", [Row(note.id, {"text": "Ring once."})])[0]
    assert changed.ok
    assert company.find("note", fields=["changed_at", "created_at"]).records[0].values["changed_at"] is not None


# --- what documents point to ----------------------------------------------------------------------------------------


def a_line(type: int, no: str) -> SalesLine:
    adatum = Customer.objects.create(name="Adatum")
    header = SalesHeader(sell_to_customer_no=adatum, no="101001")
    SalesHeader.objects.insert_complete([header])
    line = SalesLine(document_no=header, line_no=10000, type=type, no=no)
    SalesLine.objects.insert_complete([line])
    return line


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "type"), [(Item, 2), (Resource, 3)])
def test_what_stands_on_a_document_cannot_be_deleted_and_takes_a_new_number_along(model: type, type: int) -> None:
    sold = model.objects.create(no="1000")
    line = a_line(type, "1000")

    with pytest.raises(ProtectedError):
        sold.delete()
    sold.no = "2000"
    sold.save()
    line.refresh_from_db()
    assert line.no == "2000"
    assert not SalesInvoiceHeader.objects.exists()


@pytest.mark.django_db
def test_what_stands_on_no_document_can_be_deleted() -> None:
    a_line(2, "1000")
    Resource.objects.create(no="1000").delete()

    assert not Resource.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("iso_code", "unit"), [("EUR", "0.01"), ("JPY", "1"), ("kwd", "0.001"), ("", "0.01"), ("ISK", "1")]
)
def test_a_currency_has_the_smallest_unit_of_its_iso_code(iso_code: str, unit: str) -> None:
    insert("currency", code="NEW", iso_code=iso_code)
    insert("currency", code="OWN", iso_code=iso_code, amount_rounding_precision=Decimal("0.05"))

    units = dict(Currency.objects.values_list("code", "amount_rounding_precision"))
    assert units == {"NEW": Decimal(unit), "OWN": Decimal("0.05")}


@pytest.mark.django_db
def test_two_rates_for_the_same_groups_are_refused_also_where_both_are_blank() -> None:
    assert insert("vat_posting_setup", vat_identifier="VAT20", vat_percent=Decimal(20)) is None
    assert "with this key already" in str(insert("vat_posting_setup", vat_identifier="VAT5", vat_percent=Decimal(5)))
    assert "from 0 to 100" in str(insert("vat_posting_setup", vat_identifier="VAT5", vat_percent=Decimal(101)))
    assert VatPostingSetup.objects.count() == 1
