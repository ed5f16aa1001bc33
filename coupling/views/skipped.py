"""Skipped Records (``/synch/skipped/``, Coupled Data Synchronization Errors) with all that can be done about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from coupling import commands
from coupling.commands import repair
from coupling.filters import SkippedFilter
from coupling.models import Coupling, CouplingError
from coupling.pages.skipped import look_up
from coupling.views.access import back, may_couple, person, show, show_problem
from coupling.views.parts import Parts
from integration.models import PendingPost, SyncJob, TableMapping
from integration.pages.lists.cells import Cell, Column, Width
from integration.pages.lists.described import described
from integration.pages.lists.every import EVERY, FIRST_ONLY, NotThisListError, query_of
from integration.sync.memory.ledger import Pair
from integration.systems.errors import Problem
from integration.views.access import given
from integration.views.questions import asks, is_answered
from integration.views.stored_lists import Own, StoredList, every_row, stored_list

Pairs = dict[TableMapping, list[Pair]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before something is done; ``name`` is what Yes sends, blank where a choice is sent instead."""

    title: str
    text: str
    danger: bool = False
    name: str = "confirmed"


QUESTIONS = {
    "synchronize": Question("Synchronize", "Send and Get overwrite what the other side holds.", name=""),
    "delete": Question(
        "Delete Records",
        "Where one record of a pair was deleted, the other one will be deleted, too, for good. "
        "Pairs of which both records exist are left alone.",
        danger=True,
    ),
    "uncouple": Question(
        "Delete Couplings",
        "The couplings and what is known about the last synchronization will be deleted. The records that exist stay.",
        danger=True,
    ),
    "find-deleted": Question(
        "Find for Deleted",
        "All coupled records are looked up on both sides, mapping by mapping, in the background. "
        "Pairs that have lost a record appear in this list.",
    ),
}


TABLE = described(Coupling, {"changed_at": "Changed"}, {"failed_on": "Failed On"})
LIST = StoredList(
    "synch/skipped", "Skipped Records", ("skipped record", "skipped records"), TABLE, lambda: (),
    ("-failed_on", "-changed_at"), ("failed_on",), template="coupling/skipped.html", prepared=look_up,
    url=lambda row: row.line.url, nothing="Nothing is skipped", takes_all=True,
)  # fmt: skip


def synch_skipped(request: HttpRequest) -> HttpResponseBase:
    """``/synch/skipped/``: records that rest because they failed twice the same way; what failed last comes first. With
    ``?state=undone`` those that are left out since the run that had made them was undone."""
    chosen = SkippedFilter(request.GET)
    resting = PendingPost.objects.none() if chosen.of_undone else PendingPost.objects.filter(skipped=True)
    return stored_list(request, _kind(request, chosen), chosen, selectable=True, posts=resting)


def _kind(request: HttpRequest, chosen: SkippedFilter) -> StoredList:
    if not chosen.of_undone:
        return replace(LIST, own=partial(_own, request))
    own = partial(_own, request, why="Reason", when="Left Out On")
    return replace(LIST, own=own, nouns=("record left out", "records left out"), nothing="Nothing is left out")


def _own(request: HttpRequest, *, why: str = "Error", when: str = "Failed On") -> Sequence[Own]:
    return [
        Own(Column("erp", "Description", Width.TEXT), lambda row: Cell(row.line.label, title=row.line.label)),
        Own(Column("error", why, Width.NAME), partial(_error, request), lambda row: row.line.message),
        Own(Column("table", "Table", Width.STATE), lambda row: Cell(row.mapping.name, title=row.mapping.name)),
        Own(Column("erp_exists", "Exists in BC", Width.COUNT), lambda row: Cell(row.line.erp.answer)),
        Own(Column("crm", "Coupled To", Width.TEXT), lambda row: row.line.coupled_to),
        Own(Column("crm_exists", "Exists in Sales", Width.COUNT), lambda row: Cell(row.line.crm.answer)),
        Own(Column("failed_on", when, Width.CHOICE, "failed_on"), lambda row: row.line.failed_on),
    ]


def _error(request: HttpRequest, row: Any) -> Cell:
    """In one line; unfolded with what to do about it."""
    if row.line.error is None:
        return Cell(row.line.message, title=row.line.message)
    return Cell(row.line.message, fold=render_to_string("coupling/_skipped_fold.html", {"line": row.line}, request))


def _retry(request: HttpRequest) -> HttpResponse:
    return _retried(request, repair.retry(_pairs(request), person(request)))


def _retry_all(request: HttpRequest) -> HttpResponse:
    return _retried(request, repair.retry_all(person(request)))


def _retry_posts(request: HttpRequest) -> HttpResponse:
    number = commands.retry_posts(person(request))
    messages.success(request, f"{number} post{'s are' if number != 1 else ' is'} being tried again.")
    return redirect("synch_skipped")


def _make_again(request: HttpRequest) -> HttpResponse:
    return _retried(request, repair.retry(_pairs(request), person(request)), "made again")


def _retried(request: HttpRequest, number: int, what: str = "tried again") -> HttpResponse:
    messages.success(request, f"{number} record{'s are' if number != 1 else ' is'} being {what}.")
    return back(request) if "back" in request.POST else redirect("synch_skipped")


def _find_deleted(request: HttpRequest) -> HttpResponse:
    if not is_answered(request):
        return _ask(request, "find-deleted")
    return show(repair.find_deleted(person(request)))


def _synchronize(request: HttpRequest) -> HttpResponse:
    pairs, way = _pairs(request), request.POST.get("way", "")
    if not is_answered(request, "way"):
        offered = dict.fromkeys(way for mapping in pairs for way in commands.ways(mapping))
        return _ask(request, "synchronize", pairs, ways=list(offered))
    return _started(request, repair.let_win(pairs, way, person(request)))


def _restore(request: HttpRequest) -> HttpResponse:
    return _started(request, repair.restore(_pairs(request), person(request)))


def _delete(request: HttpRequest) -> HttpResponse:
    pairs = _pairs(request)
    if not is_answered(request):
        return _ask(request, "delete", pairs)
    return _started(request, repair.delete_rest(pairs, person(request)))


def _uncouple(request: HttpRequest) -> HttpResponse:
    pairs = _pairs(request)
    if not is_answered(request):
        return _ask(request, "uncouple", pairs)
    parts: Parts[SyncJob | int] = Parts()
    for mapping, chosen in pairs.items():
        parts.do(mapping, len(chosen), partial(commands.uncouple, mapping, chosen, person(request)))
    if any(isinstance(one, int) for one in parts.done):
        messages.success(request, "The couplings are deleted; the records stay.")
    return _started(request, ([one for one in parts.done if isinstance(one, SyncJob)], []), parts)


def _started(
    request: HttpRequest, done: tuple[list[SyncJob], list[str]], parts: Parts[SyncJob | int] | None = None
) -> HttpResponse:
    """The jobs, after a word about each part that was left out."""
    started, left_out = done
    parts = parts or Parts()
    parts.done += started
    for reason in left_out:
        parts.leave(reason)
    parts.say(request)
    return show(started) if started else redirect("synch_skipped")


def _ask(
    request: HttpRequest, action: str, pairs: Pairs | None = None, ways: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    number = None if pairs is None else sum(map(len, pairs.values()))
    context = {"action": action, "question": QUESTIONS[action], "ways": ways, "number": number}
    return render(request, "coupling/skipped_ask.html", context | {"selected": _chosen(request) if pairs else ()})


def _pairs(request: HttpRequest) -> Pairs:
    """Raises ``CouplingError`` where nothing is chosen."""
    return repair.pairs_of_rows(_chosen(request))


def _chosen(request: HttpRequest) -> list[int]:
    """The rows that were ticked, or those on all pages of the list as it is now. Raises ``CouplingError``."""
    if EVERY not in given(request):
        return [int(id) for id in given(request).getlist("selected") if id.isdecimal() and len(id) < 19]
    try:
        asked = query_of(given(request), reverse("synch_skipped"))
    except NotThisListError as other:
        raise CouplingError(str(other)) from other
    chosen = SkippedFilter(asked)
    rows = every_row(_kind(request, chosen), chosen, asked, request.user)
    if not rows.are_all:
        messages.warning(request, FIRST_ONLY)
    return rows.ids


ACTS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "retry": _retry,
    "retry-all": _retry_all,
    "make-again": _make_again,
    "retry-posts": _retry_posts,
    "find-deleted": _find_deleted,
    "synchronize": _synchronize,
    "restore": _restore,
    "delete": _delete,
    "uncouple": _uncouple,
}


@may_couple
@asks({"delete": "confirmed", "uncouple": "confirmed", "find-deleted": "confirmed", "synchronize": "way"})
def skipped_action(request: HttpRequest, action: str) -> HttpResponse:
    """Do it with the chosen records. What cannot be undone, or overwrites, asks first."""
    if action not in ACTS:
        raise Http404
    try:
        return ACTS[action](request)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return redirect("synch_skipped")
