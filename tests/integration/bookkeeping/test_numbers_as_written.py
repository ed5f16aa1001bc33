"""Amounts, quantities and rates on the pages of bookkeeping as each person writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from integration.business_central.models import CustLedgerEntry, SalesCrMemoHeader, VatPostingSetup
from integration.forms.lines import aligned
from integration.models import User
from integration.systems.formats import Formats, reading
from tests.business_central.posting.books import invoiced
from tests.integration.bookkeeping.pressed import press
from tests.pages import Forms, form_on


@pytest.fixture
def comma(annette: Client) -> Client:
    """Annette, who writes 1.234,50."""
    User.objects.update(number_format="comma")
    return annette


def test_a_payment_is_offered_and_read_as_the_person_writes_it(comma: Client) -> None:
    made = invoiced()
    address = reverse("posted_invoice_pay", args=[made.pk])

    assert form_on(comma, address, address)["amount"] == ["100,00"]
    press(comma, "posted_invoice_pay", made.pk, amount="60,5")

    assert CustLedgerEntry.objects.get(document_type=CustLedgerEntry.DocumentType.PAYMENT).amount == Decimal("-60.5")


def test_an_amount_that_may_be_another_is_not_posted(comma: Client) -> None:
    made = invoiced()

    assert "Write the number without “.”, such as 1234,5." in press(
        comma, "posted_invoice_pay", made.pk, amount="1.234"
    )
    assert "such as 1234,5" in press(comma, "posted_invoice_credit", made.pk, quantity_10000="1.000")
    assert not CustLedgerEntry.objects.filter(document_type=CustLedgerEntry.DocumentType.PAYMENT).exists()
    assert not SalesCrMemoHeader.objects.exists()


def test_a_rate_of_vat_is_shown_and_filled_in_as_the_person_writes_it(comma: Client) -> None:
    rate = VatPostingSetup.objects.exclude(vat_identifier="").first()
    assert rate is not None
    VatPostingSetup.objects.filter(pk=rate.pk).update(vat_percent=Decimal("5.5"))
    rate.refresh_from_db()
    forms = Forms(reverse("vat_setup"))
    forms.feed(comma.get(reverse("vat_setup")).content.decode())
    assert any("5,5" in value for form in forms.found for value in form.values.values())

    nothing = QueryDict("rate-TOTAL_FORMS=0&rate-INITIAL_FORMS=0")
    with reading(Formats(numbers="comma")):
        sent = aligned(nothing, "rate", [rate], ["vat_percent"], "system_id")
    assert sent["rate-0-vat_percent"] == "5,5"
