"""What is done with chosen errors of ``/synch/errors/``: retry, let one side win, delete couplings."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from coupling import repair, verbs
from coupling.models import CouplingError
from coupling.views.access import back, may_couple, person, show, tell
from integration.models import SyncJob, TableMapping
from integration.sync.ledger import Partner, State
from integration.systems.errors import Problem

WAYS = {"send": verbs.SEND, "get": verbs.GET, "merge": verbs.MERGE}


@require_POST
@may_couple
def errors_action(request: HttpRequest, action: str) -> HttpResponse:
    """``retry``, ``send``, ``get``, ``merge`` or ``uncouple`` the records of the chosen errors, each once."""
    if action not in ("retry", "uncouple", *WAYS):
        raise Http404
    try:
        pairs = repair.of_errors(int(id) for id in request.POST.getlist("selected") if id.isdecimal() and len(id) < 19)
        if action == "retry":
            return _retry(request, pairs)
        coupled = _coupled(pairs)
        return _uncouple(request, coupled) if action == "uncouple" else _synchronize(request, coupled, WAYS[action])
    except (CouplingError, Problem) as problem:
        tell(request, problem)
        return back(request)


Pairs = dict[TableMapping, list[Partner]]


def _retry(request: HttpRequest, pairs: Pairs) -> HttpResponse:
    repair.retry(pairs, person(request))
    number = sum(map(len, pairs.values()))
    messages.success(request, f"{number} record{'s are' if number != 1 else ' is'} being tried again.")
    return back(request)


def _synchronize(request: HttpRequest, pairs: Pairs, way: str) -> HttpResponse:
    started = repair.let_win(pairs, way, person(request))
    return show(started)


def _uncouple(request: HttpRequest, pairs: Pairs) -> HttpResponse:
    if "confirmed" not in request.POST:
        context = {"selected": request.POST.getlist("selected"), "number": sum(map(len, pairs.values()))}
        return render(request, "coupling/errors_ask.html", context | {"back": request.POST.get("back", "")})
    done = [
        verbs.uncouple(mapping, [partner.erp_id for partner in partners], person(request))
        for mapping, partners in pairs.items()
    ]
    started = [one for one in done if isinstance(one, SyncJob)]
    if started:
        return show(started)
    messages.success(request, "The couplings are deleted; the records stay.")
    return back(request)


def _coupled(pairs: Pairs) -> Pairs:
    """Without those that are not coupled. Raises ``CouplingError`` where none is."""
    found = {
        mapping: held
        for mapping, partners in pairs.items()
        if (held := [partner for partner in partners if partner.state is not State.RESERVED])
    }
    if not found:
        raise CouplingError("None of these is coupled.")
    return found
