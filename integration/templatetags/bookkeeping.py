"""Amounts, prices, quantities and states of posted documents: ``{{ invoice.amount|money:invoice.step }}``."""

from __future__ import annotations

from typing import Any

from django import template

from integration.pages import amounts, postings
from integration.pages.parts import first_url
from integration.pages.states import Shown

register = template.Library()

register.filter("money", amounts.money)
register.filter("plain", amounts.plain)
register.filter("price", amounts.price)


@register.simple_tag
def invoice_state(invoice: Any) -> Shown:
    """How a posted invoice stands."""
    return postings.of_invoice(invoice)


@register.simple_tag
def entry_state(entry: Any) -> Shown:
    """How an entry of the customer ledger stands."""
    return postings.of_entry(entry)


@register.simple_tag
def unapply_label(applied: Any) -> str:
    """What a screen reader says of the button that takes an application back."""
    return f"Unapply {applied.other.get_document_type_display()} {applied.other.document_no}"


@register.simple_tag
def record_address(table: str, id: object) -> str:
    """The address of a record's card; blank where there is none."""
    return first_url("record", ("erp", table, id))
