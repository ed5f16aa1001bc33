"""What is open, counted once for everything that Home shows of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from integration.documents.afterwards import ABOUT_AFTERWARDS
from integration.documents.problems import NotNotified
from integration.models import ConnectionSetup, PendingPost, SyncError, SyncJob, TableMapping, User
from integration.models.people.rights import POST_DOCUMENT
from integration.pages.in_sales import submitted_orders
from integration.pages.standings import RESTS
from integration.sync.problems import Conflict, TwinGone
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT
from integration.systems.values import is_option_table

DOCUMENTS_OF_SALES = {"salesorder": ("Sales order", "sales_orders"), "quote": ("Sales quote", "sales_quotes")}
"""Tables of Sales whose documents are made here: what one is called, and the list of all."""
COUPLE = "coupling.change_coupling"
MOST_COUPLED = 3
MOST_BY_NAME, DAY = 9, dt.timedelta(hours=24)
OF_THOSE_HERE = (*ABOUT_AFTERWARDS, NotNotified.code, TwinGone.code)
"""What is said of orders and quotes that are here already."""
KEPT = ("coupled", "resting", "waiting")


@dataclass(frozen=True, slots=True)
class Heap:
    """Open errors of one cause, mapping and direction. ``mine``: how many of them the person looks after; ``resting``:
    how many are of skipped records."""

    code: str
    mapping: str
    crm_table: str
    direction: str
    number: int
    mine: int
    resting: int = 0

    @property
    def is_conflict(self) -> bool:
        return self.code == Conflict.code

    @property
    def is_broken(self) -> bool:
        """About pairs of which a record was deleted."""
        return self.code == TwinGone.code and not self.is_document

    @property
    def is_of_many(self) -> bool:
        """Named with all others in one line."""
        return not (self.is_conflict or self.is_broken or self.is_document or self.is_option)

    @property
    def awake(self) -> int:
        """How many are of records that are not counted as skipped."""
        return self.number - self.resting

    @property
    def is_document(self) -> bool:
        """About an order or quote of Sales: what keeps it out, or what happened to it there after it came."""
        return self.crm_table in DOCUMENTS_OF_SALES and self.direction == Direction.TO_ERP.value

    @property
    def is_to_be_made(self) -> bool:
        """About one of which nothing has become here yet."""
        return self.is_document and self.code not in OF_THOSE_HERE

    @property
    def is_option(self) -> bool:
        return is_option_table(self.crm_table)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who looks, and what is open: errors in heaps, pairs by how they stand (the database keeps these numbers), posts
    that Sales refused twice, jobs by status (failed ones of the last day alone). ``by_name``: the errors about single
    records that Home names, where they are few. ``submitted``: orders that wait in Sales until somebody makes them here
    or order integration is switched on, ``None`` while Sales has not said so; those that failed are among the errors.
    ``mappings``: all of them, each with how many of its records are ``coupled``."""

    person: User
    setup: ConnectionSetup
    heaps: Sequence[Heap]
    pairs: Mapping[str, int]
    posts: int
    jobs: Mapping[str, int]
    by_name: Sequence[SyncError] = ()
    submitted: int | None = 0
    mappings: Sequence[Any] = ()

    def may(self, right: str) -> bool:
        return self.person.has_perm(right)

    @property
    def conflicts(self) -> int:
        return sum(heap.number for heap in self.heaps if heap.is_conflict)

    @property
    def errors(self) -> int:
        """All that is open but conflicts."""
        return sum(heap.number for heap in self.heaps if not heap.is_conflict)

    @property
    def last_full(self) -> dt.datetime | None:
        """When a full synchronization of a mapping ended last."""
        return max((one.full_synch_at for one in self.mappings if one.full_synch_at), default=None)

    @property
    def most_coupled(self) -> list[Any]:
        """The mappings with the most coupled records; those that people keep on both sides before prices and the like,
        which only follow."""
        some = [one for one in self.mappings if one.coupled]
        return sorted(some, key=lambda one: (one.direction != Direction.BOTH.value, -one.coupled))[:MOST_COUPLED]

    def documents(self, table: str) -> int:
        """How many documents of this table of Sales have an open error."""
        return sum(heap.number for heap in self.heaps if heap.is_document and heap.crm_table == table)

    def documents_to_make(self, table: str) -> int:
        """How many of them are still to be made."""
        return sum(heap.number for heap in self.heaps if heap.is_to_be_made and heap.crm_table == table)


def desk_of(person: User, setup: ConnectionSetup, *, patient: bool = False) -> Desk:
    """Five queries, however much there is; one question to Sales while its orders are not made here by themselves, for
    whose answer there is a moment, or more where somebody is ``patient``."""
    mappings = _tallies()
    pairs = {name: sum(getattr(one, name) for one in mappings) for name in KEPT}
    posts = PendingPost.objects.filter(skipped=True).count()
    heaps = _heaps(person)
    made_by_themselves = setup.order_integration_enabled and setup.auto_create_orders
    is_told = person.has_perm(COUPLE) or person.has_perm(POST_DOCUMENT)
    submitted = submitted_orders(setup, patient=patient) if is_told and not made_by_themselves else 0
    return Desk(person, setup, heaps, pairs, posts, _jobs(), _by_name(heaps), submitted, mappings)


def _tallies() -> list[Any]:
    """The mappings with the numbers that the database keeps of their pairs."""
    same_table = TableMapping.objects.filter(erp_table=OuterRef("erp_table")).exclude(pk=OuterRef("pk"))
    numbers = {name: Coalesce(f"tally__{name}", 0) for name in KEPT}
    return list(TableMapping.objects.annotate(**numbers, shares_table=Exists(same_table)).order_by("position", "name"))


def _heaps(person: User) -> list[Heap]:
    rows = SyncError.objects.open().exclude(code=LEFT_OUT).order_by()
    places = ("code", "mapping__name", "mapping__crm_table", "direction")
    mine = Count("pk", filter=Q(assigned_to=person.pk))
    resting = Count("pk", filter=Q(_rests()))
    return [Heap(*row) for row in rows.values_list(*places).annotate(number=Count("pk"), mine=mine, resting=resting)]


def _by_name(heaps: Sequence[Heap]) -> list[SyncError]:
    """Conflicts, pairs that have lost a record and documents that failed, newest first; none where there are many."""
    named = [heap for heap in heaps if heap.is_conflict or heap.is_broken or heap.is_document]
    number = sum(heap.awake if heap.is_broken else heap.number for heap in named)
    if not 0 < number <= MOST_BY_NAME:
        return []
    documents = Q(mapping__crm_table__in=DOCUMENTS_OF_SALES, direction=Direction.TO_ERP.value)
    broken = Q(code=TwinGone.code) & ~Q(_rests())
    rows = SyncError.objects.open().exclude(code=LEFT_OUT).filter(documents | Q(code=Conflict.code) | broken)
    return list(rows.select_related("mapping"))


def _rests() -> Exists:
    """Is the record of an error skipped?"""
    pairs = TableMapping._meta.get_field("couplings").related_model._default_manager
    return Exists(pairs.filter(RESTS, mapping=OuterRef("mapping"), erp_id=OuterRef("erp_id")))


def _jobs() -> dict[str, int]:
    status = SyncJob.Status
    now = Q(status__in=(status.QUEUED, status.RUNNING, status.APPROVAL))
    lately = Q(status=status.FAILED, queued_at__gte=timezone.now() - DAY)
    return dict(SyncJob.objects.filter(now | lately).order_by().values_list("status").annotate(number=Count("pk")))
