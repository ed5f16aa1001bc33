"""The Sales orders that posted invoices come from: whose invoice it is, at which prices, of which opportunity.

An invoice of several orders names none of them; all else it takes from the first. An invoice whose order is not coupled
any more is found by its reference, which is the number of the Sales order.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integration.sync.rules import Reference
from integration.sync.special.base import Run
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.values import Record, Ref, Side, Value

SALES_ORDER, CONTACT = "salesorder", "contact"
ORDERS = Reference("sales_header", SALES_ORDER)
TAKEN = ("name", "customerid", "opportunityid", "pricelevelid", "ownerid")
NUMBER, PARENT = "ordernumber", "parentcustomerid"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an invoice comes from. ``order``: the first of its Sales orders; ``is_only``: there is no other one.
    ``account``: that of its customer, who may be a contact."""

    order: Record
    is_only: bool
    account: uuid.UUID | None

    def taken(self) -> dict[str, Value]:
        """What the invoice takes over from the order."""
        values = {name: self.order.values.get(name) for name in TAKEN}
        return {**values, "salesorderid": Ref(SALES_ORDER, self.order.id) if self.is_only else None}


class Origins:
    """Of a page of invoices at once; of none while sales order integration is off."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def of(
        self, invoices: Sequence[Record], orders_of: Mapping[uuid.UUID, Sequence[uuid.UUID]]
    ) -> dict[uuid.UUID, Origin]:
        """By invoice; ``orders_of`` are the orders of each in the order of its lines."""
        if not self.run.context.trade.orders or not invoices:
            return {}
        wanted = {order for orders in orders_of.values() for order in orders}
        coupled = self.run.ledger.resolve(ORDERS, Side.ERP, wanted) if wanted else {}
        there = self.run.crm.get(SALES_ORDER, list(set(coupled.values())), (*TAKEN, NUMBER)) if coupled else {}
        first: dict[uuid.UUID, tuple[Record, bool]] = {}
        for invoice in invoices:
            orders = orders_of.get(invoice.id, ())
            found = [there[coupled[order]] for order in orders if coupled.get(order) in there]
            if found:
                first[invoice.id] = found[0], len(orders) == 1
        first |= self._by_number([invoice for invoice in invoices if invoice.id not in first])
        accounts = self._accounts([order for order, _ in first.values()])
        return {id: Origin(order, is_only, accounts.get(order.id)) for id, (order, is_only) in first.items()}

    def _by_number(self, invoices: Sequence[Record]) -> dict[uuid.UUID, tuple[Record, bool]]:
        numbers = {invoice.id: str(invoice.values.get("your_reference") or "") for invoice in invoices}
        wanted = tuple(sorted({number for number in numbers.values() if number}))
        if not wanted:
            return {}
        rows = every(self.run.crm, SALES_ORDER, OneOf(NUMBER, wanted), (*TAKEN, NUMBER))
        by_number = {str(row.values[NUMBER]): row for row in rows}
        return {id: (by_number[number], True) for id, number in numbers.items() if number in by_number}

    def _accounts(self, orders: Sequence[Record]) -> dict[uuid.UUID, uuid.UUID]:
        """The account that each of these orders is for, by the order's id."""
        buyers = {order.id: buyer for order in orders if isinstance(buyer := order.values["customerid"], Ref)}
        people = [buyer.id for buyer in buyers.values() if buyer.table == CONTACT]
        there = self.run.crm.get(CONTACT, people, [PARENT]) if people else {}
        parents = {id: row.values[PARENT] for id, row in there.items()}
        found: dict[uuid.UUID, uuid.UUID] = {}
        for id, buyer in buyers.items():
            account = parents.get(buyer.id) if buyer.table == CONTACT else buyer
            if isinstance(account, Ref) and account.table != CONTACT:
                found[id] = account.id
        return found
