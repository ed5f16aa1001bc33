"""An order takes the place of the quote that it was made of: it names the quote, which is archived and deleted.

Whoever comes later does it, the pass of orders or that of quotes:

    order made      quote made        the pass of quotes finds the order of a won quote here, and links them
    quote made      order made        the pass of orders finds the quote of an order here, and links them
    both at once, neither saw the other     the pass of quotes asks for the order; the pass of orders finds both here

An order that is canceled before it was made never takes that place: the quote is archived and deleted all the same, for
nobody waits for it any more. A won quote cannot be lost or revised in Sales, so nothing else would ever end it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from integration.documents.flow import Flow, Noted
from integration.documents.lines import HEADER_TABLE
from integration.documents.lookups import QUOTES
from integration.documents.sources import CANCELED, ORDER, SalesDocument, integer, reference, text
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Reference
from integration.systems.errors import RecordProblem
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.values import Record, Side

ORDERS = Reference(HEADER_TABLE, ORDER.table)


def link_quotes(flow: Flow, headers: Sequence[Record]) -> None:
    """Link those of these orders of Sales that are here with their quotes, as far as these are still here. What is
    refused is noted as the order's failure, and tried again with it."""
    quote_of = {header.id: quote.id for header in headers if (quote := reference(header, "quoteid")) is not None}
    ours = flow.ledger.resolve(QUOTES, Side.CRM, set(quote_of.values())) if quote_of else {}
    if not ours:
        return
    numbers = {id: text(row, "no") for id, row in flow.erp.get(HEADER_TABLE, list(ours.values()), ("no",)).items()}
    wanted = {id: numbers[ours[quote]] for id, quote in quote_of.items() if ours.get(quote) in numbers}
    pairs = flow.ledger.pairs(Side.CRM, list(wanted)) if wanted else {}
    coupled = {id: pair for id, pair in pairs.items() if pair.state is State.COUPLED}
    if coupled:
        labels = {header.id: SalesDocument(ORDER, header).label for header in headers}
        _link(flow, coupled, wanted, labels)


def close_given_up(flow: Flow, headers: Sequence[Record]) -> None:
    """End the quotes of which these canceled orders were the last that could take their place. What is refused is noted
    as the order's failure, and tried again with it."""
    quote_of = {header.id: quote for header in headers if (quote := reference(header, "quoteid")) is not None}
    ours = flow.ledger.resolve(QUOTES, Side.CRM, {quote.id for quote in quote_of.values()}) if quote_of else {}
    here = flow.erp.get(HEADER_TABLE, list(ours.values()), ()) if ours else {}
    wanted = {quote: id for quote, id in ours.items() if id in here}
    if not wanted:
        return
    rows = list(every(flow.crm, ORDER.table, OneOf("quoteid", tuple(wanted)), ("quoteid", "statecode")))
    given_up = quotes_given_up(rows, flow.ledger.resolve(ORDERS, Side.CRM, [row.id for row in rows]))
    noted = Noted()
    with flow.ledger.page():
        for header in headers:
            quote = quote_of.get(header.id)
            if quote is None or quote.id not in given_up:
                continue
            given_up.discard(quote.id)
            try:
                flow.erp.act(HEADER_TABLE, wanted[quote.id], "close_quote")
            except RecordProblem as problem:
                place = Pair(flow.document_id(ORDER.table, header.id), header.id)
                noted.fail(place, problem, SalesDocument(ORDER, header).label)
        noted.store(flow)


def quotes_given_up(orders: Iterable[Record], coupled: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """The quotes of which all of these orders of Sales were canceled and none is coupled."""
    over: set[uuid.UUID] = set()
    under_way: set[uuid.UUID] = set()
    for order in orders:
        quote = reference(order, "quoteid")
        if quote is not None:
            is_over = integer(order, "statecode") == CANCELED and order.id not in coupled
            (over if is_over else under_way).add(quote.id)
    return over - under_way


def _link(
    flow: Flow, pairs: Mapping[uuid.UUID, Pair], numbers: Mapping[uuid.UUID, str], labels: Mapping[uuid.UUID, str]
) -> None:
    noted = Noted()
    with flow.ledger.page():
        there = flow.erp.get(HEADER_TABLE, [pair.erp_id for pair in pairs.values()], ())
        for id, pair in pairs.items():
            if pair.erp_id not in there:
                continue
            try:
                flow.erp.act(HEADER_TABLE, pair.erp_id, "link_quote", no=numbers[id])
            except RecordProblem as problem:
                noted.fail(pair, problem, labels[id])
        noted.store(flow)
