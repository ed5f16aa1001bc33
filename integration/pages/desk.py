"""What is open, counted once for everything that Home shows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from integration.models import ConnectionSetup, PendingPost, SyncError, TableMapping, User
from integration.sync.problems import Conflict
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT
from integration.systems.values import is_option_table

DOCUMENTS = ("salesorder", "quote")
"""Tables of Sales whose documents are made here."""
KEPT = ("coupled", "resting", "waiting")


@dataclass(frozen=True, slots=True)
class Heap:
    """Open errors of one cause, mapping and direction. ``mine``: how many of them the person looks after."""

    code: str
    mapping: str
    crm_table: str
    direction: str
    number: int
    mine: int

    @property
    def is_conflict(self) -> bool:
        return self.code == Conflict.code

    @property
    def is_document(self) -> bool:
        """About an order or quote of Sales of which nothing has become here yet."""
        return self.crm_table in DOCUMENTS and self.direction == Direction.TO_ERP.value

    @property
    def is_option(self) -> bool:
        return is_option_table(self.crm_table)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who looks, and what is open: errors in heaps, pairs by how they stand (the database keeps these numbers), posts
    that Sales refused twice."""

    person: User
    setup: ConnectionSetup
    heaps: Sequence[Heap]
    pairs: Mapping[str, int]
    posts: int

    def may(self, right: str) -> bool:
        return self.person.has_perm(right)

    @property
    def conflicts(self) -> int:
        return sum(heap.number for heap in self.heaps if heap.is_conflict)

    @property
    def errors(self) -> int:
        """All that is open but conflicts."""
        return sum(heap.number for heap in self.heaps if not heap.is_conflict)

    def documents(self, table: str) -> int:
        """How many documents of this table of Sales failed and are still to be made."""
        return sum(heap.number for heap in self.heaps if heap.is_document and heap.crm_table == table)


def desk_of(person: User, setup: ConnectionSetup) -> Desk:
    """Three queries, however much there is."""
    rows = SyncError.objects.open().exclude(code=LEFT_OUT).order_by()
    places = ("code", "mapping__name", "mapping__crm_table", "direction")
    mine = Count("pk", filter=Q(assigned_to=person.pk))
    heaps = [Heap(*row) for row in rows.values_list(*places).annotate(number=Count("pk"), mine=mine)]
    found = TableMapping.objects.order_by().aggregate(**{name: Sum(f"tally__{name}") for name in KEPT})
    pairs = {name: found[name] or 0 for name in KEPT}
    return Desk(person, setup, heaps, pairs, PendingPost.objects.filter(skipped=True).count())
