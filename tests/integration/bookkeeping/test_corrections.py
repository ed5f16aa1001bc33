"""Cancel an invoice, credit a part of it, and the credit memos that come of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integration.business_central.models import SalesCrMemoHeader, SalesInvoiceHeader
from integration.business_central.posting.crediting import cancel
from integration.business_central.posting.invoicing import invoice, ship_and_invoice
from integration.business_central.posting.shipping import ship
from integration.models import AuditEntry
from tests.business_central.posting.books import D, assert_books_balance, entry_of, invoiced, left, pay
from tests.business_central.posting.invoices import to_invoice
from tests.business_central.trading import comment, item, order
from tests.integration.bookkeeping.pressed import look, press
from tests.pages import seen_on


def two_lines() -> SalesInvoiceHeader:
    return ship_and_invoice(order(item(quantity=4, price=100), comment("Thanks"), item("BOOK", 3, 10)).pk)


def test_a_canceled_invoice_says_so_and_leads_to_its_credit_memo(annette: Client) -> None:
    made = two_lines()

    said = press(annette, "posted_invoice_cancel", made.pk)

    assert "Invoice 103001 is canceled by credit memo 104001. Its goods can be invoiced again." in said
    assert "This invoice is canceled by credit memo 104001." in said
    memo = SalesCrMemoHeader.objects.get()
    shown = look(annette, "posted_credit_memo", memo.pk)
    assert "Posted Sales Credit Memo of invoice 103001" in shown
    assert "511.50" in shown
    assert "Invoice 103001" in shown
    assert "104001" in look(annette, "posted_credit_memos", customer="ADATUM", invoice="103001")
    assert "104001" not in look(annette, "posted_credit_memos", q="nobody")
    recorded = AuditEntry.objects.get(kind="posted invoice")
    assert (recorded.action, recorded.after) == ("canceled", {"credit memo": str(memo.pk)})


def test_example_18_is_invoiced_singly_canceled_and_invoiced_again(annette: Client) -> None:
    made = order(item(quantity=3, price=10), invoice_discount_value=D("0.05"))
    ship(made.pk)
    parts = []
    for _ in range(3):
        to_invoice(made, 1)
        parts.append(invoice(made.pk))
    press(annette, "posted_invoice_cancel", parts[1].pk)
    again = invoice(made.pk)

    shown = [look(annette, "posted_invoice", one.pk) for one in (*parts, again)]

    discounts = ["0.02", "0.01", "0.02", "0.01"]
    assert ["invoice discount " + one in words for one, words in zip(discounts, shown, strict=True)] == [True] * 4
    assert "Total (invoice discount 0.01) 9.99 2.00 11.99" in shown[3]


def test_example_10_is_invoiced_in_two_parts_that_add_up(annette: Client) -> None:
    made = order(item(quantity=7, price="9.99", line_discount_amount=D("3.50")), invoice_discount_value=D(4))
    ship(made.pk)
    shown = []
    for quantity in (3, 4):
        to_invoice(made, quantity)
        shown.append(look(annette, "posted_invoice", invoice(made.pk).pk))

    assert "Total (invoice discount 1.71) 26.76 5.35 32.11" in shown[0]
    assert "Total (invoice discount 2.29) 35.67 7.13 42.80" in shown[1]


def test_quantities_and_amounts_are_credited_and_what_is_left_is_shown(annette: Client) -> None:
    made = two_lines()

    said = press(annette, "posted_invoice_credit", made.pk, quantity_10000="1", amount_30000="12.50")

    assert "Credit memo 104001 of 133.13 GBP is posted." in said
    assert left(entry_of(made))[0] == D("378.37")
    asked = look(annette, "posted_invoice_credit", made.pk)
    assert "Desk 4 3 300.00" in asked
    assert "Book 3 3 17.50" in asked
    assert_books_balance()


def test_what_is_credited_of_a_paid_invoice_stays_on_the_account(annette: Client) -> None:
    made = invoiced()
    pay(made, 100)

    said = press(annette, "posted_invoice_credit", made.pk, amount_10000="40")

    assert "Credit memo 104001 of 40.00 GBP is posted. 40.00 GBP of it stay on the account." in said
    memo = SalesCrMemoHeader.objects.get()
    assert "Apply Entries" in look(annette, "posted_credit_memo", memo.pk)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Enter a quantity or an amount on one line at least."),
        ({"quantity_10000": "4.1"}, "Line 10000: that is more than was invoiced and not credited yet."),
        ({"quantity_10000": "-1"}, "Line 10000: that is more than was invoiced"),
        ({"quantity_10000": "1", "amount_10000": "1"}, "Line 10000: enter either a quantity or an amount to credit."),
        ({"amount_30000": "30.01"}, "Line 30000: that is more than was invoiced"),
        ({"quantity_20000": "1"}, "Enter a quantity or an amount on one line at least."),
        ({"quantity_10000": "many"}, "Enter a number such as 1234.5, not “many”."),
        ({"quantity_10000": "1", "posting_date": "2027-01-14"}, "is before that of invoice 103001"),
    ],
)
def test_a_credit_that_cannot_be_is_refused_in_words(annette: Client, sent: dict[str, str], words: str) -> None:
    made = two_lines()

    assert words in press(annette, "posted_invoice_credit", made.pk, **sent)
    assert not SalesCrMemoHeader.objects.exists()


def test_a_paid_or_partly_credited_invoice_is_not_canceled(annette: Client) -> None:
    paid, credited = invoiced(), invoiced()
    pay(paid, 1)
    press(annette, "posted_invoice_credit", credited.pk, amount_10000="100")

    assert "Something is applied to invoice 103001. Unapply it first." in press(
        annette, "posted_invoice_cancel", paid.pk
    )
    assert "Unapply it first" in press(annette, "posted_invoice_cancel", credited.pk)


@pytest.mark.parametrize("name", ["posted_invoice_cancel", "posted_invoice_credit"])
def test_a_correction_is_posted_once_however_often_its_button_is_pressed(annette: Client, name: str) -> None:
    made = two_lines()
    seen = seen_on(annette, reverse(name, args=[made.pk]))
    press(annette, name, made.pk, before=seen, quantity_10000="1")

    again = press(annette, name, made.pk, before=seen, quantity_10000="1")

    assert "Credit memos: “none” → “104001”" in again
    assert SalesCrMemoHeader.objects.count() == 1


def test_a_canceled_invoice_is_canceled_and_credited_no_more(annette: Client) -> None:
    made = invoiced()
    cancel(made.pk)

    for name in ("posted_invoice_cancel", "posted_invoice_credit"):
        assert "is canceled by credit memo 104001 already" in press(annette, name, made.pk, amount_10000="1")
