"""What is to be done with a quote of Sales, and one of them on its way. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from integration.documents.orders import Plan
from integration.documents.sources import QUOTE, SalesDocument, day, integer
from integration.sync.memory.ledger import Pair, State
from integration.systems.values import Document, Record, Row

DRAFT, ACTIVE, WON, CLOSED = range(4)
"""States of a quote."""
REVISED = 7
"""The reason of a closed one that another revision follows."""
RELEASED = 1


class Make(StrEnum):
    """How a quote comes here."""

    NOTHING = ""
    INSERT = "insert"
    REBUILD = "rebuild"


class End(StrEnum):
    """What becomes of the quote then. ``ORDER``: its order follows, or it is released until one does."""

    NOTHING = ""
    ORDER = "order"
    CLOSE = "close"


def decide(
    state: int | None, reason: int | None, *, is_coupled: bool, is_here: bool, follows: bool
) -> tuple[Make, End]:
    """What is to be done with a quote of Sales. ``is_coupled``: it became one already; ``is_here``: that is still
    there. ``follows``: an earlier revision has its quote here.

    ========  ===========  =======  =============  ==========================
    state     became one,  became   became none    became none, but the
              still here   one, gone               revision before it did
    ========  ===========  =======  =============  ==========================
    active    nothing      nothing  insert         rebuild
    won       order        nothing  insert, order  rebuild, order
    closed    close        nothing  nothing        close
    revised   nothing      nothing  nothing        nothing
    draft     nothing      nothing  nothing        nothing
    ========  ===========  =======  =============  ==========================
    """
    if state not in (ACTIVE, WON, CLOSED) or (is_coupled and not is_here):
        return Make.NOTHING, End.NOTHING
    if state == CLOSED:
        closes = reason != REVISED and (is_coupled or follows)
        return Make.NOTHING, End.CLOSE if closes else End.NOTHING
    make = Make.NOTHING if is_coupled else Make.REBUILD if follows else Make.INSERT
    return make, End.ORDER if state == WON else End.NOTHING


@dataclass(slots=True)
class Step:
    """One quote on its way: what is to be done with it, and the pair that it has by now. ``before``: the one of an
    earlier revision."""

    header: Record
    make: Make
    end: End
    pair: Pair | None = None
    before: Pair | None = None
    planned: Plan | None = None
    changed: bool = False

    @property
    def is_coupled(self) -> bool:
        return self.pair is not None and self.pair.state is State.COUPLED

    @property
    def document(self) -> Document | None:
        """What it becomes, where that is planned and nothing is wrong with it."""
        return self.planned.document if self.planned is not None else None

    @property
    def label(self) -> str:
        return SalesDocument(QUOTE, self.header).label


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of won quotes, by the quote: ``made`` are here already, ``to_make`` submitted and never sent.
    ``given_up``: the quotes of which Sales has only orders that were canceled before they came here."""

    made: Mapping[uuid.UUID, uuid.UUID]
    to_make: Mapping[uuid.UUID, Sequence[uuid.UUID]]
    given_up: Collection[uuid.UUID] = ()


def newest(steps: Sequence[Step]) -> list[Step]:
    """The steps in the order of their revisions, without those whose quote here goes to a later one of them: of a quote
    that was lost, revised and activated again between two runs, only the last counts.

        revision 0   coupled, closed as lost     its quote goes to revision 2
        revision 1   closed as lost              nothing became of it
        revision 2   active                      rebuild
    """
    last = {step.before.erp_id: step for step in steps if step.before is not None and (step.make or step.end)}
    kept = []
    for step in steps:
        held = step.pair.erp_id if step.is_coupled and step.pair is not None else None
        if held in last:
            continue
        if step.before is not None and last.get(step.before.erp_id, step) is not step:
            step.make, step.end, step.before = Make.NOTHING, End.NOTHING, None
        kept.append(step)
    return kept


def with_days(planned: Plan) -> Plan:
    """The plan of a quote: it is valid until a day."""
    document = planned.document
    if document is None:
        return planned
    values = {**document.header.values, "quote_valid_until_date": day(planned.source.header, "effectiveto")}
    return replace(planned, document=Document(Row(document.header.id, values), document.children))


def said_state(header: Record) -> str:
    """Its state, in words of a sentence."""
    return {DRAFT: "a draft", CLOSED: "closed"}.get(integer(header, "statecode") or 0, "done")
