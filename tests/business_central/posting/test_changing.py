"""Changes of open documents, and what is refused once they are released or shipped."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from integration.business_central.models import (
    Deleted,
    Note,
    SalesHeader,
    SalesHeaderArchive,
    SalesLine,
    SalesReceivablesSetup,
)
from integration.business_central.posting.changing import DocumentChange, change, delete_document
from integration.business_central.posting.invoicing import invoice
from integration.business_central.posting.shipping import ship
from integration.business_central.posting.states import release
from integration.systems.errors import DuplicateKey, InvalidValue, NotFound, VersionConflict
from integration.systems.refusals import DiscountRefused, Invoiced, LineRefused, NotOpen, QuantityRefused
from integration.systems.values import Ref, Row
from tests.business_central.embedded import company, cursor, pages_since, reference
from tests.business_central.posting.shipments import to_ship
from tests.business_central.trading import DAY, comment, currency, customer, item, lines_of, order

D = Decimal


def edit(header: SalesHeader, at: int = 0, **values: Any) -> SalesLine:
    """Change a line; the line as it is then."""
    row = Row(lines_of(header)[at].pk, values)
    change(header.pk, DocumentChange(changed=[row]))
    return lines_of(header)[at]


def test_a_changed_line_changes_the_document() -> None:
    made = order(item(quantity=2, price=100), comment("Deliver to gate 3"), item("LAMP", 1, price=50))
    assert made.amount == 250

    line = edit(made, quantity=D(3))

    made.refresh_from_db()
    assert (made.amount, made.amount_including_vat) == (350, 420)
    assert (line.qty_to_ship, line.outstanding_amount, line.amount_including_vat) == (3, 360, 360)
    assert [x.description for x in lines_of(made)] == ["Desk", "Deliver to gate 3", "Lamp"]


def test_a_changed_line_moves_the_version_of_its_document() -> None:
    made = order(item(quantity=2, price=100))
    since = cursor("sales_header")

    edit(made, requested_delivery_date=DAY)

    records = [record for page in pages_since("sales_header", since, "no") for record in page.records]
    assert [record.values["no"] for record in records] == ["101001"]
    with pytest.raises(VersionConflict):
        change(made.pk, DocumentChange(header={"on_hold": "X"}), version=str(made.row_version))


def test_the_invoice_discount_is_spread_again() -> None:
    made = order(item(price=10), item(price=10), invoice_discount_value=D(2))

    edit(made, quantity=D(3))

    assert [line.inv_discount_amount for line in lines_of(made)] == [D("1.50"), D("0.50")]
    with pytest.raises(DiscountRefused):
        change(made.pk, DocumentChange(gone=[line.pk for line in lines_of(made)]))
    change(made.pk, DocumentChange(header={"invoice_discount_value": D(0)}))
    assert [line.inv_discount_amount for line in lines_of(made)] == [0, 0]


def test_a_percentage_stays_where_quantity_or_price_change() -> None:
    made = order(item(quantity=2, price=100, line_discount_percent=D(10)))

    assert edit(made, quantity=D(3)).line_discount_amount == 30
    assert edit(made, unit_price=D(50)).line_discount_amount == 15
    assert edit(made, line_discount_percent=D(20)).line_discount_amount == 30
    assert edit(made, line_discount_amount=D("7.50")).line_discount_percent == 5


def test_another_item_on_a_line_brings_its_price_and_name() -> None:
    made = order(item(quantity=2, price=90))

    line = edit(made, no="lamp")

    assert (line.no, line.description, line.unit_price, line.quantity, line.line_amount) == ("LAMP", "Lamp", 50, 2, 100)


def test_lines_are_added_and_taken_away() -> None:
    made = order(item(price=10), item("LAMP", price=50))
    first, second = lines_of(made)
    fresh = Row(uuid.uuid4(), item("BOOK", 2, price=5))

    change(made.pk, DocumentChange(added=[fresh], gone=[first.pk]))

    made.refresh_from_db()
    assert [(line.pk, line.line_no) for line in lines_of(made)] == [(second.pk, 20000), (fresh.id, 30000)]
    assert made.amount == 60
    assert Deleted.objects.filter(table="sales_line", system_id=first.pk).exists()


def test_the_days_of_a_document_follow_one_another() -> None:
    made = order(item(price=100), whose="ADATUM")
    later = dt.date(2027, 3, 1)

    change(made.pk, DocumentChange(header={"posting_date": later}))

    made.refresh_from_db()
    assert (made.document_date, made.due_date) == (later, dt.date(2027, 3, 31))
    change(made.pk, DocumentChange(header={"due_date": DAY}))
    made.refresh_from_db()
    assert made.due_date == DAY


def test_another_customer_brings_address_currency_and_terms() -> None:
    made = order(item(price=100))

    change(made.pk, DocumentChange(header={"sell_to_customer_no": customer("CONTOSO"),
                                           "bill_to_customer_no": customer("CONTOSO")}))  # fmt: skip

    made.refresh_from_db()
    assert (made.sell_to_customer_name, made.currency_code.code, made.payment_terms_code) == ("Contoso", "EUR", None)
    assert lines_of(made)[0].outstanding_amount_lcy == D("103.15")


def test_a_change_that_is_refused_changes_nothing() -> None:
    made = order(item(price=10), item("LAMP", price=50))

    with pytest.raises(LineRefused):
        change(
            made.pk,
            DocumentChange(
                header={"your_reference": "X"}, changed=[Row(lines_of(made)[0].pk, {"quantity": D(5)})],
                added=[Row(uuid.uuid4(), item("SOFA"))],
            ),
        )  # fmt: skip

    assert SalesHeader.objects.get().your_reference == ""
    assert [line.quantity for line in lines_of(made)] == [1, 1]


# --- released ------------------------------------------------------------------------------------------------------


def test_a_released_order_takes_only_what_posting_needs() -> None:
    made = order(item(quantity=5, price=10))
    release(made.pk)
    line = lines_of(made)[0]

    change(
        made.pk,
        DocumentChange(
            header={"posting_date": dt.date(2027, 2, 1), "due_date": DAY, "on_hold": "", "external_document_no": "PO"},
            changed=[Row(line.pk, {"qty_to_ship": D(2), "qty_to_invoice": D(1)})],
        ),
    )

    made.refresh_from_db()
    assert (made.status, made.external_document_no, made.due_date, lines_of(made)[0].qty_to_ship) == (1, "PO", DAY, 2)


@pytest.mark.parametrize(
    "asked",
    [DocumentChange(header={"your_reference": "X"}), DocumentChange(header={"invoice_discount_value": D(1)}),
     DocumentChange(added=[Row(uuid.uuid4(), item())])],
)  # fmt: skip
def test_all_else_of_a_released_order_waits_for_reopening(asked: DocumentChange) -> None:
    made = order(item(quantity=5, price=10))
    release(made.pk)

    with pytest.raises(NotOpen, match="Order 101001 is released. Reopen it first"):
        change(made.pk, asked)


def test_lines_of_a_released_order_stay() -> None:
    made = order(item(quantity=5, price=10))
    release(made.pk)

    with pytest.raises(NotOpen):
        edit(made, quantity=D(4))
    with pytest.raises(NotOpen):
        change(made.pk, DocumentChange(gone=[lines_of(made)[0].pk]))
    edit(made, quantity=D(5))


# --- shipped -------------------------------------------------------------------------------------------------------


@pytest.fixture
def shipped() -> SalesHeader:
    """Two of five are shipped; the order is open again."""
    made = order(item(quantity=5, price=10), item("LAMP", price=50))
    to_ship(made, 2)
    to_ship(made, 0, at=1)
    ship(made.pk)
    SalesHeader.objects.update(status=0)
    return made


@pytest.mark.parametrize("values", [{"unit_price": D(11)}, {"no": "LAMP"}, {"type": 3, "no": "FITTER"}])
def test_what_is_shipped_keeps_what_it_sells_and_its_price(shipped: SalesHeader, values: dict[str, Any]) -> None:
    with pytest.raises(NotOpen, match="Line 10000 is shipped"):
        edit(shipped, **values)
    edit(shipped, at=1, **values)


def test_a_shipped_line_keeps_so_much_quantity(shipped: SalesHeader) -> None:
    for quantity in (1, 0, -5):
        with pytest.raises(QuantityRefused, match="Line 10000 is shipped with 2. Keep so much"):
            edit(shipped, quantity=D(quantity))

    assert edit(shipped, quantity=D(2)).qty_to_ship == 0


def test_a_shipped_line_and_its_order_are_not_deleted(shipped: SalesHeader) -> None:
    with pytest.raises(NotOpen, match="Line 10000 is shipped, so it stays"):
        change(shipped.pk, DocumentChange(gone=[lines_of(shipped)[0].pk]))
    with pytest.raises(Invoiced, match="Line 10000 of Order 101001 is shipped and not invoiced"):
        delete_document(shipped.pk)
    with pytest.raises(NotOpen, match="is shipped in part, so its customer and currency stay"):
        change(shipped.pk, DocumentChange(header={"currency_code": currency("EUR")}))
    change(shipped.pk, DocumentChange(gone=[lines_of(shipped)[1].pk]))
    invoice(shipped.pk)
    delete_document(shipped.pk)
    assert not SalesLine.objects.exists()


# --- delete, and rows one by one -----------------------------------------------------------------------------------


def test_a_deleted_order_takes_its_lines_and_notes_along_and_leaves_tombstones() -> None:
    made = order(item(), item("LAMP"))
    Note.objects.create(record_table="sales_header", record_id=made.pk, text="Ring twice")

    delete_document(made.pk, version=str(made.row_version))

    assert not (SalesHeader.objects.exists())
    assert not (SalesLine.objects.exists())
    assert not (Note.objects.exists())
    assert sorted(Deleted.objects.values_list("table", flat=True)) == [
        "note",
        "sales_header",
        "sales_line",
        "sales_line",
    ]
    assert not SalesHeaderArchive.objects.exists()


def test_a_deleted_order_is_archived_where_the_setup_says_so() -> None:
    setup = SalesReceivablesSetup.current()
    setup.archive_orders = True
    setup.save()
    made = order(item())

    delete_document(made.pk)

    assert SalesHeaderArchive.objects.get().source_id == made.pk


def test_rows_of_documents_can_come_one_by_one() -> None:
    id, line = uuid.uuid4(), uuid.uuid4()
    owner = Ref("sales_header", id)

    assert company.insert("sales_header", [Row(id, {"sell_to_customer_no": customer()})])[0].ok
    assert company.insert("sales_line", [Row(line, {**item(quantity=2, price=10), "document_no": owner})])[0].ok
    answer = company.update("sales_line", [Row(line, {"quantity": D(3)})])[0]
    assert company.update("sales_header", [Row(id, {"your_reference": "X"})])[0].ok

    made = SalesHeader.objects.get()
    assert (made.amount, made.your_reference) == (30, "X")
    assert answer.version == str(SalesLine.objects.get().row_version)
    assert company.delete("sales_line", [Row(line)])[0].ok
    assert company.delete("sales_line", [Row(line)])[0].ok
    assert company.delete("sales_header", [Row(id), Row(id)])[1].ok
    assert not SalesHeader.objects.exists()


def test_rows_one_by_one_are_refused_as_the_document_would_be() -> None:
    made = order(item(quantity=2))
    line = lines_of(made)[0]
    owner = reference(made)

    def problem(verb: Any, table: str, row: Row) -> Any:
        return verb(table, [row])[0].error

    assert isinstance(problem(company.insert, "sales_line", Row(uuid.uuid4(), item())), InvalidValue)
    again = Row(line.pk, {**item(), "document_no": owner})
    assert isinstance(problem(company.insert, "sales_line", again), DuplicateKey)
    assert isinstance(problem(company.update, "sales_line", Row(uuid.uuid4(), {"quantity": D(1)})), NotFound)
    assert isinstance(problem(company.update, "sales_line", Row(line.pk, {"quantity": D(1)}, "1")), VersionConflict)
    assert isinstance(problem(company.update, "sales_line", Row(line.pk, {"quantity": "many"})), InvalidValue)
    assert isinstance(problem(company.delete, "sales_header", Row(made.pk, version="1")), VersionConflict)
    release(made.pk)
    assert isinstance(problem(company.update, "sales_line", Row(line.pk, {"quantity": D(1)})), NotOpen)
    assert SalesLine.objects.get().quantity == 2
