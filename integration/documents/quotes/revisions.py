"""Revisions of one quote of Sales: they have the same number."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.documents.quotes.steps import ACTIVE, CLOSED, REVISED, WON
from integration.documents.sources import QUOTE, integer, text
from integration.sync.memory.ledger import Ledger, Pair, State
from integration.systems.filters import OneOf
from integration.systems.system import System, every
from integration.systems.values import Record, Side

READ = (QUOTE.number, "revisionnumber", "statecode", "statuscode")


def coupled_before(crm: System, ledger: Ledger, headers: Sequence[Record]) -> dict[uuid.UUID, Pair]:
    """The coupled pairs of the revision before each of these."""
    rows = _with_the_numbers_of(crm, headers)
    pairs = ledger.pairs(Side.CRM, [row.id for row in rows]) if rows else {}
    coupled = [(row, pairs[row.id]) for row in rows if row.id in pairs and pairs[row.id].state is State.COUPLED]
    found: dict[uuid.UUID, Pair] = {}
    for header in headers:
        older = [(_revision(row), pair) for row, pair in coupled if _follows(header, row)]
        if older:
            found[header.id] = max(older, key=lambda one: one[0])[1]
    return found


def activated_since(crm: System, ledger: Ledger, headers: Sequence[Record]) -> Mapping[uuid.UUID, list[uuid.UUID]]:
    """Of those of these coupled quotes that were closed as revised: their later revisions that are no drafts, unless a
    run has refused them as they are now."""
    revised = [header for header in headers if _is_revised(header)]
    rows = [row for row in _with_the_numbers_of(crm, revised) if _counts(row)]
    pairs = ledger.pairs(Side.CRM, [row.id for row in rows]) if rows else {}
    new = [row for row in rows if row.id not in pairs or _was_refused_before(pairs[row.id], row)]
    found = {header.id: [row.id for row in new if _follows(row, header)] for header in revised}
    return {id: later for id, later in found.items() if later}


def _with_the_numbers_of(crm: System, headers: Sequence[Record]) -> list[Record]:
    numbers = {text(header, QUOTE.number) for header in headers} - {""}
    return list(every(crm, QUOTE.table, OneOf(QUOTE.number, tuple(sorted(numbers))), READ)) if numbers else []


def _follows(later: Record, earlier: Record) -> bool:
    return text(later, QUOTE.number) == text(earlier, QUOTE.number) and _revision(later) > _revision(earlier)


def _revision(quote: Record) -> int:
    return integer(quote, "revisionnumber") or 0


def _is_revised(quote: Record) -> bool:
    return integer(quote, "statecode") == CLOSED and integer(quote, "statuscode") == REVISED


def _counts(quote: Record) -> bool:
    """Does it say what becomes of the quote? A draft, and one that another one follows, do not."""
    return integer(quote, "statecode") in (ACTIVE, WON, CLOSED) and not _is_revised(quote)


def _was_refused_before(pair: Pair, quote: Record) -> bool:
    return pair.state is State.RESERVED and pair.seen_crm != quote.version
