"""Integration Synch. Errors: what failed, grouped by cause with its cure, with its filters and its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponseBase
from django.shortcuts import render

from integration.forms.filters import ErrorFilter
from integration.models import SyncError, User
from integration.models.people.rights import CARE_FOR_ERRORS, SEE_PAGES
from integration.pages.advice import advice, meaning
from integration.sync.problems import Conflict
from integration.sync.run import LEFT_OUT
from integration.views.access import PageRequest
from integration.views.spreadsheet import as_csv

AT_ONCE = 50
OF_A_CAUSE = 5
"""So many errors of each cause are shown before one is chosen."""
COLUMNS = (
    "Time", "Mapping", "Direction", "Record", "Code", "Message", "What to do", "Business Central", "Sales", "Since",
    "Assigned to", "Note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """The errors of one cause: how many there are, and those that are shown. ``query``: how to see all."""

    code: str
    number: int
    query: str
    rows: Sequence[SyncError]

    @property
    def meaning(self) -> str:
        return meaning(self.code)

    @property
    def advice(self) -> str:
        return advice(self.code)

    @property
    def is_conflict(self) -> bool:
        return self.code == Conflict.code

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.number - len(self.rows)


def synch_errors(request: PageRequest) -> HttpResponseBase:
    """``/synch/errors/``: open errors, narrowed by mapping, cause, person, age, text; ``state`` shows closed ones."""
    person = request.user if isinstance(request.user, User) else None
    chosen = ErrorFilter(request.GET, SyncError.objects.exclude(code=LEFT_OUT), person=person)
    if request.GET.get("format") == "csv":
        return as_csv("synch-errors", _rows(chosen.rows))
    shown = _of_one_cause(request, chosen) if chosen.chosen.get("code") else _by_cause(chosen)
    people = people_to_choose() if request.user.has_perm(CARE_FOR_ERRORS) else []
    return render(request, "integration/synch_errors.html", {"filter": chosen, "people": people, **shown})


def people_to_choose() -> QuerySet[User]:
    """Everybody an error can be given to: who is active and may see the page."""
    return User.objects.with_perm(SEE_PAGES, backend="django.contrib.auth.backends.ModelBackend").order_by("username")


def _by_cause(chosen: ErrorFilter) -> dict[str, object]:
    """Every cause with its first few errors; conflicts come first, since only a person ends them, then what is most."""
    rows = chosen.rows
    counted = dict(rows.order_by().values_list("code").annotate(number=Count("pk")))
    place = Window(RowNumber(), partition_by="code", order_by=[F("created_at").desc(), F("pk").desc()])
    first = rows.annotate(place=place).filter(place__lte=OF_A_CAUSE)
    by_code: dict[str, list[SyncError]] = {code: [] for code in counted}
    for error in first.select_related("mapping", "job", "assigned_to"):
        by_code.setdefault(error.code, []).append(error)
    order = sorted(counted, key=lambda code: (code != Conflict.code, -counted[code], code))
    groups = [Group(code, counted[code], chosen.query(code=code), by_code[code]) for code in order]
    return {"causes": groups, "total": sum(counted.values())}


def _of_one_cause(request: PageRequest, chosen: ErrorFilter) -> dict[str, object]:
    rows = chosen.rows.select_related("mapping", "job", "assigned_to")
    page = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    total = page.paginator.count
    group = Group(chosen.chosen["code"], total, "", list(page.object_list))
    return {"causes": [group] if total else [], "total": total, "page": page, "all_query": chosen.query(code="")}


def _rows(found: QuerySet[SyncError]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for error in found.select_related("mapping", "assigned_to").iterator(chunk_size=500):
        row = (
            error.created_at.isoformat(timespec="seconds"), error.mapping.name, error.get_direction_display(),
            error.record_name, error.code, error.message, advice(error.code), error.erp_id or "", error.crm_id or "",
            error.first_at.isoformat(timespec="seconds"), error.assigned_to or "", error.note,
        )  # fmt: skip
        yield [str(cell) for cell in row]
