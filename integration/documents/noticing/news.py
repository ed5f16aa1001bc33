"""Which documents are to be looked at again, since Sales has others now than the runs have seen.

Whether new documents come here by themselves is a switch; what becomes of those that are here is none. So the regular
look does not read what is new in Sales, it asks for those it knows, some hundred at a time:

    here, and coupled                  changed, canceled, closed or deleted in Sales
    wanted, but waiting for a record   the same: nobody may want it any more, or it waits for something else

An order that is completely invoiced is no matter any more. What is found is only marked: the pass over what is open
judges it, says it, and is the only one that does.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from integration.documents.flow import DIRECTION, chunks
from integration.documents.lines import HEADER_TABLE
from integration.documents.quotes.revisions import activated_since
from integration.documents.quotes.won import find_ended
from integration.documents.sources import QUOTE, Source, columns
from integration.sync.memory.ledger import NEVER, Ledger, Pair, Result, State
from integration.sync.problems import TwinGone
from integration.systems.filters import AllOf, Comparison, Filter
from integration.systems.system import System, every
from integration.systems.values import Record, Side

AT_ONCE = 500
READ = ("quotenumber", "revisionnumber", "statecode", "statuscode")


def mark_news(source: Source, erp: System, crm: System, ledger: Ledger) -> int:
    """Have the next pass over what is open look at them. Answers how many there are. Raises a ``ConnectionProblem``."""
    number = 0
    for pairs in _looked_at(source, erp, ledger):
        news = _news(source, erp, crm, ledger, pairs)
        number += len(news)
        with ledger.page():
            ledger.remember([_marked(pair) for pair in news])
    return number


def _looked_at(source: Source, erp: System, ledger: Ledger) -> Iterator[list[Pair]]:
    here = [row.id for row in every(erp, HEADER_TABLE, _unfinished(source), ())]
    for ids in chunks(here, AT_ONCE):
        yield [pair for pair in ledger.pairs(Side.ERP, ids).values() if pair.state is State.COUPLED]
    for ids in chunks(list(ledger.open(DIRECTION)), AT_ONCE):
        wanted = ledger.pairs(Side.CRM, ids).values()
        yield [one for one in wanted if one.state is State.RESERVED and one.to_erp.result is Result.WAITING]


def _unfinished(source: Source) -> Filter:
    kind = Comparison("document_type", "=", source.document_type)
    return kind if source is QUOTE else AllOf((kind, Comparison("completely_invoiced", "=", False)))


def _news(source: Source, erp: System, crm: System, ledger: Ledger, pairs: Sequence[Pair]) -> list[Pair]:
    if not pairs:
        return []
    read = columns(crm.describe(source.table), READ) if source is QUOTE else []
    there = crm.get(source.table, [pair.crm_id for pair in pairs], read)
    more: Collection[uuid.UUID] = ()
    if source is QUOTE:
        coupled = [there[pair.crm_id] for pair in pairs if pair.state is State.COUPLED and pair.crm_id in there]
        more = activated_since(crm, ledger, coupled).keys() | find_ended(erp, crm, ledger, coupled)
    return [pair for pair in pairs if not pair.owed_erp and (pair.crm_id in more or _is_news(pair, there))]


def _is_news(pair: Pair, there: Mapping[uuid.UUID, Record]) -> bool:
    if pair.crm_id not in there:
        return TwinGone.code not in (pair.to_erp.code, pair.to_crm.code)
    return there[pair.crm_id].version != pair.seen_crm


def _marked(pair: Pair) -> Pair:
    """What rests is looked at, too: it is another document than the one that failed twice."""
    rests = pair.to_erp.result is Result.SKIPPED
    return replace(pair, owed_erp=True, to_erp=NEVER if rests else pair.to_erp)
