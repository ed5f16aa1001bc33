"""The records that matched several others: one after the other, each coupled or skipped."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from coupling import commands
from coupling.models import CouplingError
from coupling.pages.asking.resolve import ambiguous, noted
from coupling.views.access import chosen, may_couple, resolve_address, safe_back, show_problem
from coupling.views.couplings import say_coupled, synchronized_after
from coupling.views.outcomes import note
from integration.models import TableMapping
from integration.systems.errors import Problem

AT_ONCE = 50
NOTHING_LEFT = "No record is left that matches several others."


@require_http_methods(["GET", "POST"])
@may_couple
def match_resolve(request: HttpRequest, mapping: str) -> HttpResponse:
    """``/couplings/<mapping>/match/ambiguous/?selected=…``: the first of these; POST couples or skips it and goes on
    to the next. Without any, those that runs have noted."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    given = request.POST if request.method == "POST" else request.GET
    here = safe_back(given) or reverse("match", args=[mapping])
    try:
        ids = chosen(given) or list(noted(stored).values_list("erp_id", flat=True)[:AT_ONCE])
        if request.method == "POST":
            return _decided(request, stored, ids, here)
        return _page(request, stored, ids, here)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return redirect(here)


def _page(request: HttpRequest, mapping: TableMapping, ids: Sequence[uuid.UUID], here: str) -> HttpResponse:
    """The first that is still ambiguous."""
    for place, id in enumerate(ids):
        found = ambiguous(mapping, id)
        if found is not None:
            shown = {"mapping": mapping, "found": found, "ids": ids[place:], "back": here, "stands_at": here}
            return render(request, "coupling/resolve.html", {**shown, "ways": commands.ways(mapping)})
    messages.info(request, NOTHING_LEFT)
    return redirect(here)


def _decided(request: HttpRequest, mapping: TableMapping, ids: Sequence[uuid.UUID], here: str) -> HttpResponse:
    """Couple the first one, or leave it; then the rest."""
    if not ids:
        raise CouplingError(NOTHING_LEFT)
    rest = resolve_address(mapping, ids[1:], here) if len(ids) > 1 else here
    if "skip" in request.POST:
        return redirect(rest)
    try:
        _couple(request, mapping, ids[0])
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return redirect(resolve_address(mapping, ids, here))
    return redirect(rest)


def _couple(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID) -> None:
    try:
        crm_id = uuid.UUID(request.POST.get("crm_id", ""))
    except ValueError as error:
        raise CouplingError("Choose the record it is, or skip it.") from error
    say_coupled(request, mapping, erp_id, changed=commands.couple(mapping, erp_id, crm_id))
    job = synchronized_after(request, mapping, erp_id)
    if job is not None:
        note(request, job)
