"""Invoices on their way, and what became of them in Sales."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from integration.sync.run import Counters
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, standard
from tests.sync.entity_rules.documents.cronus_trades import INVOICE, Trading, bicycles, freight

SUMS = ("totalamountlessfreight", "discountamount", "totaltax", "totalamount")


def create(trading: Trading, *invoices: UUID) -> Counters:
    return trading.ids(TO_CRM, *invoices, rule=standard(INVOICE), create=True)


def sums(trading: Trading, invoice: UUID) -> list[Decimal]:
    values = trading.twin(INVOICE, invoice)
    return [values[name] for name in SUMS]


def state(trading: Trading, invoice: UUID) -> tuple[int, int]:
    values = trading.twin(INVOICE, invoice)
    return values["statecode"], values["statuscode"]


def from_order(trading: Trading) -> tuple[UUID, UUID]:
    """An invoice over all of a coupled order, and its Sales order."""
    prices = trading.crm.add("pricelevel", name="Retail")
    order, there = trading.coupled_order()
    trading.crm.edit("salesorder", there, by=trading.crm.user_id, pricelevelid=Ref("pricelevel", prices))
    trading.remember_order(order, there)
    return trading.invoice(bicycles(), freight(), order_id=order), there
