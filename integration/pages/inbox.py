"""What waits for a person: each thing with what it is, why, and the one way to go on. Home shows it.

One module says it all, most urgent first, and only what the person who looks may do::

    for one in waiting_for(person, setup): one.title, one.text, one.way, one.url
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse

from integration.models import (
    ConnectionSetup,
    JobQueueEntry,
    PendingPost,
    Preflight,
    SyncError,
    SyncJob,
    TableMapping,
    User,
)
from integration.models.people.rights import APPROVE
from integration.pages.advice import advice, meaning
from integration.pages.parts import first_url
from integration.sync.memory.ledger import Result
from integration.sync.problems import Conflict
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT
from integration.systems.values import is_option_table

SET_UP, COUPLE = "integration.change_connectionsetup", "coupling.change_coupling"
MAP, KEEP_QUEUE = "integration.change_tablemapping", "integration.change_jobqueueentry"
WAYS = {Direction.TO_CRM.value: "BC → Sales", Direction.TO_ERP.value: "Sales → BC"}
BY_NAME = 3
"""So many of one kind are named; of more only the number is said."""
LONGEST = 240
DOCUMENTS = {"salesorder": ("Sales order", "sales_orders"), "quote": ("Sales quote", "sales_quotes")}
"""Tables of Sales whose documents are made here: what one is called, and the list of all."""
OPEN = "?state=all&there=open"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. ``way`` is the caption of a link to ``url``, or of a button where ``presses``; ``look`` is
    where its rows are, where that is another page."""

    title: str
    text: str
    way: str
    url: str
    look: str = ""
    presses: bool = False
    name: str = ""

    @property
    def described(self) -> str:
        """The caption as it is read out: which of several it is, too."""
        return f"{self.way}: {self.name}" if self.name else ""


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
    def is_document(self) -> bool:
        """About an order or quote of Sales of which nothing has become here yet."""
        return self.crm_table in DOCUMENTS and self.direction == Direction.TO_ERP.value

    @property
    def is_option(self) -> bool:
        return is_option_table(self.crm_table)


@dataclass(frozen=True, slots=True)
class Desk:
    """What all kinds are asked about: who looks, and what is open. Read once."""

    person: User
    setup: ConnectionSetup
    heaps: Sequence[Heap]

    def may(self, right: str) -> bool:
        return self.person.has_perm(right)


Kind = Callable[[Desk], Iterator[Waiting]]


def waiting_for(person: User, setup: ConnectionSetup) -> list[Waiting]:
    """All of it, most urgent first."""
    desk = Desk(person, setup, _heaps(person))
    return [one for right, kind in KINDS if not right or desk.may(right) for one in kind(desk)]


def _heaps(person: User) -> list[Heap]:
    rows = SyncError.objects.open().exclude(code=LEFT_OUT).order_by()
    places = ("code", "mapping__name", "mapping__crm_table", "direction")
    mine = Count("pk", filter=Q(assigned_to=person.pk))
    return [Heap(*row) for row in rows.values_list(*places).annotate(number=Count("pk"), mine=mine)]


# --- the connection --------------------------------------------------------------------------------------------------


def _disconnected(desk: Desk) -> Iterator[Waiting]:
    """Broken, not switched off on purpose: nothing runs until somebody mends it."""
    setup = desk.setup
    if not setup.is_enabled and setup.disable_reason:
        yield Waiting("The connection broke and was disabled", setup.disable_reason, "Mend It", reverse("connection"))
    elif setup.is_enabled and setup.last_error:
        text = _short(setup.last_error)
        yield Waiting("The connection has a problem", text, "Test Connection", reverse("connection_test"), presses=True)


def _preflight(desk: Desk) -> Iterator[Waiting]:
    last = Preflight.last()
    if desk.setup.is_enabled and last.errors:
        first = next(one["message"] for one in last.verdicts if one["severity"] == "error")
        title = f"The preflight found {_of(last.errors, 'error')}"
        yield Waiting(title, _short(first), "See What to Mend", reverse("preflight"))


# --- what a person decides -------------------------------------------------------------------------------------------


def _approvals(desk: Desk) -> Iterator[Waiting]:
    jobs = SyncJob.objects.waiting().select_related("mapping")
    for job in jobs[:BY_NAME]:
        address = reverse("synch_job", args=[job.pk])
        title = f"{job.mapping.name}, {WAYS[job.direction]}: waits for approval"
        yield Waiting(title, _short(job.message), "Look and Approve", address, name=job.mapping.name)
    if (number := jobs.count()) > BY_NAME:
        address = reverse("synch_jobs") + "?status=approval"
        yield Waiting(f"{_of(number, 'run')} wait for approval", "", "See All", address)


def _conflicts(desk: Desk) -> Iterator[Waiting]:
    number = sum(heap.number for heap in desk.heaps if heap.code == Conflict.code)
    if number > BY_NAME:
        look = reverse("synch_errors") + f"?code={Conflict.code}"
        title = f"{number} conflicts"
        yield Waiting(title, advice(Conflict.code), "Decide", first_url("home.conflicts"), look)
    elif number:
        for error in SyncError.objects.open().filter(code=Conflict.code).select_related("mapping")[:BY_NAME]:
            title = f"{error.record_name}: {meaning(error.code).lower()}"
            yield Waiting(title, _short(error.message), "Decide", first_url("home.conflicts", error), name=error.label)


def _documents(desk: Desk) -> Iterator[Waiting]:
    """Orders and quotes of Sales that failed, or wait for something."""
    for table, (noun, page) in DOCUMENTS.items():
        number = sum(heap.number for heap in desk.heaps if heap.is_document and heap.crm_table == table)
        if number > BY_NAME:
            address = reverse(page) + OPEN
            yield Waiting(f"{number} {noun}s wait", "Nothing has become of them here yet.", "See Why", address)
        elif number:
            of_table = SyncError.objects.open().filter(mapping__crm_table=table, direction=Direction.TO_ERP.value)
            for error in of_table.exclude(code=LEFT_OUT)[:BY_NAME]:
                address = first_url("record", ("crm", table, error.crm_id)) if error.crm_id else reverse(page) + OPEN
                title, text = f"{noun} {error.record_name}: {meaning(error.code).lower()}", _short(error.message)
                yield Waiting(title, text, "Open It", address, name=error.label)


def _options(desk: Desk) -> Iterator[Waiting]:
    names = sorted({heap.mapping for heap in desk.heaps if heap.is_option})
    for name in names:
        number = sum(heap.number for heap in desk.heaps if heap.mapping == name)
        title = f"{name}: {_of(number, 'option')} without a partner"
        text = "Records that use it keep what the other side has, until both are coupled."
        yield Waiting(title, text, "Couple Them", reverse("options", args=[name]))


# --- what has stopped ------------------------------------------------------------------------------------------------


def _skipped(desk: Desk) -> Iterator[Waiting]:
    rests = Result.SKIPPED.value
    skipped = Q(couplings__to_crm_result=rests) | Q(couplings__to_erp_result=rests)
    if number := TableMapping.objects.filter(skipped).count():
        title = f"{_of(number, 'record')} skipped"
        text = "They failed twice the same way and rest until somebody mends the cause or tries again."
        button, look = first_url("home.retry_skipped"), first_url("skipped")
        yield Waiting(title, text, "Retry All", button, look, presses=True)
    if number := PendingPost.objects.filter(skipped=True).count():
        title, text = f"{_of(number, 'post')} on timelines skipped", "Dynamics 365 Sales refused them twice."
        button, look = first_url("home.retry_posts"), first_url("skipped")
        yield Waiting(title, text, "Retry Posts", button, look, presses=True)


def _stuck(desk: Desk) -> Iterator[Waiting]:
    """Recurring jobs that gave up: nothing of them runs until a person sets them Ready."""
    entries = JobQueueEntry.objects.filter(status=JobQueueEntry.Status.ERROR)
    for entry in entries[:BY_NAME]:
        button = reverse("job_queue_entry", args=[entry.pk, "ready"])
        title, look = f"The recurring job {entry} has stopped", reverse("job_queue") + "?status=error"
        yield Waiting(title, _short(entry.message), "Set Ready", button, look, presses=True, name=entry.name)
    if (number := entries.count()) > BY_NAME:
        address = reverse("job_queue") + "?status=error"
        yield Waiting(f"{number} recurring jobs have stopped", "", "See All", address)


def _mine(desk: Desk) -> Iterator[Waiting]:
    if number := sum(heap.mine for heap in desk.heaps):
        address = reverse("synch_errors") + "?assigned=*me"
        yield Waiting(f"{_of(number, 'error')} assigned to you", "", "See Them", address)


def _others(desk: Desk) -> Iterator[Waiting]:
    """What no other kind has named, as one line."""
    heaps = [one for one in desk.heaps if one.code != Conflict.code and not one.is_document and not one.is_option]
    if number := sum(heap.number for heap in heaps):
        most = max(heaps, key=lambda heap: heap.number)
        text = f"Mostly: {meaning(most.code).lower()}. {advice(most.code)}".strip()
        yield Waiting(f"{_of(number, 'record')} with errors", text, "See Causes", reverse("synch_errors"))


KINDS: Sequence[tuple[str, Kind]] = (
    (SET_UP, _disconnected),
    (APPROVE, _approvals),
    (COUPLE, _conflicts),
    (COUPLE, _documents),
    (KEEP_QUEUE, _stuck),
    (COUPLE, _skipped),
    ("", _mine),
    (SET_UP, _preflight),
    (MAP, _options),
    (COUPLE, _others),
)
"""The right that doing it needs, and what waits of this kind; most urgent first."""


def _of(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
