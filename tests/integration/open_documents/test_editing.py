"""Header and lines of a document on one page."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integration.business_central.models import Item, SalesHeader, SalesReceivablesSetup
from integration.business_central.posting.shipping import ship
from integration.business_central.posting.states import release
from integration.models import AuditEntry
from tests.business_central.trading import comment, item, lines_of, order, resource
from tests.integration.open_documents.pages import at, edit_page, save, text_of
from tests.pages import form_on

D = Decimal


def described(header: SalesHeader) -> list[tuple[int, str, D]]:
    return [(line.line_no, line.description, line.quantity) for line in lines_of(header)]


def test_a_quantity_and_a_reference_are_saved_with_one_button(olga: Client) -> None:
    made = order(item(quantity=3, price="64.99"))

    page = save(olga, made, line_0_quantity="5", external_document_no="po-77", requested_delivery_date="2027-02-01")

    assert "Sales Order 101001 is saved." in page
    assert (made.external_document_no, str(made.requested_delivery_date)) == ("PO-77", "2027-02-01")
    assert (made.amount, made.amount_including_vat) == (D("324.95"), D("389.94"))
    entry = AuditEntry.objects.get(kind="sales order")
    assert (entry.who, entry.kind, entry.subject) == ("olga", "sales order", "101001")
    assert entry.after == {"fields": "external_document_no, requested_delivery_date", "lines changed": "1"}


def test_lines_are_added_deleted_and_put_between_others(olga: Client) -> None:
    made = order(item(quantity=2), comment("Deliver to gate 3"), item("LAMP", 1))
    sent = edit_page(olga, made)
    line = {name: value for name, value in sent.items() if name.startswith("line-3")}
    first = [name for name in sent if name.startswith("line-0")][-1]
    ordered: dict[str, object] = {}
    for name, value in sent.items():
        if name not in line:
            ordered[name] = value
        if name == first:
            ordered |= {**line, "line-3-type": "3", "line-3-no": "fitter", "line-3-quantity": "1.5"}
    ordered |= {"line-2-gone": "on", "line-4-type": "0", "line-4-description": "Ring twice"}

    olga.post(at(made, "edit/"), ordered)

    assert described(made) == [
        (10000, "Desk", 2), (15000, "Fitter", D("1.5")), (20000, "Deliver to gate 3", 0), (40000, "Ring twice", 0),
    ]  # fmt: skip
    made.refresh_from_db()
    assert made.amount == D("290.00")


def test_nothing_is_squeezed_where_two_lines_have_no_room_between_them(olga: Client) -> None:
    made = order(item(line_no=1), item("LAMP", line_no=2))
    sent = edit_page(olga, made)
    new = {"line-2-id": "", "line-2-type": "0", "line-2-description": "Between"}
    ordered = {k: v for k, v in sent.items() if not k.startswith(("line-1", "line-2"))} | new
    ordered |= {k: v for k, v in sent.items() if k.startswith("line-1")}

    page = text_of(olga.post(at(made, "edit/"), ordered))

    assert "Nothing fits in front of line 2 any more. Add it elsewhere." in page
    assert len(lines_of(made)) == 2


def test_comments_go_with_the_line_that_they_belong_to(olga: Client) -> None:
    made = order(item(line_no=10000), comment("Oak", attached_to_line_no=10000), item("LAMP", 1))

    save(olga, made, line_0_gone="on")

    assert [text for _, text, _ in described(made)] == ["Lamp"]


def test_more_lines_and_a_line_below_are_offered_without_scripts_and_store_nothing(olga: Client) -> None:
    made = order(item(), item("LAMP", 1))
    sent = {**edit_page(olga, made), "line-0-quantity": "9"}

    more = text_of(olga.post(at(made, "edit/"), {**sent, "more": "yes"}))
    inserted = olga.post(at(made, "edit/"), {**sent, "insert": "0"})

    assert more.count('name="line-') > text_of(olga.get(at(made, "edit/"))).count('name="line-')
    assert [line.number for line in inserted.context["form"].grid.lines] == [0, 5, 1, 2, 3, 4]
    assert 'name="line-0-quantity" value="9"' in more
    assert lines_of(made)[0].quantity == 1


REFUSED = {
    "line_0_quantity=abc": "Enter a number",
    "line_0_line_discount_percent=101": "The discount of line 10000 is not between 0 and 100%",
    "line_0_no=NOTHING": "there is no item NOTHING",
    "line_1_no=CHAIR": "there is no item CHAIR",
    "invoice_discount_value=500": "is more than the lines that allow an invoice discount come to",
    "sell_to_customer_no=NOBODY": "There is no customer with the number NOBODY",
    "order_date=yesterday": "Enter a valid date",
    "currency_code=6d1c7a5e-6f0b-5d1c-9a53-0b1f5f6f2a10": "Select a valid choice",
    "on_hold=LONG": "at most 3 characters",
}


@pytest.mark.parametrize("typed", REFUSED)
def test_what_the_company_refuses_is_said_on_the_page_and_what_was_typed_stays(olga: Client, typed: str) -> None:
    made = order(item())
    name, _, value = typed.partition("=")

    page = save(olga, made, **{name: value, "external_document_no": "TYPED"})

    assert REFUSED[typed] in page
    assert 'value="TYPED"' in page
    assert (made.external_document_no, made.amount) == ("", 100)


def test_a_blocked_item_is_refused_by_name(olga: Client) -> None:
    made = order(item())
    Item.objects.filter(no="LAMP").update(blocked=True)

    assert "Item LAMP is blocked." in save(olga, made, line_1_no="lamp", line_1_quantity="1")


def test_of_a_released_order_the_quantities_to_post_alone_can_be_changed(olga: Client) -> None:
    made = order(item(quantity=3))
    release(made.pk)
    sent = edit_page(olga, made)

    page = save(olga, made, line_0_qty_to_ship="1", on_hold="abc")

    assert "is saved" in page
    assert {name for name in sent if name.startswith("line-0")} == {
        "line-0-id", "line-0-type", "line-0-qty_to_ship", "line-0-qty_to_invoice",
    }  # fmt: skip
    assert (lines_of(made)[0].qty_to_ship, made.on_hold) == (1, "ABC")


def test_what_is_shipped_of_a_line_stays(olga: Client) -> None:
    made = order(item(quantity=3, qty_to_ship=D(2)))
    ship(made.pk)
    olga.post(at(made, "reopen/"), {"version": str(SalesHeader.objects.get(pk=made.pk).row_version)})

    assert "line-0-no" not in edit_page(olga, made)
    assert "Line 10000 is shipped with 2. Keep so much." in save(olga, made, line_0_quantity="1")


def test_another_customer_brings_address_and_currency(olga: Client) -> None:
    made = order(item())

    save(olga, made, sell_to_customer_no="contoso", bill_to_customer_no="contoso")

    assert (made.sell_to_customer_name, made.bill_to_name, made.currency_code.code) == ("Contoso", "Contoso", "EUR")


# --- two people ----------------------------------------------------------------------------------------------------


def test_the_second_person_is_refused_and_shown_what_changed_and_may_save_again(olga: Client, admin: Client) -> None:
    made = order(item(quantity=3), item("LAMP", 1))
    sent = edit_page(olga, made)
    save(admin, made, line_0_quantity="7")

    refused = olga.post(at(made, "edit/"), {**sent, "line-1-quantity": "2"})

    page = text_of(refused)
    assert "Somebody else saved this page while you had it open." in page
    assert "line 10000: “Item DESK Desk: 3 / 100" in page
    assert [quantity for _, _, quantity in described(made)] == [7, 1]
    again = {**sent, "line-0-quantity": "7", "line-1-quantity": "2", "seen": refused.context["form"]["seen"].value()}
    olga.post(at(made, "edit/"), again)
    assert [quantity for _, _, quantity in described(made)] == [7, 2]


def test_a_line_that_somebody_added_meanwhile_is_shown_and_kept(olga: Client, admin: Client) -> None:
    made = order(item())
    sent = edit_page(olga, made)
    save(admin, made, line_1_no="lamp", line_1_quantity="1")

    page = text_of(olga.post(at(made, "edit/"), {**sent, "line-0-quantity": "2"}))

    assert 'value="LAMP"' in page
    assert [text for _, text, _ in described(made)] == ["Desk", "Lamp"]


def test_a_form_sent_twice_adds_its_line_once(olga: Client) -> None:
    made = order(item())
    sent = {**edit_page(olga, made), "line-1-no": "LAMP", "line-1-quantity": "1"}

    olga.post(at(made, "edit/"), sent)
    page = text_of(olga.post(at(made, "edit/"), sent))

    assert "Somebody else saved this page" in page
    assert [text for _, text, _ in described(made)] == ["Desk", "Lamp"]


def test_a_document_that_is_gone_is_not_found(olga: Client) -> None:
    made = order(item())
    sent = edit_page(olga, made)
    SalesReceivablesSetup.current()
    olga.post(at(made, "delete/"), {"version": str(made.row_version)})

    assert olga.post(at(made, "edit/"), sent).status_code == 404


# --- a thousand lines ----------------------------------------------------------------------------------------------


def test_a_document_of_many_lines_is_edited_page_by_page(olga: Client) -> None:
    made = order(*[item(quantity=1, price=1) for _ in range(45)])
    second = at(made, "edit/?page=2")

    page = text_of(olga.get(second))
    olga.post(
        second, {**form_on(olga, second, second), "line-0-quantity": "7", "line-5-no": "LAMP", "line-5-quantity": "1"}
    )
    save(olga, made, line_40_type="0", line_40_description="Behind the first forty")

    assert "Lines of page 2 of 2" in page
    assert page.count('-description" value="Desk"') == 5
    lines = {line.line_no: line for line in lines_of(made)}
    assert (len(lines), lines[410000].quantity, lines[460000].no) == (47, 7, "LAMP")
    assert lines[405000].description == "Behind the first forty"


def test_a_hundred_lines_are_saved_at_once_and_no_more_are_offered(olga: Client) -> None:
    made = order(item())
    blank = {name: value for name, value in edit_page(olga, made).items() if name.startswith("line-1-")}
    sent = {**edit_page(olga, made), "line-1-type": "0"}
    for number in range(1, 100):
        sent |= {name.replace("-1-", f"-{number}-"): value for name, value in blank.items()}
        sent |= {f"line-{number}-type": "0", f"line-{number}-description": f"Comment {number}"}

    more = olga.post(at(made, "edit/"), {**sent, "more": "yes"})
    olga.post(at(made, "edit/"), sent)

    assert len(more.context["form"].grid.lines) == 100
    assert len(lines_of(made)) == 100


def test_a_resource_and_an_account_are_lines_like_items(olga: Client) -> None:
    made = order(resource(1))

    save(olga, made, line_1_type="1", line_1_no="6810", line_1_quantity="1", line_1_unit_price="12.50")

    assert [(line.no, line.amount) for line in lines_of(made)] == [("FITTER", 60), ("6810", D("12.50"))]


def test_a_page_of_many_lines_asks_the_database_as_often_as_one_of_few(olga: Client) -> None:
    few, many = order(item(quantity=1)), order(*[item(quantity=1, price=1) for _ in range(30)])
    olga.get(at(few, "edit/"))
    asked = []
    for made in (few, many):
        with CaptureQueriesContext(connection) as queries:
            olga.get(at(made, "edit/"))
        asked.append(len(queries))

    assert asked[0] == asked[1]


# --- hostile input ---------------------------------------------------------------------------------------------------

STRANGE = (
    {"line-0-id": "4711"}, {"line-0-quantity": "1e999999"}, {"line-0-quantity": "NaN"}, {"line-0-unit_price": "-0"},
    {"line-0-quantity": "9" * 400}, {"line-0-description": "\0"}, {"line-0-type": ""}, {"line-77-id": "", "page": "-1"},
    {"insert": "77777777777777777"}, {"insert": "x"}, {"page": "9" * 50}, {"line-0-gone": "on", "line-0-no": "x" * 99},
    {"sell_to_customer_no": "\0"}, {"seen": "forged"}, {"line-3-id": "", "line-3-no": "LAMP", "line-3-quantity": "٣"},
    {"order_date": "0000-00-00"}, {"invoice_discount_value": "1e-400"}, {"currency_code": ["", "x"]},
)  # fmt: skip


@pytest.mark.parametrize("sent", STRANGE, ids=[next(iter(one)) + str(at) for at, one in enumerate(STRANGE)])
def test_strange_input_is_answered_with_a_page_and_leaves_the_document_worked_out(
    olga: Client, sent: dict[str, str]
) -> None:
    made = order(item(quantity=3), item("LAMP", 1))
    page = edit_page(olga, made)

    answers = [olga.post(at(made, what), {**page, **sent}) for what in ("amounts/", "edit/")]

    assert {answer.status_code for answer in answers} <= {200, 302}
    made.refresh_from_db()
    assert made.amount == sum(line.amount for line in lines_of(made))
