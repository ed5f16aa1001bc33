"""Integration Synch. Errors: what failed, by cause with its cure, narrowed, and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from integration.forms.filters import ErrorFilter
from integration.models import SyncError, SyncJob, TableMapping, User
from integration.models.people.rights import CARE_FOR_ERRORS, SEE_PAGES
from integration.pages.advice import advice, meaning
from integration.pages.lists.cells import Cell, Column, Width
from integration.pages.lists.described import described
from integration.pages.parts import first_url
from integration.pages.runs.tabs import Cause
from integration.pages.states import Shown, Style
from integration.sync.memory.halves import DECIDED
from integration.sync.problems import Conflict
from integration.sync.run import LEFT_OUT
from integration.systems.values import Side
from integration.templatetags.formats import brief, second
from integration.views.access import PageRequest
from integration.views.stored_lists import EveryRow, Own, StoredList, every_row, stored_list

COLUMNS = (
    "Time", "Mapping", "Direction", "Record", "Code", "Message", "What to do", "Business Central", "Sales", "Since",
    "Assigned to", "Note",
)  # fmt: skip
CARRIED = "Somebody has decided this conflict, and it is being carried."
TABLE = described(
    SyncError,
    {
        "label": "Record", "message": "Message", "created_at": "Time", "first_at": "Since", "closed_at": "Closed",
        "resolved_by": "Resolved by", "note": "Note",
    },
    sortable=("created_at",),
)  # fmt: skip


def synch_errors(request: PageRequest) -> HttpResponseBase:
    """``/synch/errors/``: open errors, narrowed by mapping, cause, person, age, text; ``state`` shows closed ones."""
    chosen = _filter(request.GET, request.user)
    people = people_to_choose() if request.user.has_perm(CARE_FOR_ERRORS) else []
    kind = replace(LIST, own=partial(_own, request))
    return stored_list(request, kind, chosen, selectable=True, causes=_causes(chosen), people=people)


def every_error(asked: QueryDict, user: User | AnonymousUser) -> EveryRow:
    """The errors on all pages of the list, as ``every_row`` answers them."""
    return every_row(LIST, _filter(asked, user), asked, user)


def _filter(asked: QueryDict, user: User | AnonymousUser) -> ErrorFilter:
    rows = SyncError.objects.select_related("mapping", "job", "assigned_to").exclude(code=LEFT_OUT)
    rows = rows.annotate(is_carried=_carried())
    return ErrorFilter(asked, rows, person=user if isinstance(user, User) else None)


def _carried() -> ExpressionWrapper:
    """Has somebody decided this conflict, and is a run on its way with it? Which mappings have one is looked up once:
    looked for at each error, SQLite would read all jobs that its mapping ever had."""
    decided = TableMapping.objects.filter(
        pk=OuterRef("mapping"), couplings__erp_id=OuterRef("erp_id"), couplings__agreed__contains=f'"{DECIDED}"'
    )
    at_work = SyncJob.objects.active().order_by().values("mapping")
    return ExpressionWrapper(Q(Exists(decided), mapping__in=at_work), BooleanField())


def people_to_choose() -> QuerySet[User]:
    """Everybody an error can be given to: who is active and may see the page."""
    return User.objects.with_perm(SEE_PAGES, backend="django.contrib.auth.backends.ModelBackend").order_by("username")


def _causes(chosen: ErrorFilter) -> list[Cause]:
    """Every cause of what the other filters let through; conflicts come first, since only a person ends them, then what
    is most."""
    counted = dict(chosen.without("code").order_by().values_list("code").annotate(number=Count("pk")))
    order = sorted(counted, key=lambda code: (code != Conflict.code, -counted[code], code))
    here = chosen.chosen.get("code", "")
    return [Cause(code, counted[code], chosen.query(code="" if code == here else code), code == here) for code in order]


def _own(request: HttpRequest) -> Sequence[Own]:
    return [
        Own(Column("label", "Record"), lambda error: Cell(error.record_name, title=error.record_name)),
        Own(Column("message", "Message", Width.NAME), partial(_message, request), lambda error: error.message),
        Own(Column("cause", "Cause", Width.TEXT), _cause),
        Own(
            Column("mapping", "Mapping", Width.STATE), lambda error: Cell(error.mapping.name, title=error.mapping.name)
        ),
        Own(Column("direction", "Direction", Width.CHOICE), lambda error: Cell(error.get_direction_display())),
        Own(Column("first_at", "Since", Width.CHOICE), _since),
        Own(Column("assigned_to", "Assigned to", Width.CODE), _assigned),
        Own(Column("state", "State", Width.CODE), _state),
    ]


def _message(request: HttpRequest, error: Any) -> Cell:
    """In one line; unfolded with what to do about it, and what the systems said."""
    shown = {"error": error, "advice": CARRIED if error.is_carried else advice(error.code)}
    return Cell(
        CARRIED if error.is_carried else error.message,
        fold=render_to_string("integration/_error_fold.html", shown, request),
    )


def _cause(error: Any) -> Cell:
    return Cell(meaning(error.code), title=meaning(error.code))


def _since(error: Any) -> Cell:
    return Cell(brief(error.first_at), reverse("synch_job", args=[error.job_id]), second(error.first_at))


def _assigned(error: Any) -> Cell:
    person = error.assigned_to
    text = person.get_full_name() or person.username if person else ""
    return Cell(text, title=text)


def _state(error: Any) -> Cell:
    if not error.closed_at:
        return Cell("Open")
    shown = Shown("Resolved" if error.resolved_by else "Closed", Style.FAVORABLE)
    return Cell(shown.label, state=shown)


def _record(error: Any) -> str:
    """The card of the record that it is about, on the side it comes from; blank without one."""
    side = Side(error.source_side)
    id = getattr(error, f"{side.value}_id")
    return first_url("record", (side.value, error.mapping.table(side), id)) if id else ""


def _hidden(error: Any) -> Sequence[tuple[str, object]]:
    """Whose it was when the page was shown."""
    return [(f"was-{error.pk}", error.assigned_to_id or "")]


def _rows(found: QuerySet[SyncError]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for error in found.order_by("-created_at", "-pk").iterator(chunk_size=500):
        row = (
            error.created_at.isoformat(timespec="seconds"), error.mapping.name, error.get_direction_display(),
            error.record_name, error.code, error.message, advice(error.code), error.erp_id or "", error.crm_id or "",
            error.first_at.isoformat(timespec="seconds"), error.assigned_to or "", error.note,
        )  # fmt: skip
        yield [str(cell) for cell in row]


LIST = StoredList(
    "synch/errors", "Integration Synch. Errors", ("error", "errors"), TABLE, lambda: (), ("-created_at",),
    ("label", "message", "created_at", "first_at", "note"),
    ("label", "message", "mapping", "direction", "first_at", "assigned_to"),
    template="integration/synch_errors.html", url=_record, hidden=_hidden, file_of=_rows,
    nothing="No errors: nothing waits for you here", takes_all=True,
)  # fmt: skip
