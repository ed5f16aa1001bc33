"""Set Up Coupling: choose the other record of a record."""

from __future__ import annotations

import uuid
from contextlib import suppress
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from coupling import commands
from coupling.models import CouplingError
from coupling.pages.dialog import Looked, choice, dialog
from coupling.pages.people import uncoupled_people
from coupling.views.access import (
    card_address,
    first_address,
    in_links,
    match_address,
    may_couple,
    person,
    show_problem,
)
from coupling.views.outcomes import note, wait_for
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.pages.runs.captions import named_by_runs
from integration.pages.runs.existing import is_known
from integration.pages.runs.titles import names_here
from integration.systems.errors import Problem
from integration.systems.values import Side
from integration.views.access import PageRequest, safe_back

OFFERED_AT_ONCE = 50
"""So many contacts fit in the address of a page."""
LOOKS = ("look", "page")
"""Buttons that only look for something: the dialog comes again with what was chosen."""
KEPT = ("page", "back")
PARTS = {
    "chosen": "coupling/_compared.html",
    "after": "coupling/_after.html",
    "effects": "coupling/_after_effects.html",
}
"""The parts of a page that couples which change with the chosen record, and with what is chosen for after coupling."""


@may_couple
def coupling(request: PageRequest, mapping: str, erp_id: uuid.UUID) -> HttpResponse:
    """``/couplings/<mapping>/<erp_id>/``; the candidates alone while a person types, the comparison alone as soon as
    one is chosen."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    here = safe_back(request.GET) or card_address(Side.ERP, stored.erp_table, erp_id)
    setup = ConnectionSetup.current()
    try:
        shown = dialog(stored, erp_id, _looked(request.GET), setup)
    except Problem as problem:
        return _silent(request, stored, _ours(stored, erp_id), here, problem)
    if shown is None:
        raise Http404("There is no such record.")
    first = first_address(commands.Blocked(shown.missing)) if shown.missing else ""
    known = {"dialog": shown, "after": shown.after, "first": first, "back": here, "stands_at": here, "setup": setup}
    template = part(request) or "coupling/_candidates.html" if request.htmx else "coupling/coupling.html"
    return render(request, template, known)


def part(request: PageRequest) -> str:
    """The template of the part of the page that is asked for; blank for the page."""
    return PARTS.get(request.htmx.target or "", "") if request.htmx else ""


@may_couple
def coupling_from(request: PageRequest, mapping: str, crm_id: uuid.UUID) -> HttpResponse:
    """``/couplings/<mapping>/from/<crm_id>/``: which Business Central record is it? Leads to its Set Up Coupling."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    here = safe_back(request.GET) or card_address(Side.CRM, stored.crm_table, crm_id)
    try:
        shown = choice(stored, crm_id, request.GET.get("q"), request.GET.get("page", ""))
    except Problem as problem:
        return _silent(request, stored, _theirs(stored, crm_id), here, problem)
    except CouplingError as problem:
        show_problem(request, problem)
        return redirect(here)
    if shown is None:
        raise Http404("There is no such record.")
    template = "coupling/_choices.html" if request.htmx else "coupling/choose.html"
    return render(request, template, {"choice": shown, "back": here, "stands_at": here})


def _ours(mapping: TableMapping, erp_id: uuid.UUID) -> str:
    """What the record is called; there is none is said while Sales is silent, too."""
    names = names_here(mapping.erp_table, [erp_id])
    if erp_id not in names:
        raise Http404("There is no such record.")
    return names[erp_id]


def _theirs(mapping: TableMapping, crm_id: uuid.UUID) -> str:
    """What our side knows the record of Sales as; blank where Sales alone knows it."""
    if not is_known(Side.CRM, mapping.crm_table, crm_id):
        raise Http404("There is no such record.")
    return named_by_runs([str(crm_id)]).get(str(crm_id), "")


def _silent(request: PageRequest, mapping: TableMapping, title: str, here: str, problem: Problem) -> HttpResponse:
    """What our side knows, while Dynamics 365 Sales cannot be asked."""
    template = "coupling/_silent.html" if request.htmx else "coupling/silent.html"
    return render(request, template, {"title": title, "mapping": mapping, "silence": str(problem), "back": here})


@require_POST
@may_couple
def coupling_set(request: HttpRequest, mapping: str, erp_id: uuid.UUID) -> HttpResponse:
    """Couple with the chosen record, or create a new one; then synchronize if that was asked for. The buttons of
    ``LOOKS`` show the dialog again."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    again = f"{reverse('coupling', args=[mapping, erp_id])}{_query(request.POST)}"
    if any(name in request.POST for name in LOOKS):
        return redirect(again)
    try:
        job = _set(request, stored, erp_id)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return redirect(again)
    if job is not None:
        wait_for(job)
        note(request, job)
    return redirect(safe_back(request.POST) or card_address(Side.ERP, stored.erp_table, erp_id))


def _looked(given: QueryDict) -> Looked:
    """What was typed and chosen."""
    return Looked(given.get("q"), *chosen_pair(given), given.get("page", ""))


def _query(given: QueryDict) -> str:
    """What was typed and chosen, as the query of the dialog."""
    kept = {name: given[name] for name in KEPT if given.get(name)} | kept_choice(given)
    if "q" in given:
        kept["q"] = given["q"]
    return f"?{urlencode(kept)}" if kept else ""


def chosen_pair(given: QueryDict) -> tuple[uuid.UUID | None, str | None]:
    """The record of Sales that was chosen, and the synchronization; one that is still the proposed one is proposed
    anew."""
    after = given.get("after")
    return _uuid(given, "crm_id"), None if after == given.get("proposed") else after


def kept_choice(given: QueryDict) -> dict[str, str]:
    """The same for the query of the page that comes again."""
    crm_id, after = chosen_pair(given)
    kept = {"crm_id": str(crm_id)} if crm_id is not None else {}
    return kept | ({"after": after} if after is not None else {})


def _set(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID) -> SyncJob | None:
    if "create" in request.POST:
        free = commands.creatable(mapping, Side.ERP, [erp_id])
        return commands.create(mapping, Side.ERP, free, person(request))
    crm_id, seen = _uuid(request.POST, "crm_id"), _uuid(request.POST, "seen")
    if crm_id is None:
        raise CouplingError("Choose the Dynamics 365 Sales record first.")
    say_coupled(request, mapping, erp_id, changed=commands.couple(mapping, erp_id, crm_id, seen))
    with suppress(Problem):  # the firm is coupled; that its people cannot be looked for now takes nothing from that
        _offer_people(request, mapping, erp_id)
    return synchronized_after(request, mapping, erp_id)


def say_coupled(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID, *, changed: bool) -> None:
    """What coupling has come to; where nothing ``changed``, with which record this one is coupled already."""
    if changed:
        messages.success(request, "The records are coupled.")
    else:
        messages.info(request, in_links(commands.coupled_of(mapping, Side.ERP, [erp_id])))


def synchronized_after(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID) -> SyncJob | None:
    """The run that was chosen for after the coupling. What stands in its way takes nothing from the coupling."""
    way = request.POST.get("after", "")
    if way not in commands.CAPTIONS:
        return None
    try:
        return commands.synchronize(mapping, [erp_id], way, person(request))
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return None


def _offer_people(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID) -> None:
    """The contacts of a firm are uncoupled along with it, and do not come back by themselves."""
    contacts, people = uncoupled_people(mapping, erp_id)
    if contacts is not None:
        one = len(people) == 1
        text = f"{len(people)} contact{' of this firm is' if one else 's of this firm are'} not coupled."
        address = match_address(contacts, people[:OFFERED_AT_ONCE])
        messages.info(request, format_html('{} <a href="{}">Match-Based Coupling of these contacts</a>', text, address))


def _uuid(given: QueryDict, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(given.get(name, ""))
    except ValueError:
        return None
