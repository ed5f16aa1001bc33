"""The pass that makes quotes of activated quotes of Sales, and follows them until they are won or lost.

    Sales                                     Business Central
    active, first revision (or none coupled)  a quote
    active, later revision                    the same quote built anew, its former version archived
    won, its order submitted                  the order, made by the pass of orders, which archives the quote
    won, no order or not submitted yet        the quote released
    won, all its orders canceled before that  the quote archived and deleted
    closed, but not revised                   the quote archived and deleted
    draft                                     not read
    deleted                                   the quote stays, and a person is told

The coupling belongs to the newest revision and stays when the quote is done: a quote that is not here any more is
left alone. What is done with a page is stored in one transaction, so a crash between any two lines repeats work and
neither loses nor doubles a quote; each step finds out by itself that it was done already.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from integration.documents.flow import Flow, Noted, rests, went_well
from integration.documents.intended import intend, is_apart, recover
from integration.documents.lines import HEADER_TABLE
from integration.documents.orders import plan
from integration.documents.quotes.revisions import activated_since, coupled_before
from integration.documents.quotes.steps import (
    ACTIVE,
    CLOSED,
    RELEASED,
    WON,
    End,
    Make,
    Orders,
    Step,
    decide,
    newest,
    said_state,
    with_days,
)
from integration.documents.quotes.won import orders_of
from integration.documents.rounds import DocumentPass
from integration.documents.sources import PARTIES, QUOTE, SalesDocument, integer, text
from integration.sync.memory.ledger import Pair, Result, State
from integration.sync.run import Changed, Counters, Scope
from integration.systems.errors import DuplicateKey, RecordProblem
from integration.systems.filters import Filter, OneOf
from integration.systems.values import Record, Side, Written


def process_quotes(flow: Flow) -> Counters:
    """Make the pass. Problems of single quotes are noted in the journal and the pass goes on; a ``ConnectionProblem``,
    ``Fenced`` and ``Canceled`` end it."""
    return QuotePass(flow).go()


class QuotePass(DocumentPass):
    """One pass under way. What is taken in one go is written in one transaction, so it is not much."""

    at_once = 100

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow, QUOTE)

    def wanted(self, cursor: str | None) -> Filter:
        """Closed ones matter only where something was read before."""
        return OneOf("statecode", (ACTIVE, WON, CLOSED) if cursor else (ACTIVE, WON))

    def take(self, headers: Sequence[Record]) -> None:
        """Read, plan and write what belongs to these quotes."""
        asked = {header.id for header in headers}
        headers = self._with_later_revisions(headers)
        noted = Noted(done=len(headers))
        pairs = self.flow.ledger.pairs(Side.CRM, [header.id for header in headers])
        headers, pairs, found = recover(self.flow, self.reader, headers, pairs)
        self.total.add(found)
        there = [step for step in self._steps(headers, pairs) if step.header.id in asked or step.before is not None]
        steps = [step for step in there if self._takes(step, noted)]
        self._plan([step for step in steps if step.make])
        orders = self._orders(steps)
        new = [step for step in steps if step.make is Make.INSERT]
        inserted = self._insert_apart(new) if is_apart(self.flow) else {}
        with self.flow.ledger.page():
            inserted = inserted or self._insert(new)
            for step in steps:
                self._carry_out(step, inserted, orders, noted)
            noted.remembered += _overtaken(headers, pairs, there, noted)
            noted.store(self.flow)
            self._ask_for_orders(steps, orders)
        self.total.add(noted.counters)

    def _ask_for_orders(self, steps: Sequence[Step], orders: Orders) -> None:
        """Have the orders made whose quotes are here; the pass of orders does it, since only one may make them."""
        there = [step.header.id for step in steps if step.end is End.ORDER and step.is_coupled]
        ids = [order for quote in there for order in orders.to_make.get(quote, ())]
        if ids:
            self.flow.ask_for_orders(ids)

    def _orders(self, steps: Sequence[Step]) -> Orders:
        """The orders of those that are won. Looking at what is here makes none: the order of a quote that nobody asked
        for just now is left to a person, or to the pass that makes them by themselves."""
        flow, won = self.flow, [step for step in steps if step.end is End.ORDER]
        orders = orders_of(flow.erp, flow.crm, flow.ledger, [step.header.id for step in won])
        if flow.options.scope is not Scope.OPEN:
            return orders
        new = {step.header.id for step in won if step.make is Make.INSERT}
        return replace(orders, to_make={quote: made for quote, made in orders.to_make.items() if quote in new})

    # --- reading ------------------------------------------------------------------------------------------------

    def _with_later_revisions(self, headers: Sequence[Record]) -> Sequence[Record]:
        """Also what follows those of them that were revised; who reads what changed in Sales meets that by itself."""
        if self.flow.options.scope is not Scope.OPEN:
            return headers
        pairs = self.flow.ledger.pairs(Side.CRM, [header.id for header in headers])
        coupled = [one for one in headers if one.id in pairs and pairs[one.id].state is State.COUPLED]
        later = activated_since(self.flow.crm, self.flow.ledger, coupled)
        there = {header.id: header for header in headers}
        ids = list(dict.fromkeys(id for some in later.values() for id in some if id not in there))
        return [*headers, *self.reader.headers(ids).values()] if ids else headers

    def _steps(self, headers: Sequence[Record], pairs: Mapping[uuid.UUID, Pair]) -> list[Step]:
        """What is to be done with each, without revisions whose quote is another's by the end of the page."""
        coupled = {id: pair for id, pair in pairs.items() if pair.state is State.COUPLED}
        before = coupled_before(
            self.flow.crm, self.flow.ledger, [header for header in headers if header.id not in coupled]
        )
        held = [pair.erp_id for pair in (*coupled.values(), *before.values())]
        here = self.flow.erp.get(HEADER_TABLE, held, ("no", "status")) if held else {}
        found = []
        for header in sorted(headers, key=lambda one: integer(one, "revisionnumber") or 0):
            pair, earlier = pairs.get(header.id), before.get(header.id)
            follows = earlier is not None and earlier.erp_id in here
            is_here = header.id in coupled and coupled[header.id].erp_id in here
            state, reason = integer(header, "statecode"), integer(header, "statuscode")
            doing = decide(state, reason, is_coupled=header.id in coupled, is_here=is_here, follows=follows)
            found.append(Step(header, *doing, pair, earlier if follows else None))
        return newest(found)

    def _takes(self, step: Step, noted: Noted) -> bool:
        """Is anything to be done with it? What keeps it from that is noted where a person wants to know."""
        pair, asked = step.pair, self.flow.options.scope is Scope.IDS
        if not step.make and not step.end:
            self._leave(step, noted, asked=asked)
            return False
        if pair is not None and rests(pair) and pair.seen_crm == step.header.version and not asked:
            noted.counters.skipped += 1
            return False
        return True

    def _leave(self, step: Step, noted: Noted, *, asked: bool) -> None:
        pair, document = step.pair, SalesDocument(QUOTE, step.header)
        if pair is None:
            if asked:
                reserved = Pair(self.flow.document_id(QUOTE.table, document.id), document.id)
                noted.leave_out(reserved, f"{document.named} is {said_state(step.header)} in Sales.", document.label)
            return
        if pair.state is State.RESERVED:
            noted.forgotten.append(pair)
        else:
            noted.counters.unchanged += 1
            noted.remembered += [] if _is_seen(step, pair) else [self._seen(step, pair)]
        noted.recovered.append(document.id)

    def _plan(self, steps: Sequence[Step]) -> None:
        """What they become, as they are after everything was read; those that changed meanwhile come again."""
        if not steps:
            return
        documents = self.reader.documents([step.header for step in steps])
        rows = self.reader.rows(documents)
        now = self.flow.crm.get(QUOTE.table, [step.header.id for step in steps], ["statecode"])
        known = self.lookups.known(documents, rows)
        for step, document in zip(steps, documents, strict=True):
            latest = now.get(document.id)
            if latest is None or latest.version != step.header.version:
                step.make, step.end = Make.NOTHING, End.NOTHING
                self.again += [document.id] if latest is not None else []
                continue
            own = self.flow.document_id(QUOTE.table, document.id)
            id = step.before.erp_id if step.make is Make.REBUILD and step.before is not None else own
            blank = PARTIES if step.make is Make.REBUILD else ()  # A quote is what Sales says, whatever it was before.
            step.planned = with_days(plan(document, id, known, cleared=blank))

    # --- writing ------------------------------------------------------------------------------------------------

    def _insert(self, steps: Sequence[Step]) -> dict[uuid.UUID, Written]:
        """The answers to new quotes, by the id in Sales."""
        ready = [(step, document) for step in steps if (document := step.document) is not None]
        if not ready:
            return {}
        answers = self.flow.erp.insert_documents(HEADER_TABLE, [document for _, document in ready])
        return {step.header.id: answer for (step, _), answer in zip(ready, answers, strict=True)}

    def _insert_apart(self, steps: Sequence[Step]) -> dict[uuid.UUID, Written]:
        """The same where that is no one transaction with what is remembered: they are intended first."""
        planned = {step.document.header.id: step for step in steps if step.document is not None}
        sources = {id: step.planned.source for id, step in planned.items() if step.planned is not None}
        before = {step.header.id: step.pair for step in planned.values() if step.pair is not None}
        intended = intend(self.flow, sources, before)
        for step in planned.values():
            step.pair = intended.get(step.header.id, step.pair)
        return self._insert(steps)

    def _carry_out(self, step: Step, inserted: Mapping[uuid.UUID, Written], orders: Orders, noted: Noted) -> None:
        """Make it and finish it; a problem is noted with what it is by then."""
        if not step.make and not step.end:
            return
        pair = step.pair or Pair(self.flow.document_id(QUOTE.table, step.header.id), step.header.id)
        try:
            pair = self._make(step, pair, inserted, noted)
            step.pair = pair
            self._finish(step, pair, orders)
        except RecordProblem as problem:
            waits = step.planned.waits if step.planned is not None and problem is step.planned.problem else frozenset()
            noted.fail(replace(pair, seen_crm=step.header.version, owed_erp=False), problem, step.label, waits)
            return
        noted.remembered.append(self._seen(step, pair))
        noted.recovered.append(step.header.id)
        if step.make is not Make.INSERT:
            noted.counters.modified += step.changed
            noted.counters.unchanged += not step.changed

    @staticmethod
    def _seen(step: Step, pair: Pair) -> Pair:
        """The pair of a quote that is as it should be."""
        return replace(went_well(pair), seen_crm=step.header.version, owed_erp=False)

    def _make(self, step: Step, pair: Pair, inserted: Mapping[uuid.UUID, Written], noted: Noted) -> Pair:
        """The pair once the quote is here as it should be. Raises the problem of its plan, and what Business Central
        says to it."""
        if step.planned is not None and step.planned.problem is not None:
            raise step.planned.problem
        if step.make is Make.INSERT:
            return self._inserted(step, pair, inserted[step.header.id], noted)
        if step.is_coupled or step.before is None:
            return pair
        if step.make is Make.REBUILD:
            self.flow.erp.act(HEADER_TABLE, step.before.erp_id, "rebuild", document=step.document)
        noted.forgotten += [step.before, *([pair] if step.pair is not None else [])]
        step.changed = True
        return replace(step.before, crm_id=step.header.id, stored_as=None)

    def _inserted(self, step: Step, pair: Pair, answer: Written, noted: Noted) -> Pair:
        """One that is there already under its id was uncoupled by a person who wants it coupled again."""
        if answer.error is not None and not isinstance(answer.error, DuplicateKey):
            raise answer.error
        if step.pair is not None and pair.erp_id != answer.id:
            noted.forgotten.append(pair)
        if answer.error is not None:
            noted.counters.coupled += 1
        else:
            no = str((answer.values or {}).get("no") or "")
            noted.counters.inserted += 1
            noted.changed.append(Changed(answer.id, step.header.id, "inserted", [("no", "", no)], step.label))
        return Pair(answer.id, step.header.id, State.COUPLED)

    def _finish(self, step: Step, pair: Pair, orders: Orders) -> None:
        """Release it, close it, or let its order take its place. Raises what Business Central says to it."""
        erp = self.flow.erp
        if not step.end:
            return
        if step.end is End.CLOSE:
            erp.act(HEADER_TABLE, pair.erp_id, "close_quote")
            step.changed = True
            return
        order = orders.made.get(step.header.id)
        quote = erp.get(HEADER_TABLE, [pair.erp_id], ("no", "status"))[pair.erp_id]
        if order is not None:
            erp.act(HEADER_TABLE, order, "link_quote", no=text(quote, "no"))
            step.changed = True
        elif step.header.id in orders.given_up:
            erp.act(HEADER_TABLE, pair.erp_id, "close_quote")
            step.changed = True
        elif step.header.id not in orders.to_make and integer(quote, "status") != RELEASED:
            erp.act(HEADER_TABLE, pair.erp_id, "release")
            step.changed = True


def _overtaken(
    headers: Sequence[Record], pairs: Mapping[uuid.UUID, Pair], steps: Sequence[Step], noted: Noted
) -> list[Pair]:
    """The pairs of revisions that a later one was to follow and, refused as that was, has not: they were looked at."""
    taken, found = {step.header.id for step in steps}, []
    for header in headers:
        pair = pairs.get(header.id)
        if header.id not in taken and pair is not None and pair.state is State.COUPLED and pair not in noted.forgotten:
            found.append(replace(pair, seen_crm=header.version, owed_erp=False))
    return found


def _is_seen(step: Step, pair: Pair) -> bool:
    """Is nothing to be remembered anew?"""
    return pair.to_erp.result is Result.SUCCESS and pair.seen_crm == step.header.version and not pair.owed_erp
