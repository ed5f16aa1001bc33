"""Set Up Coupling: choose the other record of a record."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from coupling import commands
from coupling.models import CouplingError
from coupling.pages.dialog import choice, dialog
from coupling.pages.people import uncoupled_people
from coupling.views.access import card_address, first_address, match_address, may_couple, person, show_problem
from integration.models import TableMapping
from integration.systems.errors import Problem
from integration.systems.values import Side
from integration.views.access import PageRequest

OFFERED_AT_ONCE = 50
"""So many contacts fit in the address of a page."""


@may_couple
def coupling(request: PageRequest, mapping: str, erp_id: uuid.UUID) -> HttpResponse:
    """``/couplings/<mapping>/<erp_id>/``; the candidates alone while a person types."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    try:
        shown = dialog(stored, erp_id, request.GET.get("q"), request.GET.get("crm_id", ""))
    except Problem as problem:
        show_problem(request, problem)
        return redirect("erp_card", stored.erp_table, erp_id)
    if shown is None:
        raise Http404("There is no such record.")
    first = first_address(commands.Blocked(shown.missing)) if shown.missing else ""
    template = "coupling/_candidates.html" if request.htmx else "coupling/coupling.html"
    return render(request, template, {"dialog": shown, "first": first})


@may_couple
def coupling_from(request: PageRequest, mapping: str, crm_id: uuid.UUID) -> HttpResponse:
    """``/couplings/<mapping>/from/<crm_id>/``: which Business Central record is it? Leads to its Set Up Coupling."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    try:
        shown = choice(stored, crm_id, request.GET.get("q"))
    except Problem as problem:
        show_problem(request, problem)
        return redirect("crm_card", stored.crm_table, crm_id)
    if shown is None:
        raise Http404("There is no such record.")
    return render(request, "coupling/_choices.html" if request.htmx else "coupling/choose.html", {"choice": shown})


@require_POST
@may_couple
def coupling_set(request: HttpRequest, mapping: str, erp_id: uuid.UUID) -> HttpResponse:
    """Couple with the chosen record, or create a new one; then synchronize if that was asked for."""
    stored = get_object_or_404(TableMapping, name=mapping, internal=False)
    try:
        job = _set(request, stored, erp_id)
    except (CouplingError, Problem) as problem:
        show_problem(request, problem)
        return redirect("coupling", mapping, erp_id)
    return redirect("synch_job", job) if job else redirect(card_address(Side.ERP, stored.erp_table, erp_id))


def _set(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID) -> uuid.UUID | None:
    if "create" in request.POST:
        free = commands.creatable(mapping, Side.ERP, [erp_id])
        return commands.create(mapping, Side.ERP, free, person(request)).pk
    crm_id, seen = _uuid(request, "crm_id"), _uuid(request, "seen")
    if crm_id is None:
        raise CouplingError("Choose the Dynamics 365 Sales record first.")
    changed = commands.couple(mapping, erp_id, crm_id, seen)
    messages.success(request, "The records are coupled." if changed else "These records are coupled already.")
    with suppress(Problem):  # the firm is coupled; that its people cannot be looked for now takes nothing from that
        _offer_people(request, mapping, erp_id)
    way = request.POST.get("after", "")
    return (
        commands.synchronize(mapping, [erp_id], way, person(request)).pk
        if way in (commands.SEND, commands.GET)
        else None
    )


def _offer_people(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID) -> None:
    """The contacts of a firm are uncoupled along with it, and do not come back by themselves."""
    contacts, people = uncoupled_people(mapping, erp_id)
    if contacts is not None:
        one = len(people) == 1
        text = f"{len(people)} contact{' of this firm is' if one else 's of this firm are'} not coupled."
        address = match_address(contacts, people[:OFFERED_AT_ONCE])
        messages.info(request, format_html('{} <a href="{}">Match-Based Coupling of these contacts</a>', text, address))


def _uuid(request: HttpRequest, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        return None
