"""What the buttons of lists and cards do: create, synchronize now, delete couplings; the last two ask first."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from coupling import commands
from coupling.models import CouplingError
from coupling.pages.records import mappings_of
from coupling.views.access import back, chosen, match_address, may_couple, person, show, show_problem
from coupling.views.parts import Parts
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import Pair
from integration.systems.errors import Problem
from integration.systems.values import Side

Pairs = dict[TableMapping, list[Pair]]


@require_POST
@may_couple
def record_action(request: HttpRequest, side: str, table: str, action: str) -> HttpResponse:
    """Do it with the chosen records; a started job is shown live. ``synchronize`` and ``uncouple`` ask first, unless
    the request says which way (``send``, ``get``, ``merge``) or ``confirmed``."""
    acts = {"create": _create, "synchronize": _synchronize, "uncouple": _uncouple, "match": _match, "plan": _plan}
    acts |= {"statistics": _statistics}
    if action not in acts:
        raise Http404
    try:
        ids = chosen(request.POST)
        if not ids and action != "match":
            raise CouplingError("Choose at least one record.")
        return acts[action](request, Side(side), table, ids)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return back(request)


def _match(request: HttpRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """Select Coupling Criteria, for these records where any is ticked."""
    named = {"name": request.POST.get("mapping", ""), f"{side.value}_table": table}
    mapping = get_object_or_404(TableMapping, **named)
    return redirect(match_address(mapping, ids if side is Side.ERP else ()))


def _plan(request: HttpRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """What Synchronize Now would do with these records."""
    made = commands.plans(side, mappings_of(side, table), ids, person(request))
    return redirect("plan", made[0].pk) if len(made) == 1 else redirect("plans")


def _statistics(request: HttpRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """Update Account Statistics of these customers."""
    pairs = commands.coupled(side, mappings_of(side, table), ids)
    left_out = len(ids) - sum(map(len, pairs.values()))
    started = commands.update_statistics(pairs, person(request))
    if left_out:
        messages.info(request, f"{left_out} of the chosen records {_are(left_out)} not coupled and left out.")
    return show(started)


def _create(request: HttpRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    named = {"name": request.POST.get("mapping", ""), f"{side.value}_table": table}
    mapping = get_object_or_404(TableMapping, **named)
    free = commands.creatable(mapping, side, ids)
    job = commands.create(mapping, side, free, person(request))
    left_out = len(ids) - len(free)
    if left_out:
        messages.info(request, f"{left_out} of the chosen records {_are(left_out)} coupled already and left out.")
    return show([job])


def _synchronize(request: HttpRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    pairs = commands.coupled(side, mappings_of(side, table), ids)
    way = request.POST.get("way", "")
    if not way:
        return _ask(request, side, table, "synchronize", ids, pairs)
    return _each(request, pairs, lambda mapping, erp_ids: commands.synchronize(mapping, erp_ids, way, person(request)))


def _uncouple(request: HttpRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    pairs = commands.coupled(side, mappings_of(side, table), ids)
    if "confirmed" not in request.POST:
        return _ask(request, side, table, "uncouple", ids, pairs)
    return _each(request, pairs, lambda mapping, erp_ids: commands.uncouple(mapping, erp_ids, person(request)))


def _each(
    request: HttpRequest, pairs: Pairs, act: Callable[[TableMapping, list[uuid.UUID]], SyncJob | int]
) -> HttpResponse:
    """One mapping after the other. What was done at once is told, what was started is shown."""
    parts: Parts[SyncJob | int] = Parts()
    for mapping, held in pairs.items():
        one = partial(act, mapping, [pair.erp_id for pair in held])
        if len(pairs) == 1:
            parts.done.append(one())
        else:
            parts.do(mapping, len(held), one)
    done = parts.done
    started = [one for one in done if isinstance(one, SyncJob)]
    number = sum(one for one in done if isinstance(one, int))
    if number:
        messages.success(request, f"{number} coupling{'s' if number != 1 else ''} deleted; the records stay.")
    parts.say(request)
    return show(started) if started else back(request)


def _ask(
    request: HttpRequest, side: Side, table: str, action: str, ids: Sequence[uuid.UUID], pairs: Pairs
) -> HttpResponse:
    """Which way, or whether at all."""
    mapping, held = next(iter(pairs.items()))
    number, ways = sum(map(len, pairs.values())), commands.ways(mapping)
    suggested, reason = ways[0][0], ""
    if number == 1 and action == "synchronize":
        with suppress(Problem):  # without a suggestion, where a side does not answer; the job will say so
            suggested, reason = commands.suggestion(mapping, held[0])
    shown = {"side": side, "table": table, "action": action, "ids": ids, "number": number, "mapping": mapping}
    shown |= {"ways": ways, "suggested": suggested, "reason": reason, "left_out": len(ids) - number}
    return render(request, "coupling/ask.html", shown | {"back": request.POST.get("back", "")})


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
