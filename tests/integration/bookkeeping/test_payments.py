"""Register Payment, on the page of an invoice and on the account of a customer."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from integration.business_central.models import (
    Currency,
    CustLedgerEntry,
    Customer,
    GeneralLedgerSetup,
    NoSeriesLine,
    SalesInvoiceHeader,
)
from integration.business_central.posting.crediting import cancel
from integration.forms.bookkeeping import posting
from integration.models import AuditEntry
from tests.business_central.posting.books import assert_books_balance, invoiced
from tests.integration.bookkeeping.pressed import look, press
from tests.pages import seen_on
from tests.people import BOOKKEEPER, INTEGRATOR, ORDER_PROCESSOR, VIEWER, signed_in


def payments() -> list[tuple[str, str]]:
    rows = CustLedgerEntry.objects.filter(document_type=1).order_by("entry_no")
    return [(row.document_no, f"{row.amount:.2f}") for row in rows]


def test_an_invoice_is_paid_in_three_parts_to_the_cent(annette: Client) -> None:
    made = invoiced("100.02", "CONTOSO")
    said = [press(annette, "posted_invoice_pay", made.pk, amount="33.34", external_document_no="bank 7")]
    said += [press(annette, "posted_invoice_pay", made.pk, amount="33.34") for _ in range(2)]

    assert "Payment P000001 of 33.34 EUR is registered. Invoice 103001: 66.68 remain." in said[0]
    assert "Invoice 103001: 33.34 remain." in said[1]
    assert "Invoice 103001: It is closed." in said[2]
    shown = look(annette, "posted_invoice", made.pk)
    assert shown.count("Payment P00000") == 3
    assert "BANK 7" in shown
    assert "Remaining Amount 0.00 EUR" in shown
    local = CustLedgerEntry.objects.filter(document_type=1).values_list("amount_lcy", flat=True)
    assert [f"{-amount:.2f}" for amount in local] == ["28.66", "28.66", "28.66"]
    assert_books_balance()


def test_a_payment_is_posted_once_however_often_its_button_is_pressed(annette: Client) -> None:
    made = invoiced()
    seen = seen_on(annette, reverse("posted_invoice_pay", args=[made.pk]))
    press(annette, "posted_invoice_pay", made.pk, before=seen, amount="60")

    again = press(annette, "posted_invoice_pay", made.pk, before=seen, amount="60")

    assert "Changed meanwhile: Remaining Amount: “100.00” → “40.00”. Look at it, then press again." in again
    assert payments() == [("P000001", "-60.00")]


def test_two_bookkeepers_do_not_pay_the_same_invoice_twice(annette: Client) -> None:
    made = invoiced()
    esther = signed_in("esther", "Bookkeeper")
    seen = seen_on(esther, reverse("posted_invoice_pay", args=[made.pk]))
    press(annette, "posted_invoice_pay", made.pk, amount="100")

    assert "Changed meanwhile" in press(esther, "posted_invoice_pay", made.pk, before=seen, amount="100")
    assert "stay on the account" in press(esther, "posted_invoice_pay", made.pk, amount="10")
    assert [no for no, _ in payments()] == ["P000001", "P000002"]


def test_what_is_more_than_the_invoice_stays_on_the_account(annette: Client) -> None:
    said = press(annette, "posted_invoice_pay", invoiced().pk, amount="130.50")

    assert "Invoice 103001: It is closed. 30.50 GBP stay on the account." in said


# --- payment discount ----------------------------------------------------------------------------------------------


def test_the_discount_of_the_terms_is_offered_and_proposed_before_it_is_given(annette: Client) -> None:
    made = invoiced()
    offered = look(annette, "posted_invoice_pay", made.pk)
    assert "Until 2027-01-23 a payment of 98.00 GBP is enough: the payment discount of the terms is 2.00." in offered

    proposed = press(annette, "posted_invoice_pay", made.pk, amount="98")

    assert "the rest of 2.00 GBP is proposed to be closed" in proposed
    assert payments() == []
    assert "It is closed." in press(annette, "posted_invoice_pay", made.pk, amount="98", asked="on", close_rest="on")
    assert "-2.00" in look(annette, "posted_invoice", made.pk)


def test_who_takes_the_tick_off_leaves_the_rest_open(annette: Client) -> None:
    made = invoiced()

    assert "2.00 remain." in press(annette, "posted_invoice_pay", made.pk, amount="98", asked="on")


def test_more_than_five_per_cent_is_given_away_after_a_confirmation_only(annette: Client) -> None:
    made = invoiced()
    asked = press(annette, "posted_invoice_pay", made.pk, amount="94.99", close_rest="on")

    assert "5.01 of 100.00 would be given away, which is more than 5%. Confirm it, or leave it open." in asked
    assert "Yes, give away more than 5% of the invoice" in asked
    assert payments() == []
    said = press(annette, "posted_invoice_pay", made.pk, amount="94.99", close_rest="on", confirmed="on")
    assert "It is closed." in said
    assert_books_balance()


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"amount": "0"}, "0 is no amount that can be paid in GBP. Enter an amount above 0, in units of 0.01."),
        ({"amount": "-5"}, "-5 is no amount that can be paid"),
        ({"amount": "1.005"}, "1.005 is no amount that can be paid"),
        ({"amount": "NaN"}, "Enter a number such as 1234.5, not “NaN”."),
        ({"amount": "1e30"}, "Enter a number such as 1234.5, not “1e30”."),
        ({"amount": "9" * 20}, "no more than 15 digits"),
        ({"amount": ""}, "This field is required."),
        ({"amount": "5", "posting_date": "yesterday"}, "Enter a valid date."),
        ({"amount": "5", "posting_date": "2027-02-01"}, "is not within the period that is open for posting"),
        ({"amount": "5", "external_document_no": "x" * 36}, "at most 35 characters"),
        ({"amount": "5", "seen": "forged"}, "This page is incomplete. Load it again."),
    ],
)
def test_a_payment_that_cannot_be_is_refused_in_words(annette: Client, sent: dict[str, str], words: str) -> None:
    setup = GeneralLedgerSetup.current()
    setup.allow_posting_to = "2027-01-31"
    setup.save()
    made = invoiced()

    assert words in press(annette, "posted_invoice_pay", made.pk, **sent)
    assert payments() == []


def test_a_canceled_invoice_takes_no_payment_and_shows_no_button(annette: Client) -> None:
    made = invoiced()
    seen = seen_on(annette, reverse("posted_invoice_pay", args=[made.pk]))
    cancel(made.pk)

    assert "Register Payment" not in look(annette, "posted_invoice", made.pk)
    assert "Canceled: “no” → “yes”" in press(annette, "posted_invoice_pay", made.pk, before=seen, amount="100")
    assert "is canceled by credit memo 104001" in press(annette, "posted_invoice_pay", made.pk, amount="100")


def test_who_waits_too_long_for_somebody_else_is_asked_to_press_again(
    annette: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise OperationalError("database is locked")

    made = invoiced()
    monkeypatch.setattr(posting, "lock_company", busy)

    said = press(annette, "posted_invoice_pay", made.pk, amount="60")

    assert "Somebody else is posting just now. Nothing was posted; press again." in said
    assert payments() == []


def test_a_number_series_that_is_used_up_is_said_on_the_page(annette: Client) -> None:
    made = invoiced()
    NoSeriesLine.open_line("S-PMT")
    NoSeriesLine.objects.filter(series_code__code="S-PMT").update(last_no_used="P000009", ending_no="P000009")

    assert "The number series S-PMT is used up" in press(annette, "posted_invoice_pay", made.pk, amount="100")


# --- on account ----------------------------------------------------------------------------------------------------


def test_a_payment_on_account_is_open_in_the_currency_of_the_customer(annette: Client) -> None:
    contoso, euros = Customer.objects.get(no="CONTOSO"), Currency.objects.get(code="EUR")

    said = press(annette, "payment_on_account", contoso.pk, amount="50", currency=str(euros.pk))

    assert "Payment P000001 of 50.00 EUR is registered on the account of CONTOSO." in said
    assert "P000001" in look(annette, "ledger_entries", customer="contoso", state="open")
    assert "P000001" not in look(annette, "ledger_entries", customer="ADATUM")


def test_a_payment_on_account_is_posted_once_however_often_its_button_is_pressed(annette: Client) -> None:
    adatum = Customer.objects.get(no="ADATUM")
    seen = seen_on(annette, reverse("payment_on_account", args=[adatum.pk]))
    press(annette, "payment_on_account", adatum.pk, before=seen, amount="50")

    again = press(annette, "payment_on_account", adatum.pk, before=seen, amount="50")

    assert "Last entry of the customer: “none” → “P000001”" in again
    assert len(payments()) == 1


# --- rights and the audit log --------------------------------------------------------------------------------------

PAGES = ("posted_invoice_pay", "posted_invoice_cancel", "posted_invoice_credit")


@pytest.mark.parametrize("group", [VIEWER, INTEGRATOR, ORDER_PROCESSOR])
def test_only_a_bookkeeper_pays_cancels_and_credits(group: str) -> None:
    made, otto = invoiced(), signed_in("otto", group)
    adatum = Customer.objects.get(no="ADATUM")
    entry = CustLedgerEntry.objects.get()
    addresses = [reverse(name, args=[made.pk]) for name in PAGES]
    addresses += [reverse("payment_on_account", args=[adatum.pk]), reverse("ledger_apply", args=[entry.pk])]
    addresses += [reverse("ledger_unapply", args=[entry.pk, 1])]

    assert {otto.get(address).status_code for address in addresses} == {403}
    assert {otto.post(address, {"amount": "1"}).status_code for address in addresses} == {403}
    shown = look(otto, "posted_invoice", made.pk)
    assert "Print" in shown
    assert "Register Payment" not in shown
    assert "Cancel" not in shown
    assert SalesInvoiceHeader.objects.get().remaining_amount == 100


def test_a_user_name_longer_than_posted_by_is_cut() -> None:
    name = "annette.bookkeeper.of.cronus.international@cronus.example.com"
    made = invoiced()

    press(signed_in(name, BOOKKEEPER), "posted_invoice_pay", made.pk, amount="60")

    assert CustLedgerEntry.objects.get(document_type=1).posted_by == name[:50]


def test_the_audit_log_names_the_payment_by_its_id(annette: Client) -> None:
    made = invoiced()
    press(annette, "posted_invoice_pay", made.pk, amount="60")

    entry = AuditEntry.objects.get(kind="payment of an invoice")

    assert (entry.who, entry.action, entry.subject) == ("annette", "created", str(made.pk))
    assert entry.after == {"entry": str(CustLedgerEntry.objects.get(document_type=1).pk)}
    assert CustLedgerEntry.objects.get(document_type=1).posted_by == "annette"
