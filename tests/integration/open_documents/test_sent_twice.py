"""A page that makes a document or a note makes one, however often it is sent."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integration.business_central.models import Note, SalesHeader
from integration.models.stored.audit import AuditEntry
from tests.business_central.trading import item, order
from tests.integration.open_documents.pages import at
from tests.pages import form_on


@pytest.mark.parametrize("kind", ["orders", "quotes", "invoices"])
def test_a_new_document_sent_twice_is_one(olga: Client, kind: str) -> None:
    firm = order(item(quantity=3)).sell_to_customer_no.no
    address, there = f"/documents/{kind}/new/", SalesHeader.objects.count()
    sent = {**form_on(olga, address, address), "customer": firm}

    assert olga.post(address, sent).url == olga.post(address, sent).url  # type: ignore[attr-defined]
    assert SalesHeader.objects.count() == there + 1
    assert AuditEntry.objects.filter(action="created", kind__startswith="sales").count() == 1
    olga.post(address, {**sent, "external_document_no": "PO 4711"})
    assert SalesHeader.objects.count() == there + 2


def test_a_note_sent_twice_is_one_and_another_text_another_one(olga: Client) -> None:
    made = order(item(quantity=3))
    address = reverse("note_add", args=[made.pk])
    page = form_on(olga, at(made), address)

    for text in ("Call Coho Winery.", "Call Coho Winery.", "They were called."):
        olga.post(address, {**page, "text": text})
    assert sorted(Note.objects.values_list("text", flat=True)) == ["Call Coho Winery.", "They were called."]
