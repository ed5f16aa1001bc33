"""Lists and cards of Business Central's documents."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coupling.models import Coupling
from integration.business_central.models import Note, SalesHeader, SalesHeaderArchive, SalesShipmentHeader
from integration.business_central.posting.archiving import archive, make_order
from integration.business_central.posting.invoicing import invoice, ship_and_invoice
from integration.business_central.posting.shipping import ship, undo_shipment
from integration.business_central.posting.states import hold, release
from integration.models import SyncError, SyncJob, TableMapping
from tests.business_central.trading import comment, currency, item, order
from tests.integration.open_documents.pages import at, text_of

D = Decimal


def listed(client: Client, address: str) -> list[str]:
    """The numbers on a page of a list, in its order."""
    return [line.title for line in client.get(f"/documents/{address}").context["list"].lines]


@pytest.fixture
def orders() -> dict[str, SalesHeader]:
    """Seven orders, in several states, of two customers."""
    made = {
        "open": order(item(quantity=3), external_document_no="PO-7"),
        "released": order(item(quantity=2)),
        "held": order(item(quantity=1)),
        "partly": order(item(quantity=5, qty_to_ship=D(2)), whose="CONTOSO"),
        "shipped": order(item("LAMP", 1)),
        "invoiced": order(item("LAMP", 2)),
        "yen": order(item("TENTH", 3, price=1234), currency_code=currency("JPY")),
    }
    release(made["released"].pk)
    hold(made["held"].pk, "CRM")
    for name in ("partly", "shipped"):
        ship(made[name].pk)
    ship_and_invoice(made["invoiced"].pk)
    return made


CASES = {
    "orders/?order=no": ["101001", "101002", "101003", "101004", "101005", "101007"],
    "orders/?state=all&order=-no": ["101007", "101006", "101005", "101004", "101003", "101002", "101001"],
    "orders/?state=invoiced": ["101006"],
    "orders/?state=held": ["101003"],
    "orders/?state=uninvoiced&order=no": ["101004", "101005"],
    "orders/?state=unshipped&status=1&order=no": ["101002", "101004"],
    "orders/?currency=EUR": ["101004"],
    "orders/?currency=local&q=po-7": ["101001"],
    "orders/?q=contoso": ["101004"],
    "orders/?order=-amount&currency=local": ["101001", "101002", "101003", "101005"],
    "orders/?order=password&q=101001": ["101001"],
    "orders/?status=nonsense&q=101001": ["101001"],
    "orders/?page=77&q=101001": ["101001"],
    "quotes/": [],
    "invoices/": [],
}


def test_a_list_shows_what_is_asked_for_in_the_order_asked_for(orders: dict[str, SalesHeader], vera: Client) -> None:
    assert {address: listed(vera, address) for address in CASES} == CASES


def test_states_and_amounts_stand_in_the_list_and_in_its_file(orders: dict[str, SalesHeader], vera: Client) -> None:
    page = text_of(vera.get("/documents/orders/?state=all"))
    lines = b"".join(vera.get("/documents/orders/?state=all&order=no&format=csv")).decode().splitlines()

    assert [word for word in ("Open", "Released", "On hold (CRM)", "Shipped", "Invoiced") if word not in page] == []
    assert lines[0].startswith('"No.","Customer","Date","Currency","Amount","Incl. VAT"')
    assert lines[1].startswith('"101001","Adatum","2027-01-15","GBP","300.00","360.00"')
    assert lines[7].startswith('"101007","Adatum","2027-01-15","JPY","3,702","4,072"')


def test_a_list_asks_as_often_for_many_documents_as_for_one(vera: Client) -> None:
    order(item(), whose="CONTOSO")
    vera.get("/documents/orders/")
    with CaptureQueriesContext(connection) as few:
        vera.get("/documents/orders/")
    for _ in range(5):
        order(item(), whose="CONTOSO")

    with CaptureQueriesContext(connection) as many:
        vera.get("/documents/orders/")
    assert len(many) == len(few)


# --- cards ---------------------------------------------------------------------------------------------------------


def test_a_card_shows_lines_sums_and_what_was_posted(vera: Client) -> None:
    made = order(item(quantity=3, price="64.99"), comment("Deliver to gate 3"), item("BOOK", 2), work_description="Oak")
    ship(made.pk)
    invoice(made.pk)
    archive(made.pk)

    page = text_of(vera.get(at(made)))

    shown = ["Deliver to gate 3", "64.99", "194.97", "VAT 20%", "38.99", "VAT 5%", "1.00", "214.97", "254.96", "Oak",
             "30 DAYS", "102001", "103001", "Version 1"]  # fmt: skip
    assert [text for text in shown if text not in page] == []


def test_an_order_names_the_quote_that_it_was(vera: Client) -> None:
    made = make_order(order(item(), document_type=0).pk)

    version = SalesHeaderArchive.objects.get()

    assert reverse("archived", args=[version.pk]) in text_of(vera.get(at(made)))
    assert "Sales Quote 1001, version 1" in text_of(vera.get(reverse("archived", args=[version.pk])))


def test_a_coupled_order_leads_to_its_order_in_sales(vera: Client) -> None:
    made, theirs = order(item()), uuid.uuid4()
    mapping = TableMapping.objects.create(name="SALESORDER-ORDER", erp_table="sales_header", crm_table="salesorder")
    before = text_of(vera.get(at(made)))
    Coupling.objects.create(mapping=mapping, erp_id=made.pk, crm_id=theirs, state="coupled")

    assert "Not coupled." in before
    assert f'/sales/orders/{theirs}/">Sales order in Dynamics 365 Sales' in text_of(vera.get(at(made)))
    assert f"/records/erp/sales_header/{made.pk}/" in before


def test_what_went_wrong_with_an_order_stands_on_its_card(vera: Client) -> None:
    made, theirs = order(item()), uuid.uuid4()
    mapping = TableMapping.objects.create(name="SALESORDER-ORDER", erp_table="sales_header", crm_table="salesorder")
    Coupling.objects.create(mapping=mapping, erp_id=made.pk, crm_id=theirs, state="coupled")
    job = SyncJob.objects.create(mapping=mapping, direction="to_erp")
    for closed in (None, timezone.now()):
        SyncError.objects.create(
            job=job, mapping=mapping, direction="to_erp", crm_id=theirs, code="order-canceled", closed_at=closed,
            message="Sales order SO-4711 was canceled." if closed is None else "It was something else before.",
        )  # fmt: skip

    page = text_of(vera.get(at(made)))

    assert "Sales order SO-4711 was canceled." in page
    assert "something else" not in page


def test_notes_are_shown_as_text(vera: Client) -> None:
    made = order(item())
    Note.objects.create(
        record_table="sales_header", record_id=made.pk, text="<b>Call first</b>\nthen ring", created_by="olga"
    )

    page = vera.get(at(made)).content.decode()

    assert "&lt;b&gt;Call first&lt;/b&gt;<br>then ring" in page


# --- shipments and archive -------------------------------------------------------------------------------------------


@pytest.fixture
def shipments() -> list[SalesShipmentHeader]:
    """Of three orders: one invoiced, one undone, one neither."""
    made = [order(item(quantity=1)) for _ in range(3)]
    posted = [ship(one.pk) for one in made]
    invoice(made[0].pk)
    undo_shipment(posted[1].pk)
    return posted


def test_shipments_are_found_by_order_and_by_what_became_of_them(shipments: list, vera: Client) -> None:
    asked = (
        "shipments/?order=no",
        "shipments/?state=uninvoiced",
        "shipments/?state=undone",
        "shipments/?order_no=101001",
    )

    assert [listed(vera, address) for address in asked] == [
        ["102001", "102002", "102003"], ["102003"], ["102002"], ["102001"],
    ]  # fmt: skip


def test_a_shipment_says_what_became_of_it_and_where_it_comes_from(shipments: list, vera: Client) -> None:
    pages = [text_of(vera.get(reverse("shipment", args=[one.pk]))) for one in shipments]

    states = [re.search(r'<div class="page-state">.*?</div>', page) for page in pages]
    said = [found[0] if found else "" for found in states]
    assert ["Invoiced" in said[0], "Undone" in said[1]] == [True, True]
    assert reverse("document", args=[shipments[2].order_id]) in pages[2]


def test_archived_versions_are_listed_newest_first(vera: Client) -> None:
    made = order(item())
    archive(made.pk, by="olga")
    archive(made.pk, by="olga")

    versions = [line.cells[2].text for line in vera.get("/documents/archive/?type=1").context["list"].lines]
    assert versions == ["2", "1"]
    assert listed(vera, "archive/?type=0") == []
