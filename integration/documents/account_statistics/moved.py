"""Which customers have moved since their statistics were worked out last, and up to where that was looked at.

What moves figures                                                seen by
a posting, a payment, an application, an unapplication            ledger entries changed since the cursor
an order or invoice, or a line of it, changed                     its header changed since the cursor
an order or invoice deleted (also by posting it)                  nobody knows whose it was: customers for whom Sales
                                                                  shows open documents
the credit limit, the name or the number                          the customer changed since the cursor
a due date passed                                                 open entries due from the day of the last run on
another customer pays for an order or invoice now                 the one who did before changed since the cursor; where
                                                                  the system moves no version of theirs, customers with
                                                                  open documents, once a day
a new fiscal year                                                 customers with sales, in the first run of a month
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from integration.documents.account_statistics.plan import OPEN_FIGURES, STATISTICS, TOTAL_SALES
from integration.models.jobs.flows import FlowCursor
from integration.systems.errors import CursorExpired
from integration.systems.filters import EVERYTHING, AllOf, AnyOf, Comparison, Filter, OneOf
from integration.systems.system import System, every
from integration.systems.values import Ref

LEDGER, HEADERS, CUSTOMERS, DETAILS = "cust_ledger_entry", "sales_header", "customer", "detailed_cust_ledg_entry"
OPEN_DOCUMENTS = OneOf("document_type", (1, 2))
NOTHING_YET = Comparison("entry_no", "<", 0)
NAMES = {table: f"statistics/{table}" for table in (LEDGER, HEADERS, CUSTOMERS, DETAILS)}
AT_ONCE = 500


@dataclass(slots=True)
class Feed:
    """What of a table changed since its cursor. ``expired``: nobody knows, so everything may have."""

    ids: set[uuid.UUID] = field(default_factory=set)
    cursor: str = ""
    deleted: bool = False
    expired: bool = False


@dataclass(slots=True)
class Moved:
    """``customers``: those whose figures may have moved; ``None``: all. ``suspects``: rows of Sales with such figures
    may be another's business by now. ``cursors`` and ``day``: how far that is, for :func:`store`."""

    customers: set[uuid.UUID] | None
    suspects: Filter | None
    cursors: Mapping[str, str]
    day: dt.date


def moved(erp: System, day: dt.date) -> Moved:
    """What changed since the last run that was stored; nothing is stored. Raises ``ConnectionProblem``."""
    before = {one.name: one for one in FlowCursor.objects.filter(name__in=NAMES.values())}
    feeds = {
        LEDGER: _feed(erp, LEDGER, "customer_no", before, unread=NOTHING_YET),
        HEADERS: _feed(erp, HEADERS, "bill_to_customer_no", before, OPEN_DOCUMENTS),
        CUSTOMERS: _feed(erp, CUSTOMERS, "", before),
    }
    cursors = {NAMES[table]: feed.cursor for table, feed in feeds.items()}
    last = before[NAMES[LEDGER]].date if NAMES[LEDGER] in before else None
    if last is None or any(feed.expired for feed in feeds.values()):
        return Moved(None, None, cursors, day)
    found = set().union(*(feed.ids for feed in feeds.values()))
    if last != day:
        found |= _due(erp, min(last, day), max(last, day))
    return Moved(found, _suspects(feeds[HEADERS].deleted, last, day), cursors, day)


def _feed(
    erp: System,
    table: str,
    column: str,
    before: Mapping[str, FlowCursor],
    where: Filter = EVERYTHING,
    unread: Filter | None = None,
) -> Feed:
    """The customers of what changed (``column``; blank: the rows are the customers). ``unread``: asked of a table that
    was never read, where only the cursor is of use."""
    stored = before.get(NAMES[table])
    feed = Feed(expired=stored is None)
    since = stored.cursor if stored is not None else None
    columns = [column] if column else []
    try:
        pages = list(erp.changes(table, columns, since, where if stored or unread is None else unread))
    except CursorExpired:
        feed.expired = True
        pages = list(erp.changes(table, columns, None, unread or where))
    for page in pages:
        feed.deleted |= bool(page.deleted)
        feed.cursor = page.cursor or feed.cursor
        for record in page.records:
            owner = record.values.get(column) if column else record.id
            id = owner.id if isinstance(owner, Ref) else owner
            feed.ids |= {id} if isinstance(id, uuid.UUID) else set()
    return feed


def _due(erp: System, first: dt.date, behind: dt.date) -> set[uuid.UUID]:
    """The customers of open entries that fall due in these days."""
    days = (Comparison("due_date", ">=", first), Comparison("due_date", "<", behind))
    open_entries = every(erp, LEDGER, AllOf((Comparison("open", "=", True), *days)), ["customer_no"])
    return {owner.id for entry in open_entries if isinstance(owner := entry.values["customer_no"], Ref)}


def _suspects(deleted: bool, last: dt.date, day: dt.date) -> Filter | None:
    names = OPEN_FIGURES if deleted or last != day else ()
    if (last.year, last.month) != (day.year, day.month):
        names = (*names, TOTAL_SALES)
    return AnyOf(tuple(Comparison(name, "<>", 0) for name in names)) if names else None


def suspected(crm: System, where: Filter) -> set[uuid.UUID]:
    """The ids of the rows of statistics that Sales has with such figures."""
    return {row.id for row in every(crm, STATISTICS, where)}


def store(cursors: Mapping[str, str], day: dt.date | None = None) -> None:
    """Everything up to here is done."""
    for name, cursor in cursors.items():
        FlowCursor.objects.update_or_create(name=name, defaults={"cursor": cursor, "date": day})


# --- invoices whose payment moved ----------------------------------------------------------------------------------


def moved_invoices(
    erp: System, coupled: Callable[[Collection[uuid.UUID]], set[uuid.UUID]], customers: Collection[uuid.UUID] | None
) -> tuple[set[uuid.UUID], str]:
    """(posted invoices whose detailed entries moved since the cursor, the cursor that says so). ``coupled``: which of
    these are in Sales, all of them where none are named. ``customers``: only theirs."""
    stored = FlowCursor.objects.filter(name=NAMES[DETAILS]).first()
    before = {stored.name: stored} if stored is not None else {}
    feed = _feed(erp, DETAILS, "cust_ledger_entry_no", before, unread=NOTHING_YET)
    if feed.expired:
        return _of_customers(erp, coupled(()), customers), feed.cursor
    numbers = {
        str(entry.values["document_no"])
        for entry in _rows(erp, LEDGER, feed.ids, ["document_type", "document_no"])
        if entry.values["document_type"] == 2
    }
    found: set[uuid.UUID] = set()
    for some in _chunks(sorted(numbers)):
        found |= {row.id for row in every(erp, "sales_invoice_header", OneOf("no", tuple(some)))}
    return _of_customers(erp, coupled(found) if found else set(), customers), feed.cursor


def _of_customers(erp: System, ids: set[uuid.UUID], customers: Collection[uuid.UUID] | None) -> set[uuid.UUID]:
    if customers is None or not ids:
        return ids
    wanted = set(customers)
    rows = _rows(erp, "sales_invoice_header", ids, ["bill_to_customer_no"])
    return {
        row.id for row in rows if isinstance(owner := row.values["bill_to_customer_no"], Ref) and owner.id in wanted
    }


def _rows(erp: System, table: str, ids: Collection[uuid.UUID], columns: list[str]) -> Iterator:
    for some in _chunks(sorted(ids)):
        yield from erp.get(table, some, columns).values()


def _chunks(items: list) -> Iterable[list]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))
