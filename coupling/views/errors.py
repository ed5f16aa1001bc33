"""What is done with chosen errors of ``/synch/errors/``: retry, let one side win, decide, restore what was deleted or
delete the other record, too, delete couplings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from coupling import commands
from coupling.commands import chosen_errors, repair
from coupling.commands.chosen_errors import ChosenPairs
from coupling.models import CouplingError
from coupling.views.access import back, may_couple, person, show, show_problem
from coupling.views.parts import Parts, records
from coupling.views.skipped import QUESTIONS as SKIPPED_QUESTIONS
from integration.models import SyncError, SyncJob, TableMapping, User
from integration.pages.advice import advice
from integration.sync.memory.ledger import Pair, State
from integration.sync.problems import Conflict, TwinGone
from integration.systems.errors import Problem
from integration.systems.wording import sentence
from integration.views.access import given, safe_back
from integration.views.questions import asks, is_answered
from integration.views.running import error_inbox

UNKNOWN = "Not known here any more and left out: {} ({})."
NOT_COUPLED = "Not coupled yet and left out, {}: {} ({}). Retry makes or finds the other record."
DECIDED_AT_ONCE = 200
"""So many errors have room in an address."""
TOO_MANY = f"Decide at most {DECIDED_AT_ONCE} errors at once: narrow the list first, for example to one mapping."
NO_CONFLICT = "No conflict, so there is nothing to decide: {}. {}"
BROKEN = "{}, {}: one of both records was deleted, so no value can be carried ({}). {}"
Mend = Callable[[repair.Pairs, User | None], tuple[list[SyncJob], list[str]]]
MENDING: dict[str, Mend] = {"restore": repair.restore, "delete": repair.delete_rest}
QUESTIONS = {action: SKIPPED_QUESTIONS[action] for action in ("delete", "uncouple")}
"""What cannot be undone is asked first, in the words of Skipped Records."""
WAYS = {"send": commands.SEND, "get": commands.GET, "merge": commands.MERGE}


@may_couple
@asks(dict.fromkeys(QUESTIONS, "confirmed"))
def errors_action(request: HttpRequest, action: str) -> HttpResponse:
    """Retry, decide, ``send``, ``get``, ``merge``, restore, delete or uncouple the records of the chosen errors, each
    once."""
    if action not in ("retry", "decide", "restore", *QUESTIONS, *WAYS):
        raise Http404
    ids = error_inbox.chosen_errors(request)
    if action == "decide":
        return _decide(request, ids)
    try:
        return _done(request, action, ids)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return back(request)


def _decide(request: HttpRequest, ids: list[int]) -> HttpResponse:
    """The page of conflicts, with those of the chosen errors that are some."""
    if len(ids) > DECIDED_AT_ONCE:
        messages.error(request, TOO_MANY)
        return back(request)
    others = SyncError.objects.filter(pk__in=ids).exclude(code=Conflict.code)
    if others:
        cures = " ".join(dict.fromkeys(advice(error.code) for error in others))
        messages.info(request, NO_CONFLICT.format(error_inbox.named([one.record_name for one in others]), cures))
    wanted = [id for id in ids if id not in {error.pk for error in others}]
    if others and not wanted:
        return back(request)
    asked = urlencode([("error", id) for id in wanted])
    return redirect(f"{reverse('conflicts')}?{asked}") if wanted else redirect("conflicts")


def _done(request: HttpRequest, action: str, errors: list[int]) -> HttpResponse:
    parts: Parts[SyncJob | int] = Parts()
    chosen = chosen_errors.of_errors(errors)
    if chosen.unknown:
        parts.leave(UNKNOWN.format(records(len(chosen.unknown)), error_inbox.named(chosen.unknown)))
    if action == "retry":
        return _retry(request, parts, chosen)
    _leave_uncoupled(parts, chosen)
    if action in QUESTIONS and not is_answered(request):
        return _ask(request, action, chosen, errors)
    if action in MENDING:
        return _mend(request, parts, chosen, MENDING[action])
    if action in WAYS:
        _leave_broken(parts, chosen, errors)
        return _synchronize(request, parts, chosen, WAYS[action])
    return _uncouple(request, parts, chosen)


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


def _mend(request: HttpRequest, parts: Parts[SyncJob | int], chosen: ChosenPairs, mend: Mend) -> HttpResponse:
    """Restore what was deleted, or delete the other record, too."""
    started, left_out = mend(chosen.pairs, person(request))
    parts.done += started
    for reason in left_out:
        parts.leave(reason)
    return _shown(request, parts)


def _uncouple(request: HttpRequest, parts: Parts[SyncJob | int], chosen: ChosenPairs) -> HttpResponse:
    for mapping, pairs in chosen.pairs.items():
        act = partial(commands.uncouple, mapping, pairs, person(request))
        parts.do(mapping, len(pairs), act, _names(chosen, mapping, pairs))
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


def _ask(request: HttpRequest, action: str, chosen: ChosenPairs, errors: list[int]) -> HttpResponse:
    names = [name for mapping, pairs in chosen.pairs.items() for name in chosen.named(mapping, pairs)]
    context = {
        "question": QUESTIONS[action],
        "url": reverse("errors_action", args=[action]),
        "keep": safe_back(given(request)) or reverse("synch_errors"),
        "selected": errors,
        "names": error_inbox.named(names),
        "number": len(names),
        "back": given(request).get("back", ""),
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


def _leave_broken(parts: Parts[SyncJob | int], chosen: ChosenPairs, errors: list[int]) -> None:
    """Take out those of which a record was deleted. Raises ``CouplingError`` where nothing else is left."""
    rows = SyncError.objects.open().filter(pk__in=errors, code=TwinGone.code)
    gone = set(rows.values_list("mapping", "erp_id"))
    found, reasons = dict[TableMapping, list[Pair]](), list[str]()
    for mapping, pairs in chosen.pairs.items():
        broken = [pair for pair in pairs if (mapping.pk, pair.erp_id) in gone]
        whole = [pair for pair in pairs if pair not in broken]
        if whole:
            found[mapping] = whole
        if broken:
            names = _names(chosen, mapping, broken)
            reasons.append(BROKEN.format(mapping.name, records(len(broken)), names, advice(TwinGone.code)))
    if not found:
        raise CouplingError(" ".join(reasons))
    for reason in reasons:
        parts.leave(reason)
    chosen.pairs = found
