"""The rows of a job page: what became of each record, by outcome, page by page behind a key."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from integration.models import RecordChange, SyncError, SyncJob, TableMapping
from integration.pages.advice import advice, meaning
from integration.pages.runs.captions import Captions, FieldChange, is_id, names_in, references
from integration.pages.runs.families import changes_of, counted
from integration.pages.runs.titles import SHORT_WAYS, names_here
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT
from integration.systems.values import Side

AT_ONCE = 50
FAILED, LEFT = "failed", "left-out"
SKIPPED = "skipped"
NAMELESS = "(name not known)"
LABELS = {
    FAILED: "Failed",
    "inserted": "Inserted",
    "modified": "Modified",
    "coupled": "Coupled",
    "uncoupled": "Uncoupled",
    "deleted": "Deleted",
    LEFT: "Left out",
    SKIPPED: "Skipped",
    "unchanged": "Unchanged",
}
"""The tabs of a job page in their order."""
NOT_ONE_BY_ONE = "Nothing differed in these records, so nothing about them is kept one by one."


@dataclass(frozen=True, slots=True)
class Row:
    """One record and what one run did with it. ``erp_id`` and ``crm_id``: where its cards are, if they are there."""

    name: str
    what: str
    way: str
    mapping: TableMapping
    job_id: uuid.UUID
    at: dt.datetime
    erp_id: uuid.UUID | None
    crm_id: uuid.UUID | None
    fields: Sequence[FieldChange] = ()
    reason: str = ""
    error: SyncError | None = None
    is_new: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One outcome with the number of its records."""

    key: str
    label: str
    number: int
    query: str
    here: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """How many records of a run failed for one cause, and what to do about it."""

    code: str
    number: int
    query: str
    here: bool

    @property
    def meaning(self) -> str:
        return meaning(self.code)

    @property
    def advice(self) -> str:
        return advice(self.code)


def _text(typed: str) -> str:
    """What a database takes: PostgreSQL refuses a NUL, wherever it is asked for."""
    return typed.replace("\x00", "").strip()


@dataclass(slots=True)
class Asked:
    """What the address asks for: the tab, the cause, a text, and behind which row the page begins."""

    show: str = ""
    code: str = ""
    q: str = ""
    before: int = 0
    first: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Whatever is not understood counts as not asked for."""
        show = query.get("show", "")
        return cls(
            show if show in LABELS else "",
            _text(query.get("code", ""))[:60],
            _text(query.get("q", ""))[:100],
            _number(query.get("before", "")),
            max(1, _number(query.get("from", ""))),
        )

    def query(self, **changed: object) -> str:
        """The address with these values instead; of another tab or cause its first page."""
        values = {"show": self.show, "code": self.code, "q": self.q, **changed}
        return urlencode({name: value for name, value in values.items() if value})


@dataclass(slots=True)
class Shown:
    """One page of rows of a run, or of the passes that belong together."""

    tabs: list[Tab] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    show: str = ""
    first: int = 1
    number: int = 0
    next_query: str = ""
    first_query: str = ""
    note: str = ""

    @property
    def label(self) -> str:
        return LABELS.get(self.show, "")

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def cause(self) -> Cause | None:
        return next((one for one in self.causes if one.here), None)


def shown(passes: Sequence[SyncJob], asked: Asked) -> Shown:
    """The tabs of these passes, and the rows of the one that is asked for, else of the first that has any."""
    numbers = numbers_of(passes)
    asked.show = _tab(asked.show, numbers)
    there = [key for key in LABELS if numbers.get(key) or key == asked.show]
    tabs = [
        Tab(key, LABELS[key], numbers.get(key, 0), asked.query(show=key, code="", q=""), key == asked.show)
        for key in there
    ]
    page = Shown(tabs, show=asked.show, number=numbers.get(asked.show, 0), first=asked.first)
    if asked.show == FAILED:
        page.causes = causes(passes, asked)
    if not asked.show:
        return page
    found = list(_narrowed(_rows_of(passes, asked), asked)[: AT_ONCE + 1])
    page.rows = list(rows(found[:AT_ONCE]))
    if len(found) > AT_ONCE:
        behind = {"before": found[AT_ONCE - 1].pk, "from": asked.first + AT_ONCE}
        page.next_query = asked.query(**behind)
    page.first_query = asked.query() if asked.before else ""
    if not page.rows and asked.show == "unchanged" and not asked.q:
        page.note = NOT_ONE_BY_ONE
    return page


def _tab(wanted: str, numbers: Mapping[str, int]) -> str:
    """The tab that is shown: of the two kinds of skipped records the one that there is."""
    if wanted in (SKIPPED, LEFT) and not numbers.get(wanted):
        wanted = next((key for key in (LEFT, SKIPPED) if numbers.get(key)), wanted)
    return wanted or next((key for key in LABELS if numbers.get(key)), "")


def numbers_of(passes: Sequence[SyncJob]) -> dict[str, int]:
    """Tab -> its number: the counters, but for what was skipped, which is left out by a rule or rests."""
    numbers = counted(passes)
    if numbers[SKIPPED] or numbers[FAILED]:
        left_out = SyncError.objects.filter(job__in=passes, code=LEFT_OUT).count()
        numbers[LEFT] = left_out
        numbers[SKIPPED] = max(0, numbers[SKIPPED] - left_out)
    return numbers


def causes(passes: Sequence[SyncJob], asked: Asked) -> list[Cause]:
    """The errors of these passes by cause, the most frequent first."""
    errors = _errors(passes).order_by().values_list("code").annotate(number=Count("pk")).order_by("-number", "code")
    return [Cause(code, number, asked.query(code=code, q=""), code == asked.code) for code, number in errors]


def exported(passes: Sequence[SyncJob], asked: Asked) -> Iterator[list[str]]:
    """What the tab shows as lines of a file, one a field; of no tab, everything but what was unchanged."""
    yield ["Time", "Mapping", "Direction", "What was done", "Record", "Field", "Old value", "New value", "Reason"]
    keys = [asked.show] if asked.show else [key for key in LABELS if key not in (SKIPPED, "unchanged")]
    for key in keys:
        chosen = Asked(show=key, code=asked.code, q=asked.q)
        last = 0
        while found := list(_narrowed(_rows_of(passes, chosen), Asked(key, asked.code, asked.q, last))[:500]):
            for row in rows(found):
                yield from lines(row)
            last = found[-1].pk


def lines(row: Row) -> Iterator[list[str]]:
    """A row as lines of a file: one a field, and one where there is none."""
    head = [row.at.isoformat(timespec="seconds"), row.mapping.name, row.way, row.what, row.name]
    for one in row.fields or [FieldChange("", "", "", "")]:
        yield [*head, one.label, one.old, one.new, row.reason]


def rows(found: Sequence[Any]) -> Iterator[Row]:
    """Rows of the history and of the error log as a page shows them; their mappings and jobs are read along."""
    captions, changes = Captions(), [one for one in found if isinstance(one, RecordChange)]
    names = names_in((one.fields for one in changes), (id for one in changes for id in _referred_to(one)))
    here = _names_of(found)
    for one in found:
        name = here.get(one.erp_id, "") or _label(one) or names.get(str(one.erp_id), "") or NAMELESS
        yield of_error(one, name) if isinstance(one, SyncError) else of_change(one, name, captions, names)


def _referred_to(change: RecordChange) -> list[str]:
    return references((change.exact or {}).values())


def of_error(error: SyncError, name: str) -> Row:
    what = "Left out" if error.code == LEFT_OUT else meaning(error.code)
    way = SHORT_WAYS[Direction(error.direction)]
    ids = error.erp_id, error.crm_id
    at, reason = error.created_at, error.message
    return Row(name, what, way, error.mapping, error.job_id, at, *ids, reason=reason, error=error, by=_by(error.job))


def of_change(change: RecordChange, name: str, captions: Captions, names: dict[str, str]) -> Row:
    job = change.job
    direction = Direction(job.direction)
    side = Side(change.side) if change.side else direction.destination if direction is not Direction.BOTH else Side.CRM
    fields = captions.changes(job.mapping, side, change.fields, names, change.exact)
    is_there = change.action != RecordChange.Action.DELETED
    erp_id, crm_id = (change.erp_id, change.crm_id) if is_there else (None, None)
    way, what = SHORT_WAYS[direction], change.get_action_display()
    at, is_new = change.created_at, change.action == RecordChange.Action.INSERTED
    place = (job.mapping, job.pk, at, erp_id, crm_id)
    return Row(name, what, way, *place, fields, change.reason, is_new=is_new, by=_by(job))


def _by(job: SyncJob) -> str:
    """Who started the run."""
    return str(job.started_by) if job.started_by else "Scheduler"


def _label(row: Any) -> str:
    """The name the row keeps; an id is none."""
    return "" if is_id(row.label) else str(row.label)


def _rows_of(passes: Sequence[SyncJob], asked: Asked) -> QuerySet[Any]:
    if asked.show == FAILED:
        found: QuerySet[Any] = _errors(passes).filter(code=asked.code) if asked.code else _errors(passes)
        return found.select_related("mapping", "job__started_by")
    if asked.show in (LEFT, SKIPPED):
        wanted = SyncError.objects.filter(job__in=passes, code=LEFT_OUT)
        return (wanted if asked.show == LEFT else wanted.none()).select_related("mapping", "job__started_by")
    return changes_of(passes).filter(action=asked.show).select_related("job__mapping", "job__started_by")


def _narrowed(found: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Newest first, behind a row, with a text in it."""
    if asked.q:
        reason = "message" if found.model is SyncError else "reason"
        found = found.filter(Q(label__icontains=asked.q) | Q(**{f"{reason}__icontains": asked.q}))
    return (found.filter(pk__lt=asked.before) if asked.before else found).order_by("-pk")


def _errors(passes: Sequence[SyncJob]) -> QuerySet[SyncError]:
    return SyncError.objects.filter(job__in=passes).exclude(code=LEFT_OUT)


def _names_of(found: Sequence[Any]) -> dict[Any, str]:
    """As Business Central calls the records, by number and name, where it still has them."""
    tables: dict[str, set[uuid.UUID]] = {}
    for one in found:
        mapping = one.mapping if isinstance(one, SyncError) else one.job.mapping
        if one.erp_id is not None:
            tables.setdefault(mapping.erp_table, set()).add(one.erp_id)
    return {id: name for table, ids in tables.items() for id, name in names_here(table, ids).items()}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
