"""The orders of won quotes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from integration.documents.lines import HEADER_TABLE
from integration.documents.notices import SENT, was_never_sent
from integration.documents.quotes.links import ORDERS, quotes_given_up
from integration.documents.quotes.steps import WON, Orders
from integration.documents.sources import ORDER, SUBMITTED, integer, reference
from integration.sync.memory.ledger import Ledger
from integration.systems.filters import OneOf
from integration.systems.system import System, every
from integration.systems.values import Record, Side


def orders_of(erp: System, crm: System, ledger: Ledger, quotes: Sequence[uuid.UUID]) -> Orders:
    """The orders of Sales that were made of these quotes."""
    if not quotes:
        return Orders({}, {})
    of_quotes = OneOf("quoteid", tuple(quotes))
    rows = list(every(crm, ORDER.table, of_quotes, ("quoteid", "statecode", SENT)))
    coupled = ledger.resolve(ORDERS, Side.CRM, [row.id for row in rows])
    here = erp.get(HEADER_TABLE, list(coupled.values()), ("quote_no",)) if coupled else {}
    made: dict[uuid.UUID, uuid.UUID] = {}
    to_make: dict[uuid.UUID, list[uuid.UUID]] = {}
    for row in rows:
        quote = reference(row, "quoteid")
        if quote is None:
            continue
        if coupled.get(row.id) in here:
            made[quote.id] = coupled[row.id]
        elif row.id not in coupled and integer(row, "statecode") == SUBMITTED and was_never_sent(row):
            to_make.setdefault(quote.id, []).append(row.id)
    return Orders(made, to_make, quotes_given_up(rows, coupled))


def find_ended(erp: System, crm: System, ledger: Ledger, headers: Sequence[Record]) -> set[uuid.UUID]:
    """Those of these quotes that are over: their order is here, or all their orders were canceled before that."""
    won = [header.id for header in headers if integer(header, "statecode") == WON]
    orders = orders_of(erp, crm, ledger, won)
    return {*orders.made, *orders.given_up}
