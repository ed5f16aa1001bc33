"""What is done with chosen errors of ``/synch/errors/``: retry, let one side win, delete couplings."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from coupling import commands
from coupling.commands import repair
from coupling.models import CouplingError
from coupling.views.access import back, may_couple, person, show, show_problem
from coupling.views.parts import Parts, records
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import Problem

UNKNOWN = "Not known here any more and left out: {}."
NOT_COUPLED = "Not coupled yet and left out, {}: {}. Retry makes or finds the other record."
WAYS = {"send": commands.SEND, "get": commands.GET, "merge": commands.MERGE}

Pairs = dict[TableMapping, list[Pair]]


@require_POST
@may_couple
def errors_action(request: HttpRequest, action: str) -> HttpResponse:
    """``retry``, ``send``, ``get``, ``merge`` or ``uncouple`` the records of the chosen errors, each once."""
    if action not in ("retry", "uncouple", *WAYS):
        raise Http404
    ids = [int(id) for id in request.POST.getlist("selected") if id.isdecimal() and len(id) < 19]
    try:
        return _done(request, action, ids)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return back(request)


def _done(request: HttpRequest, action: str, errors: list[int]) -> HttpResponse:
    parts: Parts[SyncJob | int] = Parts()
    pairs, unknown = repair.pairs_of_errors(errors)
    if unknown:
        parts.leave(UNKNOWN.format(records(unknown)))
    if action == "retry":
        return _retry(request, parts, pairs)
    coupled = _coupled(parts, pairs)
    if action == "uncouple" and "confirmed" not in request.POST:
        return _ask(request, coupled)
    way = WAYS.get(action)
    return _synchronize(request, parts, coupled, way) if way else _uncouple(request, parts, coupled)


def _retry(request: HttpRequest, parts: Parts[SyncJob | int], pairs: Pairs) -> HttpResponse:
    for mapping, chosen in pairs.items():
        parts.do(mapping, len(chosen), partial(repair.retry, {mapping: chosen}, person(request)))
    number = sum(map(len, pairs.values()))
    if parts.done:
        messages.success(request, f"{number} record{'s are' if number != 1 else ' is'} being tried again.")
    parts.say(request)
    return back(request)


def _synchronize(request: HttpRequest, parts: Parts[SyncJob | int], pairs: Pairs, way: str) -> HttpResponse:
    for mapping, chosen in pairs.items():
        parts.do(mapping, len(chosen), partial(repair.win, mapping, chosen, way, person(request)))
    return _shown(request, parts)


def _uncouple(request: HttpRequest, parts: Parts[SyncJob | int], pairs: Pairs) -> HttpResponse:
    for mapping, chosen in pairs.items():
        ids = [pair.erp_id for pair in chosen]
        parts.do(mapping, len(ids), partial(commands.uncouple, mapping, ids, person(request)))
    return _shown(request, parts)


def _shown(request: HttpRequest, parts: Parts[SyncJob | int]) -> HttpResponse:
    """What was done at once is told, what was left out too, and what was started is shown."""
    started = [one for one in parts.done if isinstance(one, SyncJob)]
    at_once = sum(one for one in parts.done if isinstance(one, int))
    if at_once:
        messages.success(request, f"{at_once} coupling{'s' if at_once != 1 else ''} deleted; the records stay.")
    parts.say(request)
    return show(started) if started else back(request)


def _ask(request: HttpRequest, pairs: Pairs) -> HttpResponse:
    context = {"selected": request.POST.getlist("selected"), "number": sum(map(len, pairs.values()))}
    return render(request, "coupling/errors_ask.html", context | {"back": request.POST.get("back", "")})


def _coupled(parts: Parts[SyncJob | int], pairs: Pairs) -> Pairs:
    """Without those that are not coupled. Raises ``CouplingError`` where none is."""
    found: Pairs = {}
    for mapping, chosen in pairs.items():
        held = [pair for pair in chosen if pair.state is not State.RESERVED]
        if held:
            found[mapping] = held
        if len(held) < len(chosen):
            parts.leave(NOT_COUPLED.format(mapping.name, records(len(chosen) - len(held))))
    if not found:
        raise CouplingError("None of these is coupled.")
    return found
