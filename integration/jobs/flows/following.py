"""Orders and quotes that somebody wanted, and that wait, are made once what keeps them out has changed: by themselves,
also where they are created only by hand.

10:00  Susan creates ORD-7: account Nova Shop is not coupled
10:25  Nova Shop is coupled, by hand, by a run or by a command
10:25  the scheduler finds that ORD-7 waits for nothing any more, and has a run look at what is open: order 101008

Without a scheduler the next run of SALESORDER-ORDER does it. That run also tries what has failed once, and looks for
what happened in Sales to documents that are here already (``documents/noticing``).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from django.utils import timezone

from integration.business_central.reading.changes import changed_since
from integration.business_central.row_versions import committed_version
from integration.connection.systems import Connected
from integration.documents.afterwards import ABOUT_AFTERWARDS
from integration.documents.noticing.news import mark_news
from integration.documents.orders import Plan
from integration.documents.problems import KNOWN_BEFORE
from integration.documents.reading import outlook
from integration.documents.sources import ORDER, QUOTE, Source
from integration.jobs.create import create
from integration.jobs.flows.reopening import CAUSES, RESTING, failing, reopen, reopen_mended, reopen_waiting
from integration.jobs.open_work import is_open
from integration.mappings.flows import ORDERS, QUOTES, find_mapping
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope

AT_ONCE = 500
"""Documents that rest and are looked at after a pass."""
AGAIN_AFTER = dt.timedelta(minutes=1)
"""Between two runs since a table has changed: not every change of it is that of what keeps a document out."""
SOURCES = {SyncJob.Kind.CREATE_ORDERS: ORDER, SyncJob.Kind.PROCESS_QUOTES: QUOTE}
KINDS = {ORDERS: SyncJob.Kind.CREATE_ORDERS, QUOTES: SyncJob.Kind.PROCESS_QUOTES}
TABLES = sorted({table for tables in CAUSES.values() for table in tables})
Flows = Iterator[tuple[TableMapping, SyncJob.Kind]]


def follow_open(connected: Connected) -> list[SyncJob]:
    """After a pass over orders: have looked at what happened in Sales to documents that are here, and have tried again
    what failed once, what no longer waits, and what rests though a run would find something else by now. Answers the
    runs. Raises a ``ConnectionProblem``."""
    return [_look_at_open(mapping, kind) for mapping, kind in _flows() if _is_to_follow(mapping, kind, connected)]


def _is_to_follow(mapping: TableMapping, kind: SyncJob.Kind, connected: Connected) -> bool:
    source = SOURCES[kind]
    number = reopen(mapping, connected.erp) + _reopen_changed(mapping, source, connected)
    number += mark_news(source, connected.erp, connected.crm, mapping.couplings)
    released = any(True for _ in mapping.couplings.released(Direction.TO_ERP))
    return number > 0 or released or is_open(mapping, Direction.TO_ERP, left=ABOUT_AFTERWARDS)


def _reopen_changed(mapping: TableMapping, source: Source, connected: Connected) -> int:
    """Take those out of their rest that somebody has corrected or deleted in Sales, or what they point to. Answers how
    many."""
    rows = mapping.couplings.filter(**RESTING, state=State.RESERVED.value).order_by("pk")
    resting = list(rows.values_list("erp_id", "crm_id", "seen_crm", "to_erp_code")[:AT_ONCE])
    ids = [crm_id for _, crm_id, _, _ in resting]
    plans = outlook(source, connected.erp, connected.crm, mapping.couplings, connected.context, ids)
    changed = [
        erp_id
        for erp_id, crm_id, version, code in resting
        if crm_id not in plans or _is_news(plans[crm_id], version, code)
    ]
    return int(mapping.couplings.retry(changed)) if changed else 0


def _is_news(planned: Plan, version: str, code: str) -> bool:
    """Is the document another one than the run has refused, or would a run say something else of it?"""
    return planned.source.header.version != version or (code in KNOWN_BEFORE and planned.code != code)


class MendedLook:
    """Looks, with every tick of the scheduler, for documents that nothing keeps out any more: what they waited for is
    coupled, or a table of the company has changed that their failure is about."""

    def __init__(self) -> None:
        self._seen: int | None = None
        self._last: dt.datetime | None = None
        self._tried: dict[int, set[uuid.UUID]] = {}

    def __call__(self) -> list[SyncJob]:
        """The runs over what is open that were started."""
        flows = list(_flows())
        under_way = SyncJob.objects.active().filter(kind__in=[kind for _, kind in flows])
        if not flows or under_way.exists():
            return []
        changed = self._changed()
        mended = [one for one in flows if self._waits_no_more(one[0]) | _is_mended(one[0], changed)]
        if mended and changed:
            self._last = timezone.now()
        return [_look_at_open(mapping, kind) for mapping, kind in mended]

    def _waits_no_more(self, mapping: TableMapping) -> bool:
        """Does a document wait no more of which a run did not know that yet? What a run cannot bring on, since it ended
        with an error, say, is left to the next one behind the pass over orders."""
        before = self._tried.get(mapping.pk, set())
        now = self._tried[mapping.pk] = set(mapping.couplings.released(Direction.TO_ERP))
        return not now <= before

    def _changed(self) -> set[str]:
        """The tables that have changed since the last look."""
        now = timezone.now()
        if self._last is not None and now - self._last < AGAIN_AFTER:
            return set()
        before, self._seen = self._seen, committed_version()
        if before in (None, self._seen):
            return set()
        return {table for table, _ in changed_since([(table, before) for table in TABLES])}


def _flows() -> Flows:
    """The mappings whose documents are made here, as far as that is switched on."""
    setup = ConnectionSetup.current()
    for tables, kind in KINDS.items() if setup.order_integration_enabled else ():
        mapping = find_mapping(tables)
        if mapping is not None and setup.is_on(mapping):
            yield mapping, kind


def _is_mended(mapping: TableMapping, changed: set[str]) -> bool:
    """Also of those that failed once: whoever mends at once what a run has said need not wait for the next one."""
    changed_cause = bool(changed) and any(not changed.isdisjoint(CAUSES[code]) for code in failing(mapping))
    if changed_cause:
        reopen_mended(mapping, changed)
    return reopen_waiting(mapping) > 0 or changed_cause


def _look_at_open(mapping: TableMapping, kind: SyncJob.Kind) -> SyncJob:
    return create(mapping, Direction.TO_ERP, kind=kind, options=Options(scope=Scope.OPEN))
