"""What waits for a person: each thing with what it is, why, and the one way to go on. Home shows it.

One module says it all, most urgent first, and only what the person who looks may do::

    for one in waiting_for(desk_of(person, setup)): one.title, one.text, one.caption, one.url
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from integration.models import JobQueueEntry, Preflight, SyncError, SyncJob
from integration.models.people.rights import APPROVE, POST_DOCUMENT
from integration.pages.advice import advice, meaning_within
from integration.pages.home.desk import COUPLE, DOCUMENTS_OF_SALES, Desk
from integration.pages.home.orders import SHIP, to_ship
from integration.pages.parts import Link, first_url, links
from integration.sync.problems import Conflict, TwinGone
from integration.sync.rules import Direction
from integration.systems.findings import Severity
from integration.systems.formats import current

SET_UP = "integration.change_connectionsetup"
MAP, KEEP_QUEUE = "integration.change_tablemapping", "integration.change_jobqueueentry"
WAYS = {Direction.TO_CRM.value: "BC → Sales", Direction.TO_ERP.value: "Sales → BC"}
BY_NAME = 3
"""So many of one kind are named; of more only the number is said."""
LONGEST = 240
NOT_YET = ("not-set-up", "disabled")
"""Findings about a connection that nobody has enabled."""
OPEN = "?state=all&there=open"
ORDERS_OFF = "Sales order integration is off, so no order becomes one of Business Central."


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. ``caption`` is that of a link to ``url``, or of a button where ``presses``; ``look`` is
    where its rows are, where that is another page. ``ways``: the buttons, where a person chooses between several, about
    the error ``only``."""

    title: str
    text: str
    caption: str
    url: str
    look: str = ""
    presses: bool = False
    name: str = ""
    ways: Sequence[Link] = ()
    only: int = 0

    @property
    def described(self) -> str:
        """The caption as it is read out: which of several it is, too."""
        return f"{self.caption}: {self.name}" if self.name else ""


Kind = Callable[[Desk], Iterator[Waiting]]


def waiting_for(desk: Desk) -> list[Waiting]:
    """All of it, most urgent first."""
    return [one for right, kind in KINDS if not right or desk.may(right) for one in kind(desk)]


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
    """What keeps things from working. That nobody has set up the connection yet is said by the first steps."""
    wrong = [one for one in Preflight.last().verdicts if one["severity"] == Severity.ERROR]
    if not desk.setup.is_enabled:
        wrong = [one for one in wrong if one["code"] not in NOT_YET]
    if wrong:
        title = f"The preflight found {_of(len(wrong), 'error')}"
        yield Waiting(title, _short(wrong[0]["message"]), "See What to Mend", reverse("preflight"))


# --- what a person decides -------------------------------------------------------------------------------------------


def _approvals(desk: Desk) -> Iterator[Waiting]:
    number = desk.jobs.get(SyncJob.Status.APPROVAL, 0)
    for job in SyncJob.objects.waiting().select_related("mapping")[:BY_NAME] if number else ():
        address = reverse("synch_job", args=[job.pk])
        title = f"{job.mapping.name}, {WAYS[job.direction]}: waits for approval"
        yield Waiting(title, _short(job.message), "Look and Approve", address, name=job.mapping.name)
    if number > BY_NAME:
        yield Waiting(f"{number} runs wait for approval", "", "See All", reverse("synch_jobs") + "?status=approval")


def _conflicts(desk: Desk) -> Iterator[Waiting]:
    number = desk.conflicts
    if number > BY_NAME or (number and not desk.by_name):
        look = reverse("synch_errors") + f"?code={Conflict.code}"
        title = _of(number, "conflict")
        yield Waiting(title, advice(Conflict.code), "Decide", first_url("home.conflicts"), look)
    elif number:
        for error in (one for one in desk.by_name if one.code == Conflict.code):
            title = f"{error.record_name}: {meaning_within(error.code)}"
            yield Waiting(title, _short(error.message), "Decide", first_url("home.conflicts", error), name=error.label)


def _broken(desk: Desk) -> Iterator[Waiting]:
    """Pairs that have lost a record; those that rest are counted as skipped."""
    number = sum(heap.awake for heap in desk.heaps if heap.is_broken)
    look = f"{reverse('synch_errors')}?code={TwinGone.code}"
    if number > BY_NAME or (number and not desk.by_name):
        yield Waiting(f"{_of(number, 'record')} with a deleted partner", advice(TwinGone.code), "Decide", look)
    elif number:
        for error in (one for one in desk.by_name if one.code == TwinGone.code):
            title = f"{error.record_name}: {meaning_within(error.code)}"
            ways = links("error.mending", error, desk.person)
            yield Waiting(title, advice(error.code), "Decide", look, look, ways=ways, only=error.pk)


def _documents(desk: Desk) -> Iterator[Waiting]:
    """Orders and quotes of Sales that failed, or wait for something."""
    for table, (noun, page) in DOCUMENTS_OF_SALES.items():
        number = desk.documents(table)
        if number > BY_NAME or (number and not desk.by_name):
            here = number - desk.documents_to_make(table)
            since = f"{here} {'is' if here == 1 else 'are'} here already: changed, canceled or deleted in Sales since."
            text = since if here else "Nothing has become of them here yet."
            yield Waiting(f"{_of(number, noun)} waiting", text, "See Why", _errors_of(desk, table, page))
        elif number:
            for error in (one for one in desk.by_name if _is_of(one, table)):
                title = f"{noun} {error.record_name}: {meaning_within(error.code)}"
                text = (
                    f"A run looked at {current().brief(timezone.localtime(error.created_at))}: {_short(error.message)}"
                )
                yield Waiting(title, text, "Open It", _there_is(error, page), name=error.label)


def _errors_of(desk: Desk, table: str, page: str) -> str:
    """The list of Sales has no documents that were deleted there."""
    gone = any(heap.code == TwinGone.code for heap in desk.heaps if heap.is_document and heap.crm_table == table)
    return reverse("synch_errors") if gone else reverse(page) + OPEN


def _there_is(error: SyncError, page: str) -> str:
    """The document as it is to be looked at: of one that was deleted in Sales, what became of it here."""
    if error.code == TwinGone.code:
        return first_url("record", ("erp", error.mapping.erp_table, error.erp_id))
    return first_url("record", ("crm", error.mapping.crm_table, error.crm_id)) if error.crm_id else reverse(page) + OPEN


def _orders_off(desk: Desk) -> Iterator[Waiting]:
    """Orders that nobody makes anything of, since that is switched off."""
    if not desk.submitted or desk.setup.order_integration_enabled:
        return
    number, look = desk.submitted, reverse("sales_orders")
    title = f"{_of(number, 'submitted Sales order')} {'waits' if number == 1 else 'wait'} in Dynamics 365 Sales"
    if not desk.may(SET_UP):
        yield Waiting(title, f"{ORDERS_OFF} Who administers Connection Setup switches it on.", "See Them", look)
        return
    text = f"{ORDERS_OFF} An administrator of Sales signs in once to switch it on."
    switch = f"{first_url('connection.orders', desk.setup)}&back={reverse('home')}"
    yield Waiting(title, text, "Switch It On", switch, look)


def _orders(desk: Desk) -> Iterator[Waiting]:
    """Orders that wait for whoever carries them out, or makes them of those of Sales."""
    new = (desk.submitted or 0) - desk.documents_to_make("salesorder") if desk.setup.order_integration_enabled else 0
    look = reverse("sales_orders")
    if new > 0 and (desk.may(COUPLE) or desk.may(POST_DOCUMENT)):
        title = f"{_of(new, 'submitted Sales order')} to create in Business Central"
        who = "Who may couple records creates them, as an Integrator may."
        text = "Select those to create in the list." if desk.may(COUPLE) else who
        yield Waiting(title, text, "See Them", look, look)
    for one in to_ship(BY_NAME) if desk.may(POST_DOCUMENT) else ():
        if one.many:
            yield Waiting(f"{_of(one.many, 'released order')} to ship", "", "See Them", one.url)
        else:
            yield Waiting(f"{one.name} is released: ship it", one.customer, SHIP.label, one.url, name=one.name)


def _is_of(error: SyncError, table: str) -> bool:
    return error.mapping.crm_table == table and error.direction == Direction.TO_ERP.value


def _options(desk: Desk) -> Iterator[Waiting]:
    names = sorted({heap.mapping for heap in desk.heaps if heap.is_option})
    for name in names:
        number = sum(heap.number for heap in desk.heaps if heap.mapping == name)
        title = f"{name}: {_of(number, 'option')} without a partner"
        text = "Records that use it keep what the other side has, until both are coupled."
        yield Waiting(title, text, "Couple Them", reverse("options", args=[name]))


# --- what has stopped ------------------------------------------------------------------------------------------------


def _skipped(desk: Desk) -> Iterator[Waiting]:
    """Without orders and quotes, which are named among those that wait."""
    look = first_url("skipped")
    named = sum(heap.resting for heap in desk.heaps if heap.is_document)
    if (number := desk.pairs["resting"] - named) > 0:
        title = f"{_of(number, 'record')} skipped"
        text = "They failed twice the same way and rest until somebody mends the cause or tries again."
        yield Waiting(title, text, "Retry All", first_url("home.retry_skipped"), look, presses=True)
    if desk.posts:
        title, text = f"{_of(desk.posts, 'post')} on timelines skipped", "Dynamics 365 Sales refused them twice."
        yield Waiting(title, text, "Retry Posts", first_url("home.retry_posts"), look, presses=True)


def _stuck(desk: Desk) -> Iterator[Waiting]:
    """Recurring jobs that gave up: nothing of them runs until a person sets them Ready."""
    look = reverse("job_queue") + "?status=error"
    entries = list(JobQueueEntry.objects.filter(status=JobQueueEntry.Status.ERROR)[: BY_NAME + 1])
    for entry in entries[:BY_NAME]:
        button, title = reverse("job_queue_entry", args=[entry.pk, "ready"]), f"The recurring job {entry} has stopped"
        yield Waiting(title, _short(entry.message), "Set Ready", button, look, presses=True, name=entry.name)
    if len(entries) > BY_NAME:
        yield Waiting("More recurring jobs have stopped", "", "See All", look)


def _mine(desk: Desk) -> Iterator[Waiting]:
    if number := sum(heap.mine for heap in desk.heaps):
        address = reverse("synch_errors") + "?assigned=*me"
        yield Waiting(f"{_of(number, 'error')} assigned to you", "", "See Them", address)


def _others(desk: Desk) -> Iterator[Waiting]:
    """What no other kind has named, as one line; skipped records have theirs."""
    heaps = [one for one in desk.heaps if one.is_of_many]
    if number := sum(heap.awake for heap in heaps):
        most = max(heaps, key=lambda heap: heap.awake)
        text = f"Mostly: {meaning_within(most.code)}. {advice(most.code)}".strip()
        yield Waiting(f"{_of(number, 'record')} with errors", text, "See Causes", reverse("synch_errors"))


KINDS: Sequence[tuple[str, Kind]] = (
    (SET_UP, _disconnected),
    (APPROVE, _approvals),
    (COUPLE, _conflicts),
    (COUPLE, _broken),
    (COUPLE, _documents),
    (COUPLE, _orders_off),
    ("", _orders),
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
