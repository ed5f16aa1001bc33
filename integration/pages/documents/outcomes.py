"""What a page says after something was done with a document, and where it leads then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from integration.business_central.models import SalesHeader, SalesInvoiceHeader, SalesShipmentHeader
from integration.business_central.models.documents import SalesHeaderArchive
from integration.pages.documents.cards import Currencies
from integration.pages.documents.kinds import Action, kind_of, name_of
from integration.pages.parts import first_url


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sentence, the address to go on at, and the number of what was made, if anything was."""

    text: str
    url: str
    number: str = ""


def outcome_of(action: Action, header: SalesHeader, made: Any) -> Outcome:
    """What became of it. ``header`` as it was before; ``made``: what the verb answered."""
    here = reverse("document", args=[header.pk])
    if action.verb == "delete":
        return Outcome(f"{name_of(header)} is deleted.", reverse(kind_of(header).list))
    if isinstance(made, SalesInvoiceHeader):
        currencies = Currencies()
        total = f"{currencies.money(made, made.amount_including_vat)} {currencies.code(made)}"
        url = first_url("record", ("erp", "sales_invoice_header", made.pk)) if action.slug == "post" else here
        return Outcome(f"Invoice {made.no} over {total} is posted.", url, made.no)
    if isinstance(made, SalesShipmentHeader):
        return Outcome(f"Shipment {made.no} is posted.", here, made.no)
    if isinstance(made, SalesHeaderArchive):
        return Outcome(f"{name_of(header)} is archived as version {made.version_no}.", here, str(made.version_no))
    if action.verb == "make_order":
        text = f"{name_of(made)} is made of quote {header.no}, which is archived."
        return Outcome(text, reverse("document", args=[made.pk]), made.no)
    return Outcome(f"{name_of(header)} {_SAID[action.verb]}.", here)


_SAID = {"release": "is released", "reopen": "is open again", "hold": "is not on hold any more"}
