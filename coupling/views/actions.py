"""What the buttons of lists and cards do: couple, create, synchronize now, delete couplings. Each asks first, and ends
where it began."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from coupling import commands
from coupling.commands import repair
from coupling.commands.with_needs import create_with_needs, synchronize_with_needs
from coupling.models import CouplingError
from coupling.pages.asking.effects import LOOKED_AT
from coupling.pages.asking.question import Question, about_creating, about_synchronizing, about_uncoupling
from coupling.pages.asking.selection import Selection, selected
from coupling.pages.asking.twins import Twin
from coupling.pages.records import mapped_pairs, mappings_of
from coupling.views.access import (
    back,
    chosen_in_list,
    couple_address,
    match_address,
    may_couple,
    need_address,
    person,
    show_problem,
)
from coupling.views.match import IN_ADDRESS, match_many
from coupling.views.outcomes import show_outcome
from coupling.views.parts import Parts, records
from coupling.views.skipped import QUESTIONS
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import Problem
from integration.systems.values import Side
from integration.views.access import PageRequest, given, safe_back
from integration.views.questions import asks, is_answered

Pairs = dict[TableMapping, list[Pair]]
NOTHING_CHOSEN = "Choose at least one record."
CHANGED = "Somebody has changed a coupling of these records since you were asked. Look at them again."
ONE_ONLY = "Set Up Coupling is for one record at a time. Choose one, or use Match-Based Coupling for several."


@may_couple
@asks({"create": "confirmed", "uncouple": "confirmed", "delete": "confirmed", "synchronize": "way"})
def record_action(request: PageRequest, side: str, table: str, action: str) -> HttpResponse:
    """Do it with the chosen records. ``synchronize``, ``uncouple``, ``create`` and ``delete`` ask first, unless the
    request says which way (``send``, ``get``, ``merge``) or ``confirmed``."""
    if action not in ACTS:
        raise Http404
    try:
        ids = chosen_in_list(request, Side(side), table)
        if not ids and action != "match":
            raise CouplingError(NOTHING_CHOSEN)
        return ACTS[action](request, Side(side), table, ids)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return back(request)


def _couple(request: PageRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """Set Up Coupling of the one record that is chosen."""
    if len(ids) > 1:
        raise CouplingError(ONE_ONLY)
    mappings = mappings_of(side, table)
    found = mapped_pairs(side, mappings, ids).get(ids[0])
    if not mappings:
        raise CouplingError("These records are in no mapping.")
    mapping = mappings[0]
    if found is not None:
        mapping = found[0]
    elif len(mappings) > 1:
        mapping = _of_request(request, side, table)
    pair = found[1] if found is not None and found[1].state is not State.RESERVED else None
    return redirect(couple_address(mapping, side, ids[0], pair, safe_back(given(request))))


def _of_request(request: PageRequest, side: Side, table: str) -> TableMapping:
    """The mapping that the button names."""
    return get_object_or_404(TableMapping, **{"name": given(request).get("mapping", ""), f"{side.value}_table": table})


def _match(request: PageRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """Select Coupling Criteria, for these records where any is ticked."""
    mapping, here = _of_request(request, side, table), safe_back(given(request))
    if len(ids) > IN_ADDRESS:
        return match_many(request, mapping, side, ids)
    of = {"of": side.value} if ids and side is Side.CRM else {}
    return redirect(match_address(mapping, ids, **of, **({"back": here} if here else {})))


def _plan(request: PageRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """What Synchronize Now would do with these records."""
    made = commands.plans(side, mappings_of(side, table), ids, person(request))
    return redirect("plan", made[0].pk) if len(made) == 1 else redirect("plans")


def _statistics(request: PageRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """Update Account Statistics of these customers."""
    pairs = commands.coupled(side, mappings_of(side, table), ids)
    left_out = len(ids) - sum(map(len, pairs.values()))
    started = commands.update_statistics(pairs, person(request))
    if left_out:
        words = "is" if left_out == 1 else "are"
        messages.info(request, f"{left_out} of the chosen records {words} not coupled and left out.")
    return show_outcome(request, started)


def _create(request: PageRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    mapping = _of_request(request, side, table)
    if not is_answered(request):
        selection = selected(side, table, "create", [mapping], ids)
        if not selection.done:
            commands.creatable(mapping, side, ids)  # says why a single one cannot be
        return _ask(request, about_creating(selection, mapping))
    selection = selected(side, table, "create", [mapping], ids)
    wanted = [row.id for row in selection.done]
    if not wanted and len(ids) > 1:
        _say_left_out(request, selection)
        return back(request)
    free = commands.creatable(mapping, side, wanted or ids, first="first" in request.POST)
    job = create_with_needs(mapping, side, free, person(request), first="first" in request.POST)
    _say_left_out(request, selection)
    return show_outcome(request, [job])


def _synchronize(request: PageRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    mappings, way = mappings_of(side, table), given(request).get("way", "")
    commands.coupled(side, mappings, ids)
    selection = selected(side, table, "synchronize", mappings, ids)
    if not is_answered(request, "way") or _is_outdated(request, selection):
        return _ask(request, about_synchronizing(selection, way))
    act = partial(_synchronized, way, request)
    return _each(request, selection, act)


def _is_outdated(request: PageRequest, selection: Selection) -> bool:
    """Has somebody coupled one of these records otherwise since the question was asked? Then it is asked anew."""
    outdated = request.POST.get("seen", selection.seen) != selection.seen
    if outdated:
        messages.warning(request, CHANGED)
    return outdated


def _synchronized(way: str, request: PageRequest, mapping: TableMapping, pairs: list[Pair]) -> SyncJob:
    erp_ids = [pair.erp_id for pair in pairs]
    return synchronize_with_needs(mapping, erp_ids, way, person(request), first="first" in request.POST)


def _uncouple(request: PageRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    mappings = mappings_of(side, table)
    commands.coupled(side, mappings, ids)
    selection = selected(side, table, "uncouple", mappings, ids)
    if not is_answered(request) or _is_outdated(request, selection):
        return _ask(request, about_uncoupling(selection))
    return _each(request, selection, lambda mapping, pairs: commands.uncouple(mapping, pairs, person(request)))


def _restore(request: PageRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    pairs = commands.coupled(side, mappings_of(side, table), ids)
    return _mended(request, repair.restore(pairs, person(request)))


def _delete_other(request: PageRequest, side: Side, table: str, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """Of pairs that have lost a record, the other one, too."""
    mappings = mappings_of(side, table)
    pairs = commands.coupled(side, mappings, ids)
    if is_answered(request):
        return _mended(request, repair.delete_rest(pairs, person(request)))
    rows = selected(side, table, "uncouple", mappings, ids).rows
    shown = {"question": QUESTIONS["delete"], "url": request.path, "keep": safe_back(given(request)) or "/"}
    shown |= {"selected": ids, "number": len(rows), "names": ", ".join(row.name for row in rows)}
    return render(request, "coupling/errors_ask.html", shown | {"back": safe_back(given(request))})


def _mended(request: PageRequest, done: tuple[list[SyncJob], list[str]]) -> HttpResponse:
    started, left_out = done
    for reason in left_out:
        messages.warning(request, reason)
    return show_outcome(request, started)


def _each(
    request: PageRequest, selection: Selection, act: Callable[[TableMapping, list[Pair]], SyncJob | int]
) -> HttpResponse:
    """One mapping after the other. What was done at once is said, what was started is followed."""
    pairs = selection.pairs()
    if not pairs:
        raise CouplingError(_why_nothing(selection))
    parts: Parts[SyncJob | int] = Parts()
    for mapping, held in pairs.items():
        one = partial(act, mapping, held)
        if len(pairs) == 1:
            parts.done.append(one())
        else:
            parts.do(mapping, len(held), one)
    number = sum(one for one in parts.done if isinstance(one, int))
    if number:
        messages.success(request, f"{number} coupling{'s' if number != 1 else ''} deleted; the records stay.")
    parts.say(request)
    _say_left_out(request, selection)
    return show_outcome(request, [one for one in parts.done if isinstance(one, SyncJob)])


def _why_nothing(selection: Selection) -> str:
    """Every group by what keeps it from anything."""
    return " ".join(f"{records(len(group.rows))} {group.words}." for group in selection.left_out)


def _say_left_out(request: PageRequest, selection: Selection) -> None:
    """How many of the chosen ones nothing was done with, and why."""
    if selection.left_out:
        messages.info(request, f"Of {records(len(selection.rows))} chosen: {_why_nothing(selection)}")


def _ask(request: PageRequest, question: Question) -> HttpResponse:
    """Which way, or whether at all; the preview alone while a person chooses the way."""
    template = "coupling/_effects.html" if request.htmx else "coupling/ask.html"
    shown: dict[str, object] = {
        "question": question,
        "side": question.selection.side,
        "table": question.selection.table,
    }
    here = safe_back(given(request))
    shown["needs"] = [(one, need_address(one, here)) for one in question.needs]
    if question.twins is not None:
        shown |= {"twins": _twins(question, question.twins, here), "looked_at": LOOKED_AT}
    return render(request, template, shown | {"back": here})


def _twins(question: Question, twins: Sequence[Twin], here: str) -> list[tuple[Twin, str]]:
    """What may be there already, each with where it is coupled instead."""
    mapping, side = question.mappings[0], question.selection.side
    return [(one, couple_address(mapping, side, one.id, None, here)) for one in twins]


ACTS: dict[str, Callable[[PageRequest, Side, str, Sequence[uuid.UUID]], HttpResponse]] = {
    "create": _create,
    "synchronize": _synchronize,
    "uncouple": _uncouple,
    "restore": _restore,
    "delete": _delete_other,
    "match": _match,
    "plan": _plan,
    "statistics": _statistics,
    "couple": _couple,
}
"""What each button does, by the last word of its address."""
