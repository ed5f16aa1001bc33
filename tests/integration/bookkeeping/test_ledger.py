"""Customer Ledger Entries: the list, the card, Apply and Unapply."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from integration.business_central.models import CustLedgerEntry, Customer
from integration.business_central.posting.crediting import cancel
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.business_central.posting.payments import Payment, register_payment
from integration.models import AuditEntry, User
from integration.pages.lists.layout import keep_columns
from tests.business_central.posting.books import D, assert_books_balance, entry_of, invoiced, left, pay, worth
from tests.business_central.trading import currency, item, order
from tests.integration.bookkeeping.pressed import look, press, text_of
from tests.pages import seen_on


def on_account(amount: str) -> CustLedgerEntry:
    adatum = Customer.objects.get(no="ADATUM")
    return register_payment(Payment(D(amount), customer=adatum.pk))


def test_a_payment_on_account_is_applied_to_an_invoice_and_taken_back(annette: Client) -> None:
    payment, made = on_account("30"), invoiced()

    said = press(annette, "ledger_apply", payment.pk, other=str(entry_of(made).pk))

    assert "30.00 of P000001 are applied to 103001." in said
    assert "Remaining Amount 70.00 GBP" in look(annette, "posted_invoice", made.pk)
    back = press(annette, "ledger_unapply", payment.pk, 1)
    assert "Application 1 is unapplied: both entries are open again." in back
    assert (left(payment)[0], left(entry_of(made))[0]) == (-30, 100)
    assert back.count("Yes") == 2
    assert_books_balance()


def test_an_entry_is_applied_from_the_side_of_the_invoice_as_well(annette: Client) -> None:
    payment, made = on_account("30"), invoiced()
    entry = entry_of(made)

    assert "Payment P000001, 2027-01-15: 30.00 open" in look(annette, "ledger_apply", entry.pk)
    assert "12.34 of P000001" in press(annette, "ledger_apply", entry.pk, other=str(payment.pk), amount="12.34")

    assert left(payment)[0] == D("-17.66")


def test_an_invoice_is_paid_unapplied_and_paid_again(annette: Client) -> None:
    made = invoiced("100.02", "CONTOSO")
    worth(dt.date(2027, 2, 1), "1.13657")
    press(annette, "posted_invoice_pay", made.pk, amount="100.02", posting_date="2027-02-10")
    assert "2.03" in look(annette, "posted_invoice", made.pk)

    press(annette, "ledger_unapply", entry_of(made).pk, 1, posting_date="2027-02-10")
    assert "Remaining Amount 100.02 EUR" in look(annette, "posted_invoice", made.pk)
    payment = CustLedgerEntry.objects.get(document_type=1)
    press(annette, "ledger_apply", payment.pk, other=str(entry_of(made).pk), posting_date="2027-02-10")

    assert "Remaining Amount 0.00 EUR" in look(annette, "posted_invoice", made.pk)
    assert_books_balance()


def test_an_application_with_a_later_one_behind_it_stays(annette: Client) -> None:
    made = invoiced()
    pay(made, 40)
    pay(made, 30)

    said = press(annette, "ledger_unapply", entry_of(made).pk, 1)

    assert "Something was applied to these entries later. Unapply that first." in said
    assert left(entry_of(made))[0] == 30


def test_the_credit_memo_of_a_canceled_invoice_stays_applied(annette: Client) -> None:
    made = invoiced()
    cancel(made.pk)

    assert "is canceled; its credit memo stays applied" in press(annette, "ledger_unapply", entry_of(made).pk, 1)


def test_an_application_is_taken_back_once_and_only_from_its_own_entries(annette: Client) -> None:
    made, other = invoiced(), invoiced(50)
    pay(made, 40)
    seen = seen_on(annette, reverse("ledger_unapply", args=[entry_of(made).pk, 1]))

    assert "This entry has no application 1." in press(annette, "ledger_unapply", entry_of(other).pk, 1)
    press(annette, "ledger_unapply", entry_of(made).pk, 1, before=seen)
    again = press(annette, "ledger_unapply", entry_of(made).pk, 1, before=seen)
    assert "Remaining Amount: “60.00” → “100.00”" in again
    assert "There is no application 1, or it is unapplied already." in press(
        annette, "ledger_unapply", entry_of(made).pk, 1
    )


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("30.01", "30.01 is not between 0 and what remains of the two entries (30.00), in units of 0.01."),
        ("0", "0 is not between 0 and what remains"),
        ("0.001", "0.001 is not between 0 and what remains"),
        ("-1", "-1 is not between 0"),
    ],
)
def test_more_than_remains_is_not_applied(annette: Client, amount: str, words: str) -> None:
    payment, made = on_account("30"), invoiced()

    assert words in press(annette, "ledger_apply", payment.pk, other=str(entry_of(made).pk), amount=amount)
    assert left(payment)[0] == -30


def test_only_open_entries_of_the_same_customer_and_currency_are_offered(annette: Client) -> None:
    payment = on_account("30")
    foreign, paid = invoiced(whose="CONTOSO"), invoiced(10)
    pay(paid, 10)

    offered = look(annette, "ledger_apply", payment.pk)

    assert "This customer has no open invoice in GBP." in offered
    said = press(annette, "ledger_apply", payment.pk, before={}, other=str(entry_of(foreign).pk))
    assert "are applied" not in said
    assert left(payment)[0] == -30


def test_two_people_apply_the_same_payment_once(annette: Client) -> None:
    payment, made = on_account("30"), invoiced()
    seen = seen_on(annette, reverse("ledger_apply", args=[payment.pk]))
    sent = {"other": str(entry_of(made).pk), "amount": "10"}
    press(annette, "ledger_apply", payment.pk, before=seen, **sent)

    again = press(annette, "ledger_apply", payment.pk, before=seen, **sent)

    assert "Open of P000001: “30.00” → “20.00”" in again
    assert left(payment)[0] == -20


def test_applying_and_taking_back_are_in_the_audit_log_by_ids(annette: Client) -> None:
    payment, entry = on_account("30"), entry_of(invoiced())
    press(annette, "ledger_apply", payment.pk, other=str(entry.pk))
    press(annette, "ledger_unapply", entry.pk, 1)

    applied, back = AuditEntry.objects.filter(kind="application").order_by("pk")

    assert (applied.action, applied.subject, applied.who) == ("created", str(payment.pk), "annette")
    assert applied.after == {"invoice entry": str(entry.pk), "application": "1"}
    assert (back.action, back.subject, back.after) == ("canceled", str(entry.pk), {"application": "1"})


# --- the list ------------------------------------------------------------------------------------------------------


def rows(client: Client, **query: str) -> list[str]:
    """The document numbers of the list, in its order."""
    answer = client.get(reverse("ledger_entries"), query)
    return [line.title for line in answer.context["list"].lines]


def test_the_ledger_shows_what_is_open_overdue_and_closed(annette: Client) -> None:
    first = invoiced()
    invoiced(50, whose="CONTOSO")
    pay(first, 100)
    CustLedgerEntry.objects.filter(document_no="103002").update(due_date="2027-01-14")

    assert rows(annette) == ["P000001", "103002", "103001"]
    assert rows(annette, state="open") == rows(annette, state="overdue") == ["103002"]
    assert rows(annette, state="closed", customer="adatum") == ["P000001", "103001"]
    assert rows(annette, document_type="1") == ["P000001"]
    assert rows(annette, q="CONT") == ["103002"]
    assert rows(annette, q="' OR 1=1 --") == []
    assert rows(annette, order="amount") == ["P000001", "103002", "103001"]
    assert rows(annette, order="-amount") == ["103001", "103002", "P000001"]
    assert rows(annette, order="password") == rows(annette)


def test_the_ledger_is_a_spreadsheet_too(annette: Client) -> None:
    invoiced("100.02", whose="CONTOSO")

    ship_and_invoice(order(item("TENTH", 3, 1234), currency_code=currency("JPY")).pk)

    columns = ["entry_no", "posting_date", "document_type", "document_no", "customer_no", "customer",
               "external_document_no", "currency_code", "amount", "remaining_amount", "amount_lcy",
               "remaining_amount_lcy"]  # fmt: skip
    keep_columns(User.objects.get(username="annette"), "ledger", columns)

    answer = annette.get(reverse("ledger_entries"), {"format": "csv", "order": "entry_no"})

    lines = b"".join(answer).decode().splitlines()
    assert '"JPY","4072","4072","21.62","21.62"' in lines[2]
    assert lines[1].startswith('"1","2027-01-15","Invoice","103001","CONTOSO","Contoso","","EUR","100.02","100.02"')


def test_a_hostile_name_is_text_on_every_page(annette: Client) -> None:
    Customer.objects.filter(no="ADATUM").update(name="<script>alert(1)</script>")
    made = invoiced()
    pay(made, 10, external_document_no="<b>7</b>")
    pages = [reverse(name, args=[made.pk]) for name in ("posted_invoice", "posted_invoice_print", "posted_invoice_pay")]
    pages += [reverse("posted_invoices"), reverse("ledger_entries"), reverse("ledger_entry", args=[entry_of(made).pk])]

    for page in pages:
        answer = annette.get(page)
        assert b"<script>alert" not in answer.content
        assert b"<B>7" not in answer.content
        assert "alert(1)" in text_of(answer)
