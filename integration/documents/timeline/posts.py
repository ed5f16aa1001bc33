"""Posts on the timeline of a Sales order: one for each event of its order in Business Central.

A post has an id of ours that follows from the event, so whatever is repeated meets its own post and is done:

    killed before the page is stored    the posts are there: DuplicateKey, done; then the cursor moves
    Sales refuses one                   it is kept, tried at every run, and rests after the same code twice
    Sales does not answer               the run waits; the cursor has not moved
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import F

from integration.documents.timeline.events import COLUMNS, EVENTS, Events, words
from integration.models.jobs.flows import FlowCursor, PendingPost
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.sync.run import Counters, Failure, Journal
from integration.systems.errors import CursorExpired, DuplicateKey, Problem
from integration.systems.system import System
from integration.systems.values import Page, Record, Ref, Row, Side

POST, ORDER = "post", "salesorder"
CURSOR = "posts/document_event"
LONGEST = 1000
AT_ONCE = 200


def post_id(organization_id: uuid.UUID | None, event_id: uuid.UUID) -> uuid.UUID:
    """The id of the post of an event, the same in every run."""
    return uuid.uuid5(organization_id or uuid.NAMESPACE_URL, f"post/{event_id}")


@dataclass(frozen=True, slots=True)
class Post:
    """What is to be written: the post of an event, on which Sales order."""

    event_id: uuid.UUID
    sales_order_id: uuid.UUID
    order_id: uuid.UUID
    text: str


@dataclass(slots=True)
class Answers:
    """What became of some posts, by their events."""

    written: list[uuid.UUID] = field(default_factory=list)
    there: list[uuid.UUID] = field(default_factory=list)
    refused: dict[uuid.UUID, Problem] = field(default_factory=dict)


class PostsRun:
    """One run: the refused posts once more, then what is new. ``writer`` opens Sales as the user that handles orders;
    it is called when there is something to write. ``couplings`` is the fenced ledger of the orders."""

    def __init__(
        self,
        erp: System,
        writer: Callable[[], System],
        couplings: Any,
        journal: Journal,
        organization_id: uuid.UUID | None,
        local_currency: str = "",
    ) -> None:
        self.erp, self.couplings, self.journal = erp, couplings, journal
        self._open_writer = writer
        self.organization_id = organization_id
        self.events = Events(erp, local_currency)

    @cached_property
    def crm(self) -> System:
        return self._open_writer()

    def make(self) -> Counters:
        """Raises ``ConnectionProblem``; what is refused is kept."""
        total = Counters()
        for again in _chunks(list(PendingPost.objects.filter(skipped=False))):
            self.journal.go_on()
            pairs = self.couplings.pairs(Side.ERP, {one.order_id for one in again})
            posts = [
                Post(one.event_id, pairs[one.order_id].crm_id, one.order_id, one.text)
                for one in again
                if one.order_id in pairs
            ]
            gone = [one.event_id for one in again if one.order_id not in pairs]
            total.add(self._page(posts, len(again), gone=gone))
        for page in self._pages():
            self.journal.go_on()
            posts = self._posts(page.records)
            total.add(self._page(posts, len(page.records), cursor=page.cursor or ""))
        return total

    def _pages(self) -> Iterator[Page]:
        stored = FlowCursor.objects.filter(name=CURSOR).first()
        try:
            yield from self.erp.changes(EVENTS, COLUMNS, stored.cursor if stored is not None else None)
        except CursorExpired:
            yield from self.erp.changes(EVENTS, COLUMNS, None)

    def _posts(self, records: Sequence[Record]) -> list[Post]:
        """Of the events whose orders are coupled."""
        events = self.events.of(records, self._coupled(records))
        return [Post(one.id, one.sales_order_id, one.order_id, words(one)[:LONGEST]) for one in events]

    def _coupled(self, records: Sequence[Record]) -> dict[uuid.UUID, uuid.UUID]:
        """Order -> Sales order."""
        orders = {id for one in records if isinstance(id := one.values["order_id"], uuid.UUID)}
        pairs = self.couplings.pairs(Side.ERP, orders)
        return {id: pair.crm_id for id, pair in pairs.items() if pair.state is State.COUPLED}

    # --- Sales ----------------------------------------------------------------------------------------------------

    def _page(
        self, posts: Sequence[Post], number: int, *, cursor: str | None = None, gone: Sequence[uuid.UUID] = ()
    ) -> Counters:
        answers = self._write(posts)
        with self.couplings.page():
            counters = self._keep(posts, answers)
            PendingPost.objects.filter(event_id__in=gone).delete()
            if cursor is not None:
                FlowCursor.objects.update_or_create(name=CURSOR, defaults={"cursor": cursor})
            self.journal.note(counters, number)
        return counters

    def _write(self, posts: Sequence[Post]) -> Answers:
        answers = Answers()
        rows = [
            Row(
                post_id(self.organization_id, one.event_id),
                {"text": one.text, "regardingobjectid": Ref(ORDER, one.sales_order_id)},
            )
            for one in posts
        ]
        for post, answer in zip(posts, self.crm.insert(POST, rows) if rows else (), strict=True):
            if answer.error is None:
                answers.written.append(post.event_id)
            elif isinstance(answer.error, DuplicateKey):
                answers.there.append(post.event_id)
            else:
                answers.refused[post.event_id] = answer.error
        return answers

    def _keep(self, posts: Sequence[Post], answers: Answers) -> Counters:
        """Remember what was refused, forget what is done."""
        counters = Counters(inserted=len(answers.written), unchanged=len(answers.there))
        PendingPost.objects.filter(event_id__in=[*answers.written, *answers.there]).delete()
        refused = [one for one in posts if one.event_id in answers.refused]
        before = PendingPost.objects.in_bulk([one.event_id for one in refused])
        notes = []
        for post in refused:
            problem, kept = answers.refused[post.event_id], before.get(post.event_id)
            skipped = kept is not None and kept.code == problem.code
            values = {"code": problem.code, "message": problem.message, "skipped": skipped}
            if kept is None:
                first = {"order_id": post.order_id, "text": post.text, "tries": 1}
                PendingPost.objects.create(event_id=post.event_id, **first, **values)
            else:
                PendingPost.objects.filter(pk=kept.pk).update(tries=F("tries") + 1, **values)
            counters.skipped += skipped
            counters.failed += not skipped
            place = (Direction.TO_CRM, post.order_id, post.sales_order_id)
            notes.append(Failure(*place, problem.code, f"{post.text} {problem.message}", post.text, problem.raw))
        if notes:
            self.journal.leave_out(notes)
        return counters


def retry(event_ids: Sequence[uuid.UUID] | None = None) -> int:
    """Have refused posts that rest, all or these, tried again at the next run. Answers how many."""
    resting = PendingPost.objects.filter(skipped=True)
    if event_ids is not None:
        resting = resting.filter(event_id__in=list(event_ids))
    return resting.update(skipped=False, code="")


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
