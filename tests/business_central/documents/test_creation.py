"""Documents come into the company as a whole: numbered, completed, worked out."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration.business_central.models import (
    Customer,
    Item,
    NoSeries,
    Note,
    SalesHeader,
    SalesLine,
    SalesReceivablesSetup,
    VatPostingSetup,
)
from integration.business_central.store import EmbeddedCompany
from integration.systems.errors import ConfigurationProblem, DuplicateKey, ReferenceMissing, Refused
from integration.systems.refusals import (
    CustomerBlocked,
    DiscountRefused,
    ItemBlocked,
    LineRefused,
    RateMissing,
    UnitDiffers,
    VatSetupMissing,
)
from integration.systems.values import Document, Ref, Row
from tests.business_central import trading
from tests.business_central.embedded import company, reference
from tests.business_central.trading import DAY, comment, currency, document, freight, insert, item, lines_of, resource
from tests.systems.contract import DocumentContract, DocumentGround

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trade(db: None) -> None:
    trading.open_company()


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


# --- totals --------------------------------------------------------------------------------------------------------

TOTALS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str, str]] = {
    "plain": ([item(quantity=3, price="64.99")], {}, "194.97 38.99", "38.99"),
    "line discount": (
        [item(quantity=12, price="19.95", line_discount_amount=D("23.00"))], {}, "216.40 43.28", "43.28",
    ),
    "invoice discount": (
        [item(price="10.01")] * 3, {"invoice_discount_value": D("5.00")}, "25.03 5.01", "1.67 1.67 1.67",
    ),
    "freight": (
        [item(quantity=2, price="149.00"), freight("12.50")], {"invoice_discount_value": D("14.90")},
        "295.60 59.12", "56.62 2.50",
    ),
    "consumer price": ([item(quantity=3, price="20.825")], {}, "62.48 12.50", "12.50"),
    "groups": ([item(price="0.33")] * 3, {}, "0.99 0.20", "0.07 0.06 0.07"),
    "fractions": ([item(quantity="0.125", price="12.34"), item(quantity=3, price="0.3333")], {}, "2.54 0.51",
                  "0.31 0.20"),
    "return": (
        [item(quantity=2, price=100), item(quantity=-1, price=100, line_discount_amount=D(-10))], {},
        "110.00 22.00", "40.00 -18.00",
    ),
    "percentage": (
        [item(quantity=16, price="348.35", line_discount_percent=D(4))], {}, "5350.66 1070.13", "1070.13",
    ),
    "nothing": ([item(quantity=0, price=10)], {}, "0 0", "0"),
    "no lines": ([], {}, "0 0", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", TOTALS)
def test_an_order_is_worked_out_when_it_is_made(name: str) -> None:
    lines, header, sums, vat = TOTALS[name]

    order = trading.order(*lines, **header)

    assert (order.amount, order.amount_including_vat - order.amount) == tuple(map(D, sums.split()))
    assert [line.amount_including_vat - line.amount for line in lines_of(order)] == [D(x) for x in vat.split()]
    assert order.invoice_discount_amount == order.invoice_discount_value == header.get("invoice_discount_value", 0)


def test_yen_have_no_decimals_and_dinars_three() -> None:
    yen = trading.order(item("TENTH", 3, 1234), invoice_discount_value=D(463), currency_code=currency("JPY"))
    dinars = trading.order(
        item("BOOK", 7, "1.235", line_discount_amount=D("0.105")), item("BOOK", "2.5", "0.333"),
        invoice_discount_value=D("0.187"), currency_code=currency("KWD"),
    )  # fmt: skip

    assert (yen.amount, yen.amount_including_vat, yen.currency_factor) == (3239, 3563, D("188.35"))
    assert [line.amount for line in lines_of(dinars)] == [D("8.370"), D("0.816")]
    assert (dinars.amount, dinars.amount_including_vat) == (D("9.186"), D("9.645"))


def test_two_rates_share_the_invoice_discount_of_an_order_in_euros() -> None:
    order = trading.order(
        item(price="199.99"), resource("7.5", "85.00", line_discount_amount=D("12.50")), item("BOOK", 4, "3.33"),
        whose="CONTOSO", invoice_discount_value=D("1.00"),
    )  # fmt: skip

    assert (order.amount, order.amount_including_vat) == (D("837.31"), D("1002.78"))
    assert [line.inv_discount_amount for line in lines_of(order)] == [D("0.24"), D("0.74"), D("0.02")]
    assert lines_of(order)[0].outstanding_amount_lcy == D("206.03")  # 239.70 / 1.1634


def test_what_is_open_of_a_new_order_is_all_of_it() -> None:
    line = lines_of(trading.order(item(quantity=3, price="10.00")))[0]

    assert (line.outstanding_quantity, line.qty_to_ship, line.qty_to_invoice) == (3, 3, 3)
    assert (line.outstanding_amount, line.outstanding_amount_lcy, line.shipped_not_invoiced) == (36, 36, 0)
    assert (line.line_amount, line.vat_identifier, line.vat_percent) == (30, "VAT20", 20)


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


# --- refusals ------------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], type[Exception], str]] = {
    "no such item": (item("SOFA"), {}, LineRefused, "Line 10000: there is no item SOFA"),
    "no number": (item(""), {}, LineRefused, "there is no item without a number"),
    "discount above the line": (
        item(price=10, line_discount_amount=D("10.01")), {}, DiscountRefused, "of line 10000 is not between 0 and 100%",
    ),
    "percentage above 100": (
        item(price=10, line_discount_percent=D(101)), {}, DiscountRefused, "The discount of line 10000 is not between",
    ),
    "discount of nothing": (item(quantity=0, line_discount_amount=D(1)), {}, DiscountRefused, "line 10000"),
    "invoice discount above the lines": (
        item(price=10), {"invoice_discount_value": D("10.01")}, DiscountRefused, "is more than the lines that allow",
    ),
    "a comment with a quantity": (comment("Thanks", quantity=D(1)), {}, LineRefused, "Line 10000 is a comment"),
    "attached to nothing": (item(attached_to_line_no=70000), {}, Refused, "attached to line 70000, which is not there"),
    "kept by the company": (item(amount=D(1)), {}, Refused, "is kept by Business Central"),
    "a rate that is not there yet": (
        item(), {"currency_code": "EUR", "posting_date": DAY.replace(year=2025)}, RateMissing,
        "no exchange rate of EUR on 2025-01-15",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_cannot_be_is_refused_by_name(name: str) -> None:
    line, header, kind, message = REFUSED[name]
    if "currency_code" in header:
        header = {**header, "currency_code": currency(header["currency_code"])}

    error = insert(document(line, **header))[0].error

    assert isinstance(error, kind)
    assert message in str(error)
    assert not SalesHeader.objects.exists()
    assert not SalesLine.objects.exists()


@pytest.mark.parametrize(
    ("blocking", "message"),
    [({"blocked": 1}, "(Ship)"), ({"blocked": 3}, "(All)"), ({"privacy_blocked": True}, "for privacy")],
)
def test_a_blocked_customer_buys_nothing(blocking: dict[str, Any], message: str) -> None:
    Customer.objects.filter(no="ADATUM").update(**blocking)

    error = insert(document(item()))[0].error

    assert isinstance(error, CustomerBlocked)
    assert message in str(error)


def test_a_blocked_payer_and_a_blocked_item_are_refused_too() -> None:
    Customer.objects.filter(no="CONTOSO").update(blocked=3)
    Item.objects.filter(no="LAMP").update(blocked=True)

    payer, lamp = insert(document(item(), bill_to_customer_no=trading.customer("CONTOSO")), document(item("LAMP")))

    assert isinstance(payer.error, CustomerBlocked)
    assert isinstance(lamp.error, ItemBlocked)


def test_another_unit_than_the_items_is_refused() -> None:
    box = Ref("unit_of_measure", uuid.uuid4())
    company.insert("unit_of_measure", [Row(box.id, {"code": "BOX"})])

    error = insert(document(item(unit_of_measure_code=box)))[0].error

    assert isinstance(error, UnitDiffers)
    assert str(error) == "Line 10000 is in BOX, item DESK is sold in PCS. Change the line."


def test_vat_without_a_rate_is_refused_by_the_two_groups() -> None:
    VatPostingSetup.objects.filter(vat_identifier="VAT20").delete()

    error = insert(document(item()))[0].error

    assert isinstance(error, VatSetupMissing)
    assert "No VAT rate for VAT Business Posting Group (blank) and VAT Product Posting Group STANDARD" in str(error)


def test_a_customer_that_is_not_there_is_refused_and_the_others_are_made() -> None:
    good, bad = document(item()), document(item(), sell_to_customer_no=Ref("customer", uuid.uuid4()))

    answers = insert(bad, good)

    assert isinstance(answers[0].error, ReferenceMissing)
    assert answers[1].ok


def test_two_lines_with_one_number_are_refused() -> None:
    error = insert(document(item(line_no=10000), item(line_no=10000)))[0].error

    assert "two lines with the number 10000" in str(error)


def test_a_number_that_is_used_is_a_duplicate_and_the_others_are_made() -> None:
    first, again, other = insert(document(item(), no="SO-1"), document(item(), no="SO-1"), document(item()))

    assert (first.ok, other.ok) == (True, True)
    assert isinstance(again.error, DuplicateKey)
    assert sorted(SalesHeader.objects.values_list("no", flat=True)) == ["101001", "SO-1"]
    assert SalesLine.objects.count() == 2


def test_a_line_of_another_document_is_refused() -> None:
    stored = trading.order(item())
    given = document(item())
    stray = Row(uuid.uuid4(), {**item(), "document_no": reference(stored)})

    error = insert(Document(given.header, {"sales_line": [stray]}))[0].error

    assert "names another document" in str(error)
    assert SalesLine.objects.count() == 1


def test_only_sales_documents_come_as_a_whole() -> None:
    with pytest.raises(ConfigurationProblem, match="Customer has no lines"):
        company.insert_documents("customer", [])
    with pytest.raises(ConfigurationProblem, match="but no item"):
        insert(Document(document().header, {"item": []}))


def test_an_order_that_is_refused_costs_no_number() -> None:
    insert(document(item("SOFA")))

    assert trading.order(item()).no == "101001"


def test_a_hundred_orders_need_few_queries() -> None:
    trading.order(item())  # The setup and the number series are there.
    given = [document(*[item(price=10)] * 10, currency_code=currency("EUR")) for _ in range(100)]

    with CaptureQueriesContext(connection) as queries:
        answers = insert(*given)

    assert all(answer.ok for answer in answers)
    assert SalesLine.objects.count() == 1001
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 22
