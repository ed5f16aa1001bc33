"""Documents made in a system that shares no transaction with the couplings: what is about to be made is remembered
first, so that a run that dies, or an answer that is lost, leaves a trace.

    remember    ORD-7 is intended, under this id, and so it said then
    insert      the worker dies before the answer is stored
    next run    ORD-7 is intended. Is there a document under that id, or, where the system gives ids of its own, one
                that names ORD-7 and that nobody has? It is coupled as it was meant. There is none: it is made now
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from integration.documents.flow import DIRECTION, Flow, Noted, agreed_of, went_well
from integration.documents.lines import HEADER_TABLE, NOTE_TABLE
from integration.documents.orders import REFERENCE_LENGTH
from integration.documents.reading import SalesReader
from integration.documents.sources import ORDER, SalesDocument, text
from integration.documents.texts import cut
from integration.sync.given_ids.recovery import REST
from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.outcomes import failure_of
from integration.sync.problems import InDoubt
from integration.sync.run import Changed, Counters
from integration.systems.filters import AllOf, Comparison, OneOf
from integration.systems.system import every
from integration.systems.values import Record, Side

OURS = ("no", "your_reference")


def is_apart(flow: Flow) -> bool:
    """Can a document arrive though the run dies before it is remembered?"""
    return flow.erp.remote or not flow.erp.describe(HEADER_TABLE).keeps_ids


def intend(
    flow: Flow, documents: Mapping[uuid.UUID, SalesDocument], before: Mapping[uuid.UUID, Pair]
) -> dict[uuid.UUID, Pair]:
    """Remember that these are about to be made, by the ids that they are going to have; ``before``: their pairs by the
    ids in Sales. One whose id is taken already is not going to be made, so nothing of it is intended. Answers the pairs
    as they are then, but those of which the same was intended before."""
    there = flow.erp.get(HEADER_TABLE, list(documents), ()) if documents else {}
    intended = [
        Pair(id, each.id, State.INTENDED, agreed=agreed_of(each) if each.source is ORDER else {})
        for id, each in documents.items()
        if id not in there
    ]
    held = [before[pair.crm_id] for pair in intended if pair.crm_id in before]
    new = {(pair.erp_id, pair.crm_id) for pair in intended}
    with flow.ledger.page():
        flow.ledger.forget([pair for pair in held if (pair.erp_id, pair.crm_id) not in new])
        flow.ledger.remember(intended)
    return {pair.crm_id: pair for pair in intended}


def recover(
    flow: Flow, reader: SalesReader, headers: Sequence[Record], pairs: Mapping[uuid.UUID, Pair]
) -> tuple[list[Record], dict[uuid.UUID, Pair], Counters]:
    """Look for what earlier runs intended, and store what became of it: found, it is coupled; else it is yet to be
    made, unless it may still be on its way. Answers the headers that are not in such a doubt, the pairs as they are
    then, and what was counted. Raises a ``ConnectionProblem``."""
    intended = [each for each in headers if each.id in pairs and pairs[each.id].state is State.INTENDED]
    if not intended:
        return list(headers), dict(pairs), Counters()
    recovery = _Recovery(flow, pairs, Noted())
    recovery.go(reader.documents(intended))
    noted = recovery.noted
    with flow.ledger.page():
        noted.store(flow)
    doubtful = recovery.doubtful
    now = {**pairs, **{pair.crm_id: pair for pair in noted.remembered}}
    return [each for each in headers if each.id not in doubtful], now, noted.counters


def in_doubt(document: SalesDocument) -> InDoubt:
    """Why one waits whose insert was not answered."""
    minutes = int(REST.total_seconds() // 60)
    return InDoubt(
        f"Nobody can say yet whether {document.named} was made in Business Central: the answer was lost. It is looked "
        f"for again by the first run {minutes} minutes later, and made if it is not there."
    )


@dataclass(slots=True)
class _Recovery:
    """Of some documents whose pairs are intended."""

    flow: Flow
    pairs: Mapping[uuid.UUID, Pair]
    noted: Noted
    rows: dict[uuid.UUID, Record] = field(default_factory=dict)
    doubtful: set[uuid.UUID] = field(default_factory=set)

    def go(self, documents: Sequence[SalesDocument]) -> None:
        """Couple what is there, by the ids of Sales, and note the doubts."""
        erp = self.flow.erp
        table = erp.describe(HEADER_TABLE)
        columns = [name for name in OURS if name in table.fields]
        by_id = erp.get(HEADER_TABLE, [self.pairs[each.id].erp_id for each in documents], columns)
        for each in documents:
            if self.pairs[each.id].erp_id in by_id:
                self._couple(each, by_id[self.pairs[each.id].erp_id])
        if table.keeps_ids:
            return
        missing = [each for each in documents if each.id not in self.rows]
        named = self._named(missing) if "your_reference" in table.fields else {}
        young = self._young()
        for each in missing:
            rows = named.get(_reference(each), ())
            if len(rows) == 1:
                self._couple(each, rows[0])
            elif rows or each.id in young:
                self.noted.counters.failed += 1
                self.noted.failures.append(failure_of(self.pairs[each.id], DIRECTION, in_doubt(each), each.label))
                self.doubtful.add(each.id)

    def _named(self, documents: Sequence[SalesDocument]) -> dict[str, list[Record]]:
        """Documents of Business Central that name these and that nobody has, by what they name."""
        numbers = tuple(sorted({_reference(each) for each in documents} - {""}))
        if not numbers:
            return {}
        type = Comparison("document_type", "=", int(documents[0].source is ORDER))
        found = list(every(self.flow.erp, HEADER_TABLE, AllOf((type, OneOf("your_reference", numbers))), OURS))
        held = self.flow.ledger.pairs(Side.ERP, [row.id for row in found])
        named: dict[str, list[Record]] = {}
        for row in found:
            if row.id not in held:
                named.setdefault(text(row, "your_reference"), []).append(row)
        return named

    def _young(self) -> set[uuid.UUID]:
        """Those whose insert may still be on its way."""
        now = self.flow.context.clock()
        return {pair.crm_id for pair, since in self.flow.ledger.intended() if now - since < REST}

    def _couple(self, document: SalesDocument, row: Record) -> None:
        pair = self.pairs[document.id]
        self.rows[document.id] = row
        if pair.erp_id != row.id:
            self.noted.forgotten.append(pair)
            pair = replace(pair, stored_as=None)
        coupled = replace(went_well(pair), erp_id=row.id, state=State.COUPLED, owed_erp=document.source is ORDER)
        self.noted.remembered.append(coupled)
        self.noted.recovered.append(document.id)
        self.noted.counters.inserted += 1
        self.noted.changed.append(
            Changed(row.id, document.id, "inserted", [("no", "", text(row, "no"))], document.label)
        )
        there = self.flow.erp.get(NOTE_TABLE, [note.id for note in document.notes], ()) if document.notes else {}
        self.noted.notes += [Pair(id, id, State.COUPLED) for id in there]


def _reference(document: SalesDocument) -> str:
    return cut(document.number, REFERENCE_LENGTH)
