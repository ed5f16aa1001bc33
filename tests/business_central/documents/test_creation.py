"""Documents come into the company as a whole: numbered, completed, with what they take over."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration.business_central.models import (
    Customer,
    Item,
    NoSeries,
    NoSeriesLine,
    Note,
    SalesHeader,
    SalesLine,
    SalesReceivablesSetup,
)
from integration.business_central.store import EmbeddedCompany
from integration.systems.values import Document, Row
from tests.business_central import trading
from tests.business_central.trading import DAY, comment, currency, document, freight, insert, item, lines_of, resource
from tests.systems.contract import DocumentContract, DocumentGround

D = Decimal


class TestEmbeddedDocuments(DocumentContract):
    @pytest.fixture
    def documents(self, trade: None) -> EmbeddedCompany:
        return EmbeddedCompany(page_size=3)

    @pytest.fixture
    def paper(self) -> DocumentGround:
        return DocumentGround(
            "sales_header", "your_reference", "sales_line", "document_no", "description",
            header={"sell_to_customer_no": trading.customer(), "posting_date": DAY}, line=item("DESK", 2),
            refused={"quantity": D(10) ** 12},
        )  # fmt: skip


# --- what is taken over --------------------------------------------------------------------------------------------


def test_a_document_takes_over_its_customer() -> None:
    order = trading.order(item())

    assert (order.no, order.status, order.sell_to_customer_name) == ("101001", 0, "Adatum")
    assert order.bill_to_customer_no == order.sell_to_customer_no
    assert (order.bill_to_address, order.ship_to_city) == ("1 Mill Lane", "Leeds")
    assert (order.order_date, order.due_date.isoformat()) == (DAY, "2027-02-14")
    assert (order.currency_code, order.currency_factor, order.payment_discount_percent) == (None, 1, 2)


def test_the_customer_who_pays_gives_terms_and_currency() -> None:
    Customer.objects.filter(no="ADATUM").update(bill_to_customer_no=Customer.objects.get(no="CONTOSO"))

    order = trading.order(item(price=10))

    assert (order.sell_to_customer_name, order.bill_to_name, order.ship_to_name) == ("Adatum", "Contoso", "Adatum")
    assert (order.currency_code.code, order.payment_terms_code) == ("EUR", None)
    assert order.due_date == DAY


def test_an_address_that_is_given_is_not_mixed_with_the_customers() -> None:
    order = trading.order(item(), ship_to_city="York", external_document_no="po 7")

    assert (order.ship_to_name, order.ship_to_address, order.ship_to_city) == ("Adatum", "", "York")
    assert (order.sell_to_city, order.external_document_no) == ("Leeds", "PO 7")


def test_a_currency_that_is_given_as_blank_is_the_local_one() -> None:
    order = trading.order(item(), whose="CONTOSO", currency_code=None)

    assert (order.currency_code, order.currency_factor) == (None, 1)
    assert trading.order(item(), whose="CONTOSO").currency_code.code == "EUR"


def test_a_line_takes_over_what_it_sells() -> None:
    Item.objects.filter(no="LAMP").update(allow_invoice_disc=False, price_includes_vat=True)
    order = trading.order(item("DESK"), item("LAMP"), resource(), freight(5), whose="CONTOSO")

    desk, lamp, fitter, carriage = lines_of(order)
    assert (desk.description, desk.unit_of_measure_code.code, desk.unit_price) == ("Desk", "PCS", D("116.34"))
    assert (lamp.unit_price, lamp.allow_invoice_disc) == (D("48.47500"), False)
    assert (fitter.description, fitter.allow_invoice_disc, fitter.unit_of_measure_code.code) == ("Fitter", True, "HOUR")
    assert (carriage.description, carriage.allow_invoice_disc, carriage.unit_of_measure_code) == (
        "Freight",
        False,
        None,
    )


def test_lines_are_numbered_ten_thousand_apart_and_comments_stand_between() -> None:
    order = trading.order(
        item(), comment("Deliver to gate 3", line_no=10001, attached_to_line_no=10000), item("LAMP"), comment("Thanks")
    )

    lines = lines_of(order)
    assert [line.line_no for line in lines] == [10000, 10001, 20000, 30000]
    assert [line.description for line in lines] == ["Desk", "Deliver to gate 3", "Lamp", "Thanks"]
    assert order.amount == 150


def test_notes_come_with_their_document() -> None:
    given = document(item())
    children = {**given.children, "note": [Row(uuid.uuid4(), {"text": "Ring twice"})]}

    answer = insert(Document(given.header, children))[0]

    note = Note.objects.get()
    assert (note.record_table, note.record_id, note.text) == ("sales_header", answer.id, "Ring twice")
    assert answer.values == {"no": "101001", "amount": D("100.00"), "amount_including_vat": D("120.00")}


def test_each_type_of_document_has_its_numbers_and_a_number_may_be_typed() -> None:
    quote, order, own = insert(document(item(), document_type=0), document(item()), document(item(), no="so-7"))

    assert [each.values["no"] for each in (quote, order, own)] == ["1001", "101001", "SO-7"]
    assert trading.order(item()).no == "101002"


def test_the_setup_may_name_another_series() -> None:
    series = NoSeries.objects.create(code="OWN")
    setup = SalesReceivablesSetup.current()
    setup.order_nos = series
    setup.save()

    refused = insert(document(item()))[0].error

    assert "number series OWN has no open line" in str(refused)
    assert not SalesHeader.objects.exists()


@pytest.mark.parametrize("code", ["EUR", None])
def test_a_hundred_orders_of_ten_lines_need_twelve_queries(code: str | None) -> None:
    trading.order(item())  # The setup and the number series are there.
    money = currency(code) if code else None
    lines = [*[item(), item("LAMP"), comment("Gate 3")] * 3, item("BOOK")]
    given = [document(*lines, currency_code=money) for _ in range(100)]

    with CaptureQueriesContext(connection) as queries:
        answers = insert(*given)

    assert all(answer.ok for answer in answers)
    assert SalesLine.objects.count() == 1001
    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 12, "\n".join(sql[:120] for sql in asked)


def test_a_number_that_was_typed_ahead_of_its_series_is_passed_over() -> None:
    insert(document(item()), document(item(), no="101003"))

    answers = insert(*(document(item()) for _ in range(3)))

    assert [answer.values["no"] for answer in answers] == ["101002", "101004", "101005"]


def test_a_series_that_the_setup_names_numbers_the_orders() -> None:
    series = NoSeries.objects.create(code="OWN")
    NoSeriesLine.objects.create(series_code=series, starting_no="A1")
    setup = SalesReceivablesSetup.current()
    setup.order_nos = series
    setup.save()

    assert insert(document(item()))[0].values["no"] == "A1"


def test_codes_are_kept_in_capitals_also_where_rows_come_in_bulk() -> None:
    made = trading.order(item(), external_document_no=" po 7 ", your_reference="po 7")

    made.refresh_from_db()
    assert (made.external_document_no, made.your_reference) == ("PO 7", "po 7")
