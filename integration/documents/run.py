"""The pass that makes orders of submitted orders of Sales.

    for page in pages:                submitted orders since the cursor, and what is still open
        read(page)                    headers first, then lines and notes, then once more who is still submitted
        plan(page)                    pure; nothing is written yet
        write(page)                   documents, couplings, errors, counters: one transaction, behind the fence
        notify(page)                  Sales, each only if nobody has changed the order since its header was read
        the cursor moves

A crash between any two lines repeats work and neither loses nor doubles an order. Order ORD-7 comes, the worker dies:

    before write is committed    nothing is stored; the cursor stands before ORD-7: it is read again and created
    after write                  ORD-7 is coupled and owed: the next run finds it open, and notifies Sales
    after notify                 its date in Sales is filled; the next run remembers that and does no more
    before the cursor moves      ORD-7 comes again: coupled, nothing to do

Where Business Central is a system of its own, writing is no one transaction: ``intended`` has the same story for that.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace

from integration.documents.afterwards import Afterwards
from integration.documents.flow import DIRECTION, Flow, Noted, agreed_of, rests, went_well
from integration.documents.intended import in_doubt, intend, is_apart, recover
from integration.documents.lines import HEADER_TABLE
from integration.documents.notices import NEVER_SENT, SENT, Notice, notify, was_never_sent
from integration.documents.orders import Plan, plan
from integration.documents.problems import NotSubmitted, OrderExists
from integration.documents.quotes.links import close_given_up, link_quotes
from integration.documents.rounds import DocumentPass
from integration.documents.sources import ACTIVE, CANCELED, ORDER, SUBMITTED, SalesDocument, integer, moment
from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.outcomes import failure_of
from integration.sync.run import Changed, Counters, Scope
from integration.systems.errors import DuplicateKey, Problem, RecordProblem
from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, OneOf
from integration.systems.values import Field, FieldType, Record, Side, Written

ROWS_AT_ONCE = 6000
"""Rows that are written in one transaction, unless one document has more."""
CHANGED: Filter = AnyOf(
    (
        OneOf("statecode", (SUBMITTED, CANCELED)),
        AllOf((Comparison("statecode", "=", ACTIVE), Comparison(SENT, "<>", None))),
    )
)
"""What is looked at of what changed: orders that may be new or canceled, and those that were reopened."""


def create_orders(flow: Flow) -> Counters:
    """Make the pass. Problems of single orders are noted in the journal and the pass goes on; a ``ConnectionProblem``,
    ``Fenced`` and ``Canceled`` end it."""
    return OrderPass(flow).go()


class OrderPass(DocumentPass):
    """One pass under way."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow, ORDER)
        self.afterwards = Afterwards(flow, self.reader, self.lookups)

    def wanted(self, cursor: str | None) -> Filter:
        return CHANGED if cursor else _candidates(self.flow.crm.describe(ORDER.table).fields[SENT])

    # --- one page -----------------------------------------------------------------------------------------------

    def take(self, headers: Sequence[Record]) -> None:
        """Read, plan, write and notify what belongs to these headers."""
        pairs = self.flow.ledger.pairs(Side.CRM, [header.id for header in headers])
        headers, pairs, found = recover(self.flow, self.reader, headers, pairs)
        self.total.add(found)
        coupled = [header for header in headers if _is_coupled(pairs.get(header.id))]
        noted = Noted(done=len(headers) - len(coupled))
        taken = [
            header
            for header in headers
            if not _is_coupled(pairs.get(header.id)) and self._takes(header, pairs.get(header.id), noted)
        ]
        plans = self._plans(taken)
        notices: list[Notice] = []
        for some in _portions(plans) or [[]]:
            notices += self._write(some, pairs, noted)
            self.total.add(noted.counters)
            noted = Noted()
        link_quotes(self.flow, headers)
        coupled_ids = {header.id for header in coupled}
        canceled = [one for one in headers if integer(one, "statecode") == CANCELED and one.id not in coupled_ids]
        close_given_up(self.flow, canceled)
        notices += self._judge(coupled, pairs)
        self.again += notify(self.flow, self.reader, notices)

    def _judge(self, coupled: Sequence[Record], pairs: dict[uuid.UUID, Pair]) -> list[Notice]:
        """Orders that are there already: what happened to them in Sales, and of which it is still to be notified."""
        if not coupled:
            return []
        noted, notices = self.afterwards.judge(coupled, pairs)
        with self.flow.ledger.page():
            noted.store(self.flow)
        self.total.add(noted.counters)
        return notices

    def _takes(self, header: Record, pair: Pair | None, noted: Noted) -> bool:
        """Is an order to be made of it? What keeps one from it is noted where a person wants to know."""
        asked = self.flow.options.scope is Scope.IDS
        document = SalesDocument(ORDER, header)
        if integer(header, "statecode") != SUBMITTED:
            self._forget(header, pair, noted)
            if asked:
                noted.fail(self._place(header), _not_submitted(document), document.label)
            return False
        if asked or self.flow.options.force:
            return True
        if pair is not None and rests(pair) and pair.seen_crm == header.version:
            noted.counters.skipped += 1
            return False
        if was_never_sent(header):
            return True
        self._forget(header, pair, noted)
        return False

    @staticmethod
    def _forget(header: Record, pair: Pair | None, noted: Noted) -> None:
        """Nobody waits for an order any more that was taken back, or sent elsewhere."""
        if pair is not None:
            noted.forgotten.append(pair)
            noted.recovered.append(header.id)

    def _place(self, header: Record, pair: Pair | None = None) -> Pair:
        """The pair of an order that is not made yet."""
        if pair is not None:
            return pair
        return Pair(self.flow.document_id(ORDER.table, header.id), header.id)

    def _plans(self, headers: Sequence[Record]) -> list[Plan]:
        """What becomes of these orders, as they are after everything was read."""
        if not headers:
            return []
        documents = self.reader.documents(headers)
        rows = self.reader.rows(documents)
        now = self.flow.crm.get(ORDER.table, [header.id for header in headers], ["statecode"])
        steady = [each for each in documents if each.id in now and now[each.id].version == each.header.version]
        self.again += [each.id for each in documents if each.id in now and each not in steady]
        known = self.lookups.known(steady, rows)
        another = self.flow.options.another
        return [plan(each, self._new_id(each), known, another=another) for each in steady]

    def _new_id(self, document: SalesDocument) -> uuid.UUID:
        """The id of the order to come; with Create Another one that no document has yet."""
        again, id = 1, self.flow.document_id(ORDER.table, document.id)
        while self.flow.options.another and self.flow.erp.get(HEADER_TABLE, [id], []):
            again += 1
            id = self.flow.document_id(ORDER.table, document.id, again)
        return id

    # --- writing ------------------------------------------------------------------------------------------------

    def _write(self, plans: Sequence[Plan], pairs: dict[uuid.UUID, Pair], noted: Noted) -> list[Notice]:
        """Insert documents and remember their pairs in one transaction; answers whom to notify of what."""
        notices: list[Notice] = []
        ready = [each for each in plans if each.document is not None]
        documents = [each.document for each in ready if each.document is not None]
        answers: list[Written] = []
        if documents and is_apart(self.flow):
            sources = {document.header.id: each.source for document, each in zip(documents, ready, strict=True)}
            pairs = {**pairs, **intend(self.flow, sources, pairs)}
            answers = self.flow.erp.insert_documents(HEADER_TABLE, documents)
        with self.flow.ledger.page():
            if documents and not answers:
                answers = self.flow.erp.insert_documents(HEADER_TABLE, documents)
            for each, answer in zip(ready, answers, strict=True):
                notice = self._created(each, answer, pairs.get(each.source.id), noted)
                notices += [notice] if notice else []
            for each in plans:
                if each.problem is not None:
                    self._refused(each, pairs.get(each.source.id), noted)
            noted.store(self.flow)
        return notices

    def _refused(self, refused: Plan, pair: Pair | None, noted: Noted) -> None:
        document, problem = refused.source, refused.problem
        if problem is not None:
            place = replace(self._place(document.header, pair), seen_crm=document.header.version, owed_erp=False)
            noted.fail(place, problem, document.label, refused.waits)

    def _created(self, made: Plan, answer: Written, pair: Pair | None, noted: Noted) -> Notice | None:
        document = made.source
        if isinstance(answer.error, DuplicateKey) and pair is not None and pair.state is State.INTENDED:
            # An earlier insert of ours has just arrived: the next run finds it.
            noted.counters.failed += 1
            noted.failures.append(failure_of(pair, DIRECTION, in_doubt(document), document.label))
            return None
        if answer.error is not None:
            problem = _record_problem(document, answer.error)
            self._refused(replace(made, problem=problem), pair, noted)
            return None
        no = str((answer.values or {}).get("no") or "")
        place = self._place(document.header, pair)
        if place.erp_id != answer.id:
            noted.forgotten.append(place)
            place = replace(place, stored_as=None)
        created = replace(
            went_well(place),
            erp_id=answer.id,
            state=State.COUPLED,
            seen_erp=answer.version or "",
            seen_crm="",
            agreed=agreed_of(document),
            owed_erp=True,
        )
        noted.remembered.append(created)
        noted.recovered.append(document.id)
        noted.notes += [Pair(note.id, note.id, State.COUPLED) for note in document.notes]
        noted.counters.inserted += 1
        noted.changed.append(Changed(answer.id, document.id, "inserted", [("no", "", no)], document.label))
        return Notice(document, created, no)


def _portions(plans: Sequence[Plan]) -> list[list[Plan]]:
    """Plans in portions for one transaction each: it is short, and nobody waits long for the database."""
    portions: list[list[Plan]] = []
    rows = ROWS_AT_ONCE
    for each in plans:
        more = each.document.rows() if each.document is not None else 1
        if rows + more > ROWS_AT_ONCE:
            portions.append([])
            rows = 0
        portions[-1].append(each)
        rows += more
    return portions


def _is_coupled(pair: Pair | None) -> bool:
    return pair is not None and pair.state is State.COUPLED


def _candidates(sent: Field) -> Filter:
    """What is asked for where nothing was read before: roughly those that the automatic job takes."""
    behind = NEVER_SENT + dt.timedelta(days=1)
    early = Comparison(SENT, "<=", moment(behind) if sent.type is FieldType.DATETIME else behind)
    return AllOf((Comparison("statecode", "=", SUBMITTED), AnyOf((Comparison(SENT, "=", None), early))))


def _not_submitted(document: SalesDocument) -> NotSubmitted:
    return NotSubmitted(f"{document.named} is not submitted in Sales. It comes when it is.")


def _record_problem(document: SalesDocument, problem: Problem) -> RecordProblem:
    """What Business Central said to a document. Raises what is no matter of this one."""
    if isinstance(problem, DuplicateKey):
        return _already_there(document)
    if not isinstance(problem, RecordProblem):
        raise problem
    return problem


def _already_there(document: SalesDocument) -> OrderExists:
    return OrderExists(f"{document.named} was made an order here before. Couple the two, or create another one.")
