"""An order takes the place of the quote that it was made of: it names the quote, which is archived and deleted.

Whoever comes later does it, the pass of orders or that of quotes:

    order made      quote made        the pass of quotes finds the order of a won quote here, and links them
    quote made      order made        the pass of orders finds the quote of an order here, and links them
    both at once, neither saw the other     the pass of quotes asks for the order; the pass of orders finds both here
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.documents.flow import Flow, Noted
from integration.documents.lines import HEADER_TABLE
from integration.documents.lookups import QUOTES
from integration.documents.sources import ORDER, SalesDocument, reference, text
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import RecordProblem
from integration.systems.values import Record, Side


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
