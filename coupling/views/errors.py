"""What is done with chosen errors of ``/synch/errors/``: retry, let one side win, decide, delete couplings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from coupling import commands
from coupling.commands import chosen_errors, repair
from coupling.commands.chosen_errors import ChosenPairs
from coupling.models import CouplingError
from coupling.views.access import back, may_couple, person, show, show_problem
from coupling.views.parts import Parts, records
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import Problem
from integration.systems.wording import sentence
from integration.views.running import error_inbox

UNKNOWN = "Not known here any more and left out: {} ({})."
NOT_COUPLED = "Not coupled yet and left out, {}: {} ({}). Retry makes or finds the other record."
DECIDED_AT_ONCE = 200
"""So many errors have room in an address."""
TOO_MANY = f"Decide at most {DECIDED_AT_ONCE} errors at once: narrow the list first, for example to one mapping."
WAYS = {"send": commands.SEND, "get": commands.GET, "merge": commands.MERGE}


@require_POST
@may_couple
def errors_action(request: HttpRequest, action: str) -> HttpResponse:
    """Retry, decide, ``send``, ``get``, ``merge`` or uncouple the records of the chosen errors, each once."""
    if action not in ("retry", "decide", "uncouple", *WAYS):
        raise Http404
    ids = error_inbox.chosen_errors(request)
    if action == "decide":
        if len(ids) > DECIDED_AT_ONCE:
            messages.error(request, TOO_MANY)
            return back(request)
        asked = urlencode([("error", id) for id in ids])
        return redirect(f"{reverse('conflicts')}?{asked}") if ids else redirect("conflicts")
    try:
        return _done(request, action, ids)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return back(request)


def _done(request: HttpRequest, action: str, errors: list[int]) -> HttpResponse:
    parts: Parts[SyncJob | int] = Parts()
    chosen = chosen_errors.of_errors(errors)
    if chosen.unknown:
        parts.leave(UNKNOWN.format(records(len(chosen.unknown)), error_inbox.named(chosen.unknown)))
    if action == "retry":
        return _retry(request, parts, chosen)
    _leave_uncoupled(parts, chosen)
    if action == "uncouple" and "confirmed" not in request.POST:
        return _ask(request, chosen, errors)
    way = WAYS.get(action)
    return _synchronize(request, parts, chosen, way) if way else _uncouple(request, parts, chosen)


def _retry(request: HttpRequest, parts: Parts[SyncJob | int], chosen: ChosenPairs) -> HttpResponse:
    tried: list[str] = []
    for mapping, pairs in chosen.pairs.items():
        act = partial(repair.retry, {mapping: pairs}, person(request))
        if parts.do(mapping, len(pairs), act, _names(chosen, mapping, pairs)):
            tried += chosen.named(mapping, pairs)
    if tried:
        are = "records are" if len(tried) != 1 else "record is"
        said = f"{len(tried)} {are} being tried again: {error_inbox.named(tried)}"
        messages.success(request, sentence(said))
    parts.say(request)
    return back(request)


def _synchronize(request: HttpRequest, parts: Parts[SyncJob | int], chosen: ChosenPairs, way: str) -> HttpResponse:
    for mapping, pairs in chosen.pairs.items():
        act = partial(repair.win, mapping, pairs, way, person(request))
        parts.do(mapping, len(pairs), act, _names(chosen, mapping, pairs))
    return _shown(request, parts)


def _uncouple(request: HttpRequest, parts: Parts[SyncJob | int], chosen: ChosenPairs) -> HttpResponse:
    for mapping, pairs in chosen.pairs.items():
        ids = [pair.erp_id for pair in pairs]
        act = partial(commands.uncouple, mapping, ids, person(request))
        parts.do(mapping, len(ids), act, _names(chosen, mapping, pairs))
    return _shown(request, parts)


def _names(chosen: ChosenPairs, mapping: TableMapping, pairs: Sequence[Pair]) -> str:
    return error_inbox.named(chosen.named(mapping, pairs))


def _shown(request: HttpRequest, parts: Parts[SyncJob | int]) -> HttpResponse:
    """What was done at once is told, what was left out too, and what was started is shown."""
    started = [one for one in parts.done if isinstance(one, SyncJob)]
    at_once = sum(one for one in parts.done if isinstance(one, int))
    if at_once:
        messages.success(request, f"{at_once} coupling{'s' if at_once != 1 else ''} deleted; the records stay.")
    parts.say(request)
    return show(started) if started else back(request)


def _ask(request: HttpRequest, chosen: ChosenPairs, errors: list[int]) -> HttpResponse:
    names = [name for mapping, pairs in chosen.pairs.items() for name in chosen.named(mapping, pairs)]
    context = {
        "selected": errors,
        "names": error_inbox.named(names),
        "number": len(names),
        "back": request.POST.get("back", ""),
    }
    return render(request, "coupling/errors_ask.html", context)


def _leave_uncoupled(parts: Parts[SyncJob | int], chosen: ChosenPairs) -> None:
    """Take out those that are not coupled. Raises ``CouplingError`` where none is."""
    found: dict[TableMapping, list[Pair]] = {}
    for mapping, pairs in chosen.pairs.items():
        held = [pair for pair in pairs if pair.state is not State.RESERVED]
        if held:
            found[mapping] = held
        left = [pair for pair in pairs if pair.state is State.RESERVED]
        if left:
            parts.leave(NOT_COUPLED.format(mapping.name, records(len(left)), _names(chosen, mapping, left)))
    if not found:
        raise CouplingError("None of these is coupled.")
    chosen.pairs = found
