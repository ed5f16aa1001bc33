"""Amounts, prices, quantities and states of posted documents: ``{{ invoice.amount|money:invoice.step }}``."""

from __future__ import annotations

from typing import Any

from django import template

from integration.pages import amounts
from integration.pages.parts import first_url

register = template.Library()

register.filter("money", amounts.money)
register.filter("plain", amounts.plain)
register.filter("price", amounts.price)


@register.simple_tag
def unapply_label(applied: Any) -> str:
    """What a screen reader says of the button that takes an application back."""
    return f"Unapply {applied.other.get_document_type_display()} {applied.other.document_no}"


@register.simple_tag
def record_address(table: str, id: object) -> str:
    """The address of a record's card; blank where there is none."""
    return first_url("record", ("erp", table, id))
