"""Archived versions, quotes that become orders, and the verbs as a system offers them."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from integration.business_central.models import (
    Note,
    SalesHeader,
    SalesHeaderArchive,
    SalesInvoiceHeader,
    SalesLine,
    SalesLineArchive,
    SalesShipmentHeader,
)
from integration.business_central.posting import archiving
from integration.business_central.posting.archiving import archive, close_quote, link_quote, make_order
from integration.business_central.posting.changing import DocumentChange, change
from integration.systems.errors import NotFound, Refused
from integration.systems.refusals import DocumentRefused
from integration.systems.values import Row
from tests.business_central.embedded import company
from tests.business_central.trading import DAY, comment, item, lines_of, order

D = Decimal


def quote(**more: object) -> SalesHeader:
    return order(item(quantity=2, price=100), comment("Thanks"), document_type=0, **more)


def test_each_version_of_a_document_is_kept() -> None:
    made = quote()
    first = archive(made.pk, by="annette")
    change(made.pk, DocumentChange(changed=[Row(lines_of(made)[0].pk, {"quantity": D(3)})]))

    second = archive(made.pk)

    assert [(x.no, x.version_no, x.doc_no_occurrence, x.amount) for x in (first, second)] == [
        ("1001", 1, 1, 200), ("1001", 2, 1, 300),
    ]  # fmt: skip
    assert (first.archived_by, first.source_id, first.document_type) == ("annette", made.pk, 0)
    lines = SalesLineArchive.objects.filter(document_no=first).order_by("line_no")
    assert [(line.description, line.quantity, line.outstanding_quantity) for line in lines] == [
        ("Desk", 2, 2), ("Thanks", 0, 0),
    ]  # fmt: skip
    assert SalesHeader.objects.get().no_of_archived_versions == 2


def test_a_number_that_is_used_again_is_another_occurrence() -> None:
    made = quote(no="Q-1")
    close_quote(made.pk)
    again = quote(no="Q-1")

    assert archive(again.pk).doc_no_occurrence == 2
    assert archive(again.pk).doc_no_occurrence == 2
    assert SalesHeaderArchive.objects.count() == 3


def test_a_quote_becomes_an_order() -> None:
    made = quote(external_document_no="PO 7")
    Note.objects.create(record_table="sales_header", record_id=made.pk, text="Ring twice")

    ordered = make_order(made.pk)

    assert (ordered.no, ordered.document_type, ordered.quote_no, ordered.order_date) == ("101001", 1, "1001", DAY)
    assert (ordered.amount_including_vat, ordered.external_document_no, ordered.status) == (240, "PO 7", 0)
    assert [(x.line_no, x.quantity, x.document_type) for x in lines_of(ordered)] == [(10000, 2, 1), (20000, 0, 1)]
    assert list(SalesHeader.objects.all()) == [ordered]
    assert SalesLine.objects.count() == 2
    assert SalesHeaderArchive.objects.get().no == "1001"
    assert Note.objects.get().record_id == ordered.pk


def test_only_quotes_become_orders() -> None:
    with pytest.raises(DocumentRefused, match="Order 101001 is no quote"):
        make_order(order(item()).pk)
    with pytest.raises(NotFound):
        make_order(uuid.uuid4())


def test_an_order_is_linked_with_its_quote_once() -> None:
    made, ordered = quote(), order(item())

    link_quote(ordered.pk, "1001")
    version = SalesHeader.objects.get().row_version
    linked = link_quote(ordered.pk, "1001")

    assert (linked.quote_no, linked.row_version) == ("1001", version)
    assert SalesHeaderArchive.objects.get().source_id == made.pk
    with pytest.raises(DocumentRefused, match="is no order"):
        link_quote(quote().pk, "1001")


def test_an_order_names_no_quote_that_could_not_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, ordered = quote(), order(item())

    def broken_off(*_: object, **__: object) -> None:
        raise RuntimeError("broken off")

    monkeypatch.setattr(archiving, "archive_work", broken_off)
    with pytest.raises(RuntimeError, match="broken off"):
        link_quote(ordered.pk, asked.no)

    ordered.refresh_from_db()
    assert ordered.quote_no == ""


def test_a_lost_quote_is_archived_with_nothing_left_open() -> None:
    made = quote()
    Note.objects.create(record_table="sales_header", record_id=made.pk, text="Ring twice")

    close_quote(made.pk)

    assert not (SalesHeader.objects.exists())
    assert not (SalesLine.objects.exists())
    assert not (Note.objects.exists())
    assert SalesHeaderArchive.objects.get().no_of_archived_versions == 1


# --- as actions ----------------------------------------------------------------------------------------------------


def test_the_verbs_of_documents_are_actions_of_the_company() -> None:
    made = order(item(quantity=2, price=100))

    company.act("sales_header", made.pk, "hold", code="crm")
    company.act("sales_header", made.pk, "hold", code="")
    company.act("sales_header", made.pk, "release")
    company.act("sales_header", made.pk, "reopen")
    company.act("sales_header", made.pk, "archive", by="annette")
    company.act("sales_header", made.pk, "ship", posting_date=DAY)
    company.act("sales_shipment_header", SalesShipmentHeader.objects.get().pk, "undo_shipment")
    company.act("sales_header", made.pk, "ship_and_invoice")
    company.act("sales_invoice_header", SalesInvoiceHeader.objects.get().pk, "cancel")

    assert {"release", "reopen", "hold"} <= set(company.describe("sales_header").actions)
    assert SalesInvoiceHeader.objects.get().cancelled


def test_actions_and_arguments_that_are_not_described_are_refused() -> None:
    made = order(item())

    with pytest.raises(Refused, match="Sales Header has no action “cancel”"):
        company.act("sales_header", made.pk, "cancel")
    with pytest.raises(Refused, match="“release” takes no “colour”"):
        company.act("sales_header", made.pk, "release", colour="red")
    with pytest.raises(Refused, match="Customer has no action “release”"):
        company.act("customer", made.pk, "release")
    with pytest.raises(NotFound):
        company.act("sales_header", uuid.uuid4(), "release")
