"""Select Coupling Criteria: match-based coupling, looked at before anything is coupled."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from coupling.commands import CoupledAlready, coupled_of, matching
from coupling.forms import CriteriaForm
from coupling.models import CouplingError
from coupling.pages.asking.resolve import noted
from coupling.pages.preview import Preview, previewed
from coupling.views.access import (
    chosen,
    in_links,
    match_address,
    may_couple,
    person,
    resolve_address,
    show_problem,
)
from coupling.views.outcomes import show_outcome
from integration.mappings.flows import creates
from integration.models import TableMapping
from integration.sync.rules import Direction
from integration.systems.errors import Problem
from integration.systems.values import Side
from integration.views.access import given, safe_back

WINNERS = (
    ("", "Nobody's: the rule of the field or the mapping decides, else a person (conflict)"),
    (Side.ERP.value, "Business Central's"),
    (Side.CRM.value, "Dynamics 365 Sales'"),
)
MAY_CHANGE = "integration.change_tablemapping"
IN_ADDRESS = 50
"""So many records have room in an address; the page of more of them is an answer to their form."""


@may_couple
def match(request: HttpRequest, mapping: str) -> HttpResponse:
    """``/couplings/<mapping>/match/``: the criteria; with ``preview`` what they would couple. ``selected``: only these
    records of Business Central, or of the side ``of``."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    ids: Sequence[uuid.UUID] = ()
    found = None
    try:
        ids = chosen(request.GET)
        found = previewed(stored, ids, _of(request.GET)) if "preview" in request.GET else None
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
    return _page(request, stored, CriteriaForm(stored), ids, found)


@require_POST
@may_couple
def match_start(request: HttpRequest, mapping: str) -> HttpResponse:
    """Keep the criteria where they were changed; then the preview, or couple what matches in a job shown live."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    form = CriteriaForm(stored, request.POST) if request.user.has_perm(MAY_CHANGE) else None
    try:
        ids = chosen(request.POST)
        if form is None or form.saved():
            return _begin(request, stored, ids)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return redirect(match_address(stored))
    return _page(request, stored, form, ids)


def match_many(request: HttpRequest, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> HttpResponse:
    """The criteria, for more records of a side than an address has room for."""
    return _page(request, mapping, CriteriaForm(mapping), ids, side=side)


def _of(asked: QueryDict) -> Side:
    """Whose records were chosen."""
    return Side.CRM if asked.get("of") == Side.CRM.value else Side.ERP


def _begin(request: HttpRequest, mapping: TableMapping, ids: Sequence[uuid.UUID]) -> HttpResponse:
    side = _of(request.POST)
    if "preview" in request.POST:
        if len(ids) > IN_ADDRESS:
            return _page(request, mapping, CriteriaForm(mapping), ids, previewed(mapping, ids, side))
        here = safe_back(request.POST)
        kept = {"winner": request.POST.get("winner", ""), **({"back": here} if here else {})}
        kept |= {"of": side.value} if side is Side.CRM else {}
        return redirect(match_address(mapping, ids, preview="yes", **kept))
    wins, create, by = _winner(request), "create" in request.POST, person(request)
    coupled = coupled_of(mapping, side, ids)  # The job makes more of them.
    if "dry_run" in request.POST:
        plan = matching.plan(mapping, by, ids=ids, side=side, create=create, winner=wins)
        _name_coupled(request, coupled)
        return redirect("plan", plan.pk)
    synchronize = "synchronize" in request.POST
    job = matching.start(mapping, by, ids=ids, side=side, synchronize=synchronize, create=create, winner=wins)
    _name_coupled(request, coupled)
    return show_outcome(request, [job])


def _name_coupled(request: HttpRequest, coupled: CoupledAlready) -> None:
    """How many of the chosen records are left out, since they are coupled already, and the first of them by name."""
    number = len(coupled.pairs)
    if number:
        what = f"{number} of the chosen records {'is' if number == 1 else 'are'} coupled already"
        messages.info(request, in_links(CoupledAlready(coupled.mapping, coupled.pairs, what)))


def _winner(request: HttpRequest) -> Side | None:
    """Whose values the person wants where both records hold something different. Raises ``CouplingError``."""
    wins = request.POST.get("winner", "")
    try:
        return Side(wins) if wins else None
    except ValueError as error:
        raise CouplingError("This page is incomplete. Load it again.") from error


def _page(
    request: HttpRequest,
    mapping: TableMapping,
    form: CriteriaForm,
    ids: Sequence[uuid.UUID],
    preview: Preview | None = None,
    side: Side | None = None,
) -> HttpResponse:
    side = side or _of(given(request))
    here = safe_back(request.POST) or safe_back(request.GET) or reverse("erp_list", args=[mapping.erp_table])
    shown = {"mapping": mapping, "form": form, "ids": ids, "preview": preview, "back": here, "stands_at": here}
    if preview is not None:
        _name_coupled(request, coupled_of(mapping, side, ids))
        shown["resolve"] = resolve_address(mapping, [one.id for one in preview.ambiguous], here)
    shown["noted"] = noted(mapping).count()
    shown["winners"] = WINNERS
    shown["winner"] = request.POST.get("winner", request.GET.get("winner", ""))
    shown["may_change"] = request.user.has_perm(MAY_CHANGE)
    shown["of"] = side.value
    shown["can_create"] = side is Side.ERP and creates(mapping, Direction.TO_CRM)
    return render(request, "coupling/match.html", shown)
