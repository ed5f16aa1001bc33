"""What the passes of documents work with, and what they put together of a page before it is stored."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from integration.sync.memory.ledger import Ledger, Pair, Result, State, Wait
from integration.sync.memory.outcomes import WENT_WELL, failed
from integration.sync.problems import waiting_for
from integration.sync.rules import Context, Direction
from integration.sync.run import LEFT_OUT, Changed, Counters, Failure, Journal, Options
from integration.systems.errors import Problem
from integration.systems.system import DocumentSystem, System

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
        """A document that fails; answers the pair as it is remembered."""
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
