"""Payments and applications as others ask for them: by the names of the company's actions."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from integration.business_central.models import CustLedgerEntry, Customer, NoSeriesLine
from integration.systems.errors import NotFound, RecordProblem, Refused
from integration.systems.refusals import AmountRefused, ConfirmationMissing
from tests.business_central.embedded import company
from tests.business_central.posting.books import D, assert_books_balance, entry_of, invoiced, left
from tests.business_central.trading import DAY

INVOICE, ENTRY = "sales_invoice_header", "cust_ledger_entry"


def test_an_invoice_is_paid_on_account_too_applied_and_unapplied_by_name() -> None:
    made, adatum = invoiced(), Customer.objects.get(no="ADATUM")
    entry = entry_of(made)

    paid = company.act(INVOICE, made.pk, "register_payment", amount=D(40), posting_date=DAY, by="annette")
    free = company.act("customer", adatum.pk, "pay_on_account", amount=D(25), external_document_no="bank 9")
    number = company.act(ENTRY, free.pk, "apply", invoice_id=entry.pk, amount=D(25))

    assert (paid.posted_by, free.external_document_no, left(entry)[0]) == ("annette", "BANK 9", 35)
    company.act(ENTRY, entry.pk, "unapply", application_no=number)
    assert (left(entry)[0], left(free)[0]) == (60, -25)
    assert_books_balance()


def test_the_rest_is_closed_by_name_and_above_five_per_cent_only_when_confirmed() -> None:
    made = invoiced()

    with pytest.raises(ConfirmationMissing, match="10.00 of 100.00 would be given away"):
        company.act(INVOICE, made.pk, "register_payment", amount=D(90), close_rest=True)
    company.act(INVOICE, made.pk, "register_payment", amount=D(90), close_rest=True, confirmed=True)

    assert left(entry_of(made)) == (0, 0, False)


@pytest.mark.parametrize(
    ("table", "action", "arguments"),
    [
        (INVOICE, "register_payment", {"amount": D(1)}),
        ("customer", "pay_on_account", {"amount": D(1)}),
        (ENTRY, "unapply", {"application_no": 0}),
        (ENTRY, "unapply", {"application_no": 7}),
    ],
)
def test_what_is_not_there_is_neither_paid_nor_unapplied(table: str, action: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        company.act(table, uuid.uuid4(), action, **arguments)


def test_an_argument_that_a_payment_does_not_take_is_refused() -> None:
    with pytest.raises(Refused, match="“register_payment” takes no “discount”"):
        company.act(INVOICE, invoiced().pk, "register_payment", amount=D(1), discount=D(1))
    with pytest.raises(Refused, match="has no action “register_payment”"):
        company.act("customer", uuid.uuid4(), "register_payment", amount=D(1))


def test_less_than_the_smallest_unit_is_not_applied() -> None:
    made, adatum = invoiced(), Customer.objects.get(no="ADATUM")
    free = company.act("customer", adatum.pk, "pay_on_account", amount=D(25))

    with pytest.raises(AmountRefused, match="in units of 0.01"):
        company.act(ENTRY, free.pk, "apply", invoice_id=entry_of(made).pk, amount=D("0.005"))

    assert left(free)[0] == -25


def test_numbers_that_are_used_up_are_a_problem_in_words_and_nothing_is_posted() -> None:
    made = invoiced()
    NoSeriesLine.open_line("S-PMT")
    NoSeriesLine.objects.filter(series_code__code="S-PMT").update(last_no_used="P000009", ending_no="P000009")

    with pytest.raises(RecordProblem, match="The number series S-PMT is used up"):
        company.act(INVOICE, made.pk, "register_payment", amount=D(1))

    assert not CustLedgerEntry.objects.filter(document_type=1).exists()
