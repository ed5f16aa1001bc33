"""What the passes of documents work with, what they put together of a page before it is stored, and the digests by
which they see that a document was changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from integration.documents.addresses import filled
from integration.documents.sources import PARTIES, PLACES, SalesDocument
from integration.sync.memory.ledger import Agreed, Ledger, Pair, Result, State, Wait
from integration.sync.memory.outcomes import WENT_WELL, failed
from integration.sync.problems import waiting_for
from integration.sync.rules import Context, Direction
from integration.sync.run import LEFT_OUT, Changed, Counters, Failure, Journal, Options
from integration.systems.errors import Problem
from integration.systems.system import DocumentSystem, System
from integration.systems.values import Record, Ref, Value

NOBODY = uuid.UUID(int=0)
DIRECTION = Direction.TO_ERP


@dataclass(frozen=True, slots=True)
class Flow:
    """One pass. ``writer``: Sales in the name of the user that handles orders; ``ledger``: who is whom of the
    documents, ``notes`` of their notes (``None``: they are not synchronized); ``ask_for_orders`` has orders made of
    these orders of Sales by a run of their own, once the page is stored."""

    erp: DocumentSystem
    crm: System
    writer: System
    ledger: Ledger
    notes: Ledger | None
    journal: Journal
    options: Options
    context: Context
    ask_for_orders: Callable[[Sequence[uuid.UUID]], None] = lambda _: None

    def document_id(self, table: str, id: uuid.UUID, again: int = 1) -> uuid.UUID:
        """The id that the document made of this one has; ``again``: the how manieth it is."""
        organization = self.context.organization_id or NOBODY
        return uuid.uuid5(organization, f"{table}/{id}" + (f"/{again}" if again > 1 else ""))


@dataclass(slots=True)
class Noted:
    """What is to be stored of a page."""

    remembered: list[Pair] = field(default_factory=list)
    forgotten: list[Pair] = field(default_factory=list)
    notes: list[Pair] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left_out: list[Failure] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    recovered: list[uuid.UUID] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)
    done: int = 0

    def fail(self, pair: Pair, problem: Problem, label: str, waits: frozenset[Wait] | None = None) -> Pair:
        """A document that fails; answers the pair as it is remembered. Of one that was intended nothing was made."""
        if pair.state is State.INTENDED:
            pair = replace(pair, state=State.RESERVED)
        after, skipped = failed(pair, DIRECTION, problem)
        after = replace(after, waits=waits)
        self.remembered.append(after)
        self.counters.skipped += skipped
        self.counters.failed += not skipped
        there = pair.state is not State.RESERVED
        self.failures.append(
            Failure(
                DIRECTION,
                pair.erp_id if there else None,
                pair.crm_id,
                problem.code,
                str(problem),
                label,
                problem.raw,
                waiting_for=waiting_for(problem),
            )
        )
        return after

    def leave_out(self, pair: Pair, reason: str, label: str) -> None:
        """A document that nothing is done with on purpose, for a person who asked for it."""
        self.left_out.append(Failure(DIRECTION, pair.erp_id, pair.crm_id, LEFT_OUT, reason, label))

    def store(self, flow: Flow) -> None:
        """Inside a transaction of the ledger."""
        flow.ledger.forget(self.forgotten)
        flow.ledger.remember(self.remembered)
        if flow.notes is not None:
            flow.notes.remember(self.notes)
        journal = flow.journal
        if self.failures:
            journal.fail(self.failures)
        if self.left_out:
            journal.leave_out(self.left_out)
        if self.changed:
            journal.change(self.changed)
        if self.recovered:
            journal.succeed(DIRECTION, self.recovered)
        journal.note(self.counters, self.done)


def went_well(pair: Pair) -> Pair:
    """The pair after a pass that has nothing to complain about."""
    return replace(pair, to_erp=WENT_WELL, waits=frozenset())


def rests(pair: Pair) -> bool:
    """Has it failed twice the same way?"""
    return pair.to_erp.result is Result.SKIPPED


def chunks(ids: Sequence[uuid.UUID], size: int) -> list[Sequence[uuid.UUID]]:
    """In pieces of at most that size."""
    return [ids[at : at + size] for at in range(0, len(ids), size)]


# --- what a document said -------------------------------------------------------------------------------------------

LINES, HEADER, FILLED = "document:lines", "document:header", "document:filled"
OF_LINE = ("productid", "uomid", "quantity", "priceperunit", "extendedamount", "tax", "description",
           "productdescription", "sequencenumber", "lineitemnumber")  # fmt: skip
OF_PEOPLE = ("name", "customerid", "transactioncurrencyid")
OF_BOTH = ("discountamount", "discountpercentage", "freightamount", "requestdeliveryby",
           *(f"{PARTIES['ship_to']}_{part}" for part in PLACES.values()))  # fmt: skip


def digests(document: SalesDocument) -> Agreed:
    """What is to be agreed of a document: what it said when it became one here. What is not as it was then has been
    changed by somebody; who modified it last says nothing, since we write its header as well. So there are two: of what
    only people write (lines, name, customer, currency), and of what our own pass writes too (discounts, freight,
    requested date, ship-to), which is renewed after it."""
    lines = [[str(line.id), *_plain(line, OF_LINE)] for line in sorted(document.lines, key=lambda line: line.id)]
    return {
        LINES: ("", _digest([lines, _plain(document.header, OF_PEOPLE)])),
        HEADER: ("", header_digest(document.header)),
    }


def agreed_of(document: SalesDocument) -> Agreed:
    """What is remembered of a document when it becomes one here or is taken over: its digests, and which of its
    addresses came from Sales. One of those that somebody clears there later is the customer's again."""
    return {**digests(document), FILLED: ("", ",".join(filled(document.header)))}


def header_digest(header: Record) -> str:
    """Of what our own pass writes, too."""
    return _digest(_plain(header, OF_BOTH))


def is_as_agreed(pair: Pair, said: Agreed) -> bool:
    """Does the document say what the pair remembers?"""
    return all(pair.agreed.get(key) == halves for key, halves in said.items())


def _plain(record: Record, names: tuple[str, ...]) -> list[str]:
    return [_text(record.values, name) for name in names]


def _text(values: Mapping[str, Value], name: str) -> str:
    match values.get(name):
        case None:
            return ""
        case Ref(id=id):
            return str(id)
        case Decimal() as amount:
            return f"{amount.normalize():f}"
        case dt.datetime() as moment:
            return moment.astimezone(dt.UTC).isoformat()
        case value:
            return str(value)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode(errors="surrogatepass")).hexdigest()
