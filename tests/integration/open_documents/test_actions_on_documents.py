"""What is done with documents by a button: each with its outcome, its refusals in words, and its entry in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from integration.business_central.models import (
    Customer,
    GeneralLedgerSetup,
    Item,
    NoSeriesLine,
    SalesHeader,
    SalesHeaderArchive,
    SalesInvoiceHeader,
    SalesReceivablesSetup,
    SalesShipmentHeader,
    VatPostingSetup,
)
from integration.business_central.posting.shipment_invoices import invoice_shipments
from integration.business_central.posting.shipping import ship
from integration.business_central.posting.states import hold, release
from integration.models import AuditEntry
from tests.business_central.trading import item, order
from tests.integration.open_documents.pages import at, do, text_of

D = Decimal
TODAY = {"posting_date": "2027-01-15"}


def recorded() -> list[tuple[str, str, str, dict[str, str]]]:
    entries = AuditEntry.objects.exclude(kind="user").order_by("pk")
    return [(one.who, one.action, f"{one.kind} {one.subject}", one.after) for one in entries]


def test_an_order_is_released_shipped_in_part_and_invoiced(olga: Client) -> None:
    made = order(item(quantity=3, qty_to_ship=D(1), qty_to_invoice=D(1)))

    assert "Sales Order 101001 is released." in do(olga, made, "release")
    assert "Shipment 102001 is posted." in do(olga, made, "ship", posting_date="2027-01-20")
    assert "Invoice 103001 over 120.00 GBP is posted." in do(olga, made, "invoice", **TODAY)

    shipment, invoice = SalesShipmentHeader.objects.get(), SalesInvoiceHeader.objects.get()
    assert (str(shipment.posting_date), shipment.posted_by) == ("2027-01-20", "olga")
    assert (invoice.amount, invoice.posted_by) == (100, "olga")
    assert recorded() == [
        ("olga", "changed", "sales order 101001", {"action": "Release"}),
        ("olga", "changed", "sales order 101001", {"action": "Ship", "made": "102001"}),
        ("olga", "changed", "sales order 101001", {"action": "Invoice", "made": "103001"}),
    ]


def test_shipped_and_invoiced_at_once_an_order_leaves_its_list(olga: Client) -> None:
    made = order(item(quantity=3))

    page = do(olga, made, "ship-and-invoice", **TODAY)

    assert "Invoice 103001 over 360.00 GBP is posted." in page
    assert "101001" not in text_of(olga.get("/documents/orders/"))
    assert "101001" in text_of(olga.get("/documents/orders/?state=invoiced"))


def test_a_released_order_is_opened_again(olga: Client) -> None:
    made = order(item())
    release(made.pk)

    assert "Sales Order 101001 is open again." in do(olga, made, "reopen")
    assert SalesHeader.objects.get().status == SalesHeader.Status.OPEN


def test_a_quote_becomes_an_order_and_leads_to_it(olga: Client) -> None:
    quote = order(item(quantity=2), document_type=0)

    olga_sees = text_of(olga.post(at(quote, "make-order/"), {"version": str(quote.row_version)}, follow=True))

    assert "Sales Order 101001 is made of quote 1001, which is archived." in olga_sees
    assert "<h1>Sales Order 101001" in olga_sees
    assert SalesHeaderArchive.objects.get().no == "1001"


def test_a_document_is_archived_as_its_next_version(olga: Client) -> None:
    made = order(item())

    do(olga, made, "archive")

    assert "Sales Order 101001 is archived as version 2." in do(olga, made, "archive")
    assert SalesHeaderArchive.objects.filter(archived_by="olga").count() == 2


def test_a_hold_is_lifted(olga: Client) -> None:
    made = order(item())
    hold(made.pk, "CRM")

    assert "On hold (CRM)" in text_of(olga.get(at(made)))
    assert "Sales Order 101001 is not on hold any more." in do(olga, made, "lift-hold")
    assert SalesHeader.objects.get().on_hold == ""


def test_an_order_is_deleted_after_it_is_asked_for(olga: Client) -> None:
    made = order(item())

    asked = text_of(olga.get(at(made, "delete/")))
    page = do(olga, made, "delete")

    assert "The document is deleted with its lines and notes." in asked
    assert "Sales Order 101001 is deleted." in page
    assert not SalesHeader.objects.exists()
    assert recorded() == [("olga", "deleted", "sales order 101001", {"action": "Delete"})]


def test_an_invoice_made_of_shipments_is_posted_and_leads_to_the_posted_one(olga: Client) -> None:
    made = order(item(quantity=3))
    draft = invoice_shipments([ship(made.pk).pk])

    answer = olga.post(at(draft, "post/"), {"version": str(draft.row_version), **TODAY})

    posted = SalesInvoiceHeader.objects.get()
    assert str(posted.pk) in answer["Location"]
    assert not SalesHeader.objects.filter(document_type=2).exists()


def test_the_question_shows_the_date_and_what_would_be_posted(olga: Client) -> None:
    made = order(item(quantity=3, qty_to_ship=D(2)))

    page = text_of(olga.get(at(made, "ship/")))

    assert 'name="posting_date" value="2027-01-15"' in page
    assert '<td class="number">2</td>' in page


def test_a_quote_that_is_deleted_is_archived_where_the_setup_says_so(olga: Client) -> None:
    kept = order(item(), document_type=0)
    do(olga, kept, "delete")
    _setup(archive_quotes=False)
    do(olga, order(item(), document_type=0), "delete")

    assert [(version.no, version.archived_by) for version in SalesHeaderArchive.objects.all()] == [("1001", "olga")]


# --- refused ----------------------------------------------------------------------------------------------------------


def _setup(**values: object) -> None:
    for model in (GeneralLedgerSetup, SalesReceivablesSetup):
        row = model.current()
        for name in values.keys() & {field.name for field in model._meta.fields}:
            setattr(row, name, values[name])
        row.save()


def _blocked(reason: int) -> None:
    Customer.objects.filter(no="ADATUM").update(blocked=reason)


def _close_series() -> None:
    NoSeriesLine.open_line("S-SHPT")
    NoSeriesLine.objects.filter(series_code__code="S-SHPT").update(open=False)


REFUSED: dict[str, tuple[str, Callable[[], object], str]] = {
    "a closed period": (
        "ship", lambda: _setup(allow_posting_from=dt.date(2027, 2, 1)), "is not within the period that is open",
    ),
    "a hold": ("ship", lambda: SalesHeader.objects.update(on_hold="CRM"), "Order 101001 is on hold"),
    "a blocked customer": ("ship", lambda: _blocked(3), "Customer ADATUM is blocked (All)."),
    "a customer to whom nothing is shipped": ("ship", lambda: _blocked(1), "Customer ADATUM is blocked (Ship)."),
    "a blocked item": ("ship", lambda: Item.objects.update(blocked=True), "Item DESK is blocked."),
    "nothing shipped yet": ("invoice", lambda: None, "There is nothing to invoice on Order 101001. Ship something"),
    "missing stock": (
        "ship", lambda: (_setup(prevent_negative_inventory=True), Item.objects.update(inventory=0)), "stock",
    ),
    "a number of the customer that is mandatory": (
        "ship-and-invoice", lambda: _setup(ext_doc_no_mandatory=True), "has no External Document No.",
    ),
    "a number series that is used up": (
        "ship", _close_series, "The number series S-SHPT has no open line.",
    ),
    "VAT that is not set up": ("release", lambda: VatPostingSetup.objects.all().delete(), "No VAT rate for"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_what_posting_refuses_is_said_on_the_card_and_nothing_is_posted(olga: Client, why: str) -> None:
    made = order(item(quantity=3))
    action, spoil, says = REFUSED[why]
    spoil()

    page = do(olga, made, action, **TODAY)

    assert says in page
    assert not SalesShipmentHeader.objects.exists()
    assert not SalesInvoiceHeader.objects.exists()
    assert recorded() == []


def test_a_day_that_is_none_is_asked_for_again(olga: Client) -> None:
    made = order(item())

    page = do(olga, made, "ship", posting_date="31 February")

    assert "Enter a valid date." in page
    assert not SalesShipmentHeader.objects.exists()


def test_an_order_with_goods_under_way_is_not_deleted(olga: Client) -> None:
    made = order(item(quantity=3))
    ship(made.pk)

    assert "is shipped and not invoiced, so it cannot be deleted" in do(olga, made, "delete")
    assert SalesHeader.objects.exists()


@pytest.mark.parametrize("action", ["release", "ship", "archive", "delete", "ship-and-invoice", "lift-hold"])
def test_whoever_comes_second_is_refused_and_nothing_happens(olga: Client, action: str) -> None:
    made = order(item(quantity=3))
    seen = str(made.row_version)
    SalesHeader.objects.update(your_reference="SO-4711")

    page = text_of(olga.post(at(made, f"{action}/"), {"version": seen, **TODAY}, follow=True))

    assert "Order 101001 was changed by another user in the meantime." in page
    assert recorded() == []
    assert SalesHeader.objects.get().status == SalesHeader.Status.OPEN


def test_a_button_without_the_version_of_its_page_does_nothing(olga: Client) -> None:
    made = order(item())

    page = text_of(olga.post(at(made, "release/"), follow=True))

    assert "This page is incomplete. Load it again." in page
    assert SalesHeader.objects.get().status == SalesHeader.Status.OPEN


def test_an_unknown_action_and_an_unknown_document_are_not_found(olga: Client) -> None:
    made = order(item())

    assert olga.post(at(made, "burn/")).status_code == 404
    assert [olga.get(at(made, other)).status_code for other in ("post/", "make-order/")] == [404, 404]
    assert olga.get("/documents/00000000-0000-0000-0000-000000000007/").status_code == 404


# --- new --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "number"), [("orders", "101001"), ("quotes", "1001"), ("invoices", "102001")])
def test_a_new_document_takes_over_from_its_customer_and_is_edited_at_once(
    olga: Client, kind: str, number: str
) -> None:
    page = text_of(olga.post(f"/documents/{kind}/new/", {"customer": "contoso"}, follow=True))

    made = SalesHeader.objects.get()
    assert (made.no, made.sell_to_customer_name, made.currency_code.code) == (number, "Contoso", "EUR")
    assert f"{number}</h1>" in page
    assert [(who, action) for who, action, _, _ in recorded()] == [("olga", "created")]


def test_the_card_of_a_customer_leads_those_who_may_to_a_new_order_for_it(olga: Client, vera: Client) -> None:
    contoso = Customer.objects.get(no="CONTOSO")
    card, address = reverse("erp_card", args=["customer", contoso.pk]), "/documents/orders/new/?customer=CONTOSO"

    assert f'<a href="{address}">New Order</a>' in olga.get(card).content.decode()
    assert "New Order" not in vera.get(card).content.decode()
    assert 'value="CONTOSO"' in olga.get(address).content.decode()


def test_a_new_document_for_a_blocked_customer_or_none_is_refused_in_words(olga: Client) -> None:
    _blocked(3)

    assert "Customer ADATUM is blocked (All)." in text_of(olga.post("/documents/orders/new/", {"customer": "ADATUM"}))
    assert "There is no customer with the number NOBODY." in text_of(
        olga.post("/documents/orders/new/", {"customer": "nobody"})
    )
    assert not SalesHeader.objects.exists()
