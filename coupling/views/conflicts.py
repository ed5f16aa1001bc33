"""``/synch/conflicts/``: open conflicts, decided on one page, each for itself or all of the chosen alike."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from coupling.commands.decide_conflicts import Decision, decide_all
from coupling.models import CouplingError
from coupling.pages.conflicts import conflicts_of
from coupling.views.access import may_couple, person, show_problem
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.problems import Conflict
from integration.systems.errors import Problem
from integration.systems.values import Side
from integration.systems.wording import sentence
from integration.views.running.error_inbox import named

AT_ONCE = 25
SIDES = {side.value: side for side in Side}
INCOMPLETE = "Choose a value for every field that is listed."
NOTHING = "Nothing was chosen, so nothing was decided."
NOT_OPEN = "Each was decided, or ended by itself, meanwhile."


@require_http_methods(["GET", "POST"])
@may_couple
def conflicts(request: HttpRequest) -> HttpResponse:
    """``?error=…`` shows these alone. POST carries the sides that were chosen field by field, or ``all`` for every
    field of the ticked ones."""
    if request.method == "POST":
        return _decided(request)
    rows = SyncError.objects.open().filter(code=Conflict.code).select_related("mapping")
    asked = [int(id) for id in request.GET.getlist("error") if id.isdecimal() and len(id) < 19]
    page = Paginator(rows.filter(pk__in=asked) if asked else rows, AT_ONCE).get_page(request.GET.get("page"))
    shown, silent = conflicts_of(list(page.object_list))
    context = {"conflicts": shown, "page": page, "silent": silent, "chosen": bool(asked)}
    return render(request, "coupling/conflicts.html", context)


def _decided(request: HttpRequest) -> HttpResponse:
    """Every chosen one is decided, or it is said why not."""
    given = request.POST
    ids = [int(id) for id in given.getlist("shown") if id.isdecimal() and len(id) < 19]
    rows = SyncError.objects.open().filter(pk__in=ids, code=Conflict.code).select_related("mapping")
    wanted, left = _wanted(given, list(rows))
    names = {(mapping.name, one.erp_id): name for mapping, these in wanted.items() for one, name in these}
    started: list[SyncJob] = []
    done: list[str] = []
    for mapping, these in wanted.items():
        try:
            job, refused = decide_all(mapping, [one for one, _ in these], person(request))
        except (CouplingError, Problem) as problem:
            show_problem(request, problem)
            continue
        started += [job] if job else []
        left += [(names[mapping.name, id], reason) for id, reason in refused.items()]
        done += [name for one, name in these if one.erp_id not in refused]
    if over := len(set(ids)) - len(rows):
        are = "is" if over == 1 else "are"
        messages.info(request, f"{over} of the conflicts shown {are} not open any more. {NOT_OPEN}")
    _say(request, done, left, started)
    return redirect(request.get_full_path() if left or (rows and not done) else "synch_errors")


def _wanted(
    given: QueryDict, errors: Sequence[SyncError]
) -> tuple[dict[TableMapping, list[tuple[Decision, str]]], list[tuple[str, str]]]:
    """Decisions by mapping, each with the record's name; then those that lack an answer, with the reason. A side that
    wins in all that is ticked wins where nothing is chosen; what the next run would carry anyway is chosen already."""
    winner = SIDES.get(given.get("all", ""))
    ticked = set(given.getlist("selected"))
    wanted: dict[TableMapping, list[tuple[Decision, str]]] = {}
    left: list[tuple[str, str]] = []
    for error in errors:
        keys = given.getlist(f"keys-{error.pk}")
        erp_id = _uuid(given.get(f"erp-{error.pk}", ""))
        if not keys or erp_id is None or (winner is not None and str(error.pk) not in ticked):
            continue
        answers = {key: SIDES.get(given.get(f"field-{error.pk}-{key}", "")) or winner for key in keys}
        winners = {key: side for key, side in answers.items() if side is not None}
        if len(winners) < len(keys):
            begun = {f"{key}={side}" for key, side in winners.items()} - set(given.getlist(f"begins-{error.pk}"))
            left += [(error.record_name, INCOMPLETE)] if begun else []
            continue
        seen = (given.get(f"erp_version-{error.pk}", ""), given.get(f"crm_version-{error.pk}", ""))
        decision = Decision(erp_id, winners, seen, given.get(f"decided-{error.pk}", ""))
        wanted.setdefault(error.mapping, []).append((decision, error.record_name))
    return wanted, left


def _say(
    request: HttpRequest, done: Sequence[str], left: Sequence[tuple[str, str]], started: Sequence[SyncJob]
) -> None:
    if done:
        number = f"{len(done)} conflict{' is' if len(done) == 1 else 's are'}"
        said = format_html("{} decided and being carried now: {}", number, sentence(named(done)))
        job = reverse("synch_job", args=[started[0].pk]) if started else ""
        messages.success(request, format_html('{} <a href="{}">Follow the run</a>', said, job) if job else said)
    for reason in dict.fromkeys(reason for _, reason in left):
        names = named([name for name, why in left if why == reason])
        messages.warning(request, f"Left as it is, {names}: {reason}")
    if not done and not left:
        messages.error(request, NOTHING)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
