"""The records that matched several others: one after the other, each coupled or skipped."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from coupling import commands
from coupling.models import CouplingError
from coupling.pages.asking.resolve import ambiguous, noted
from coupling.views.access import chosen, first_address, may_couple, resolve_address, show_problem
from coupling.views.couplings import chosen_pair, kept_choice, part, say_coupled, synchronized_after
from coupling.views.outcomes import note
from integration.models import TableMapping
from integration.systems.errors import Problem
from integration.views.access import PageRequest, given, safe_back

AT_ONCE = 50
NOTHING_LEFT = "No record is left that matches several others."


@require_http_methods(["GET", "POST"])
@may_couple
def match_resolve(request: PageRequest, mapping: str) -> HttpResponse:
    """``/couplings/<mapping>/match/ambiguous/?selected=…``: the first of these, and what its coupling would write as
    soon as one of those it may be is chosen; POST couples or skips it and goes on to the next. Without any, those that
    runs have noted."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    asked = given(request)
    here = safe_back(asked) or reverse("match", args=[mapping])
    try:
        ids = chosen(asked) or list(noted(stored).values_list("erp_id", flat=True)[:AT_ONCE])
        if request.method == "POST":
            return _decided(request, stored, ids, here)
        return _part(request, stored, ids) if request.htmx else _page(request, stored, ids, here)
    except (CouplingError, Problem) as problem:
        if request.htmx:
            return render(request, "coupling/_silent.html", {"silence": str(problem)})
        show_problem(request, problem)
        return redirect(here)


def _page(request: HttpRequest, mapping: TableMapping, ids: Sequence[uuid.UUID], here: str) -> HttpResponse:
    """The first that is still ambiguous."""
    for place, id in enumerate(ids):
        found = ambiguous(mapping, id, *chosen_pair(request.GET))
        if found is not None:
            shown = {"mapping": mapping, "found": found, "ids": ids[place:], "back": here, "stands_at": here}
            first = first_address(commands.Blocked(found.missing)) if found.missing else ""
            return render(request, "coupling/resolve.html", {**shown, "after": found.after, "first": first})
    messages.info(request, NOTHING_LEFT)
    return redirect(here)


def _part(request: PageRequest, mapping: TableMapping, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """What the chosen coupling would write, for the page that is open; where its record was coupled meanwhile, the page
    is loaded again with the next one."""
    found = ambiguous(mapping, ids[0], *chosen_pair(request.GET)) if ids else None
    if found is None:
        return HttpResponseClientRefresh()
    return render(request, part(request) or "coupling/_after.html", {"after": found.after})


def _decided(request: HttpRequest, mapping: TableMapping, ids: Sequence[uuid.UUID], here: str) -> HttpResponse:
    """Couple the first one, or leave it; then the rest. The button that only looks shows it again as it is chosen."""
    if not ids:
        raise CouplingError(NOTHING_LEFT)
    again = resolve_address(mapping, ids, here, **kept_choice(request.POST))
    rest = resolve_address(mapping, ids[1:], here) if len(ids) > 1 else here
    if "look" in request.POST:
        return redirect(again)
    if "skip" in request.POST:
        return redirect(rest)
    try:
        _couple(request, mapping, ids[0])
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return redirect(again)
    return redirect(rest)


def _couple(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID) -> None:
    crm_id, _ = chosen_pair(request.POST)
    if crm_id is None:
        raise CouplingError("Choose the record it is, or skip it.")
    say_coupled(request, mapping, erp_id, changed=commands.couple(mapping, erp_id, crm_id))
    job = synchronized_after(request, mapping, erp_id)
    if job is not None:
        note(request, job)
