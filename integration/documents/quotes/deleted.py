"""Quotes whose quote of Sales was deleted. Nothing says so by itself: a deleted quote is no change that a pass reads.

The quote here stays, for a person may go on with it: it rests with the reason, as every record does whose other one was
deleted, until that person deletes it here as well, or the coupling.
"""

from __future__ import annotations

from collections.abc import Sequence

from integration.documents.flow import DIRECTION, Flow, Noted, chunks
from integration.documents.lines import HEADER_TABLE
from integration.documents.sources import QUOTE, text
from integration.sync.deletions import TWIN_DELETED
from integration.sync.memory.ledger import Pair, State
from integration.sync.problems import TwinGone
from integration.sync.run import Counters, Failure
from integration.systems.filters import Comparison
from integration.systems.system import every
from integration.systems.values import Record, Side

AT_ONCE = 500
QUOTES = Comparison("document_type", "=", 0)
NAMED = ("no", "your_reference")


def note_deleted(flow: Flow) -> Counters:
    """Look for the quotes of Sales of all that are here, one request for some hundred. Raises a
    ``ConnectionProblem``."""
    here = {row.id: row for row in every(flow.erp, HEADER_TABLE, QUOTES, NAMED)}
    total = Counters()
    for ids in chunks(list(here), AT_ONCE):
        pairs = [pair for pair in flow.ledger.pairs(Side.ERP, ids).values() if pair.state is State.COUPLED]
        there = flow.crm.get(QUOTE.table, [pair.crm_id for pair in pairs], ()) if pairs else {}
        gone = [pair for pair in pairs if pair.crm_id not in there and pair.to_erp != TWIN_DELETED]
        if gone:
            total.add(_noted(flow, gone, [here[pair.erp_id] for pair in gone]))
    return total


def _noted(flow: Flow, pairs: Sequence[Pair], rows: Sequence[Record]) -> Counters:
    noted = Noted(done=len(pairs))
    noted.remembered = [pair.with_outcome(DIRECTION, TWIN_DELETED) for pair in pairs]
    noted.counters.skipped = len(pairs)
    noted.failures = [
        Failure(DIRECTION, pair.erp_id, pair.crm_id, TwinGone.code, _words(row), text(row, "no"))
        for pair, row in zip(pairs, rows, strict=True)
    ]
    with flow.ledger.page():
        noted.store(flow)
    return noted.counters


def _words(row: Record) -> str:
    return (
        f"Quote {text(row, 'your_reference') or text(row, 'no')} was deleted in Sales after it became quote "
        f"{text(row, 'no')}, which stays. Delete that one as well, or delete the coupling and go on with it."
    )
