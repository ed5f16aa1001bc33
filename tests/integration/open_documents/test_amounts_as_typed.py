"""The sums of a document while somebody types, and what is offered for a number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from integration.business_central.models import SalesHeader, SalesLine
from tests.business_central.trading import currency, item, lines_of, order
from tests.integration.open_documents.pages import at, edit_page, named, text_of

D = Decimal


def typed(client: Client, header: SalesHeader, **values: str) -> str:
    """The part of the page that comes while this is typed."""
    sent = {**edit_page(client, header), **named(values)}
    return text_of(client.post(at(header, "amounts/"), sent))


CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "a quantity": ({"line_0_quantity": "12"}, ["1,200.00", "240.00", "1,440.00", 'data-new-qty_to_ship="12"']),
    "a discount": (
        {"line_0_line_discount_percent": "10"}, ["270.00", "54.00", "324.00", 'data-new-line_discount_amount="30.00"'],
    ),
    "an invoice discount": ({"invoice_discount_value": "50"}, ["-50.00", "250.00", "300.00"]),
    "a new line": (
        {"line_1_no": "book", "line_1_quantity": "2"},
        ["320.00", "VAT 20%", "VAT 5%", 'data-unit_price="10.00"', 'data-description="Book"', ">PCS<"],
    ),
    "a deleted line": ({"line_0_gone": "on"}, ["0.00"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_sums_follow_what_is_typed_and_nothing_is_stored(olga: Client, case: str) -> None:
    made = order(item(quantity=3))
    values, shown = CASES[case]

    part = typed(olga, made, **values)

    assert [text for text in shown if text not in part] == []
    assert [line.quantity for line in lines_of(made)] == [3]
    assert SalesHeader.objects.get().amount == 300


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown_while_typing_is_what_is_saved(olga: Client, case: str) -> None:
    made = order(item(quantity=3))
    values, _ = CASES[case]
    sent = {**edit_page(olga, made), **named(values)}

    preview = olga.post(at(made, "amounts/"), sent).context["preview"].totals
    olga.post(at(made, "edit/"), sent)

    made.refresh_from_db()
    assert (preview.amount, preview.including) == (made.amount, made.amount_including_vat)


def test_a_currency_without_decimals_is_shown_without(olga: Client) -> None:
    made = order(item("TENTH", quantity=3, price=1234), currency_code=currency("JPY"))

    assert "3,702" in typed(olga, made)
    assert "3,702.0" not in typed(olga, made)


def test_an_order_in_euros_shows_its_worth_in_pounds_too(olga: Client) -> None:
    made = order(item(quantity=10, price=65), whose="CONTOSO")

    part = typed(olga, made)

    assert [text for text in ("Total Incl. VAT EUR", "650.00", "Excl. VAT GBP", "558.71") if text not in part] == []


PROBLEMS = {
    "line_0_quantity=x": "Line 1: Quantity: Enter a number such as 1234.5, not “x”.",
    "line_0_no=NOTHING": "there is no item NOTHING",
    "line_0_line_discount_percent=-3": "is not between 0 and 100%",
    "line_1_type=9": "Line 2: Type: Select a valid choice",
}


@pytest.mark.parametrize("entry", PROBLEMS)
def test_what_cannot_be_worked_out_is_said_in_words_beside_the_sums_as_they_are(olga: Client, entry: str) -> None:
    made = order(item(quantity=3))
    name, _, value = entry.partition("=")

    part = typed(olga, made, **{name: value, "line_1_description": "Something"})

    assert PROBLEMS[entry] in part
    assert "360.00" in part


def test_hostile_text_of_an_item_stays_text(olga: Client) -> None:
    made = order(item(quantity=3))
    SalesLine.objects.update(description='"><script>alert(1)</script>')

    page = olga.get(at(made)).content.decode() + olga.get(at(made, "edit/")).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


OFFERED = {
    "of=customer&customer=ada": ["ADATUM"],
    "of=customer&sell_to_customer_no=cont": ["CONTOSO"],
    "line-3-type=2&line-3-no=la": ["LAMP"],
    "line-3-type=3&line-3-no=fit": ["FITTER"],
    "line-3-type=1&line-3-no=frei": ["6810"],
    "line-3-type=0&line-3-no=la": [],
    "line-3-type=2&line-3-no=": [],
    "of=user&customer=a": [],
    "": [],
}


@pytest.mark.parametrize("query", OFFERED)
def test_numbers_are_offered_by_number_and_name(vera: Client, query: str) -> None:
    answer = vera.get(f"/documents/numbers/?{query}")

    assert [number for number, _ in answer.context["found"]] == OFFERED[query]
