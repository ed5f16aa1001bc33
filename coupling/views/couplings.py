"""Set Up Coupling: choose the other record of a Business Central record."""

from __future__ import annotations

import uuid
from contextlib import closing

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from coupling import verbs
from coupling.dialog import dialog
from coupling.models import CouplingError
from coupling.views.records import may_couple, person
from integration.models import ConnectionSetup, TableMapping
from integration.systems.base import Side
from integration.systems.errors import Problem


@may_couple
def coupling(request: HttpRequest, mapping: str, erp_id: uuid.UUID) -> HttpResponse:
    """``/couplings/<mapping>/<erp_id>/``; the candidates alone while a person types."""
    stored = get_object_or_404(TableMapping, name=mapping)
    try:
        shown = dialog(stored, erp_id, request.GET.get("q"), request.GET.get("crm_id", ""))
    except Problem as problem:
        messages.error(request, str(problem))
        return redirect("erp_card", stored.erp_table, erp_id)
    if shown is None:
        raise Http404("There is no such record.")
    live = request.headers.get("HX-Request") == "true"
    return render(request, "coupling/_candidates.html" if live else "coupling/coupling.html", {"dialog": shown})


@require_POST
@may_couple
def coupling_set(request: HttpRequest, mapping: str, erp_id: uuid.UUID) -> HttpResponse:
    """Couple with the chosen record, or create a new one; then synchronize if that was asked for."""
    stored = get_object_or_404(TableMapping, name=mapping)
    try:
        job = _set(request, stored, erp_id)
    except (CouplingError, Problem) as problem:
        messages.error(request, str(problem))
        return redirect("coupling", mapping, erp_id)
    return redirect("synch_job", job) if job else redirect("erp_card", stored.erp_table, erp_id)


def _set(request: HttpRequest, mapping: TableMapping, erp_id: uuid.UUID) -> uuid.UUID | None:
    if "create" in request.POST:
        return verbs.create(mapping, Side.ERP, [erp_id], person(request)).pk
    try:
        crm_id = uuid.UUID(request.POST.get("crm_id", ""))
    except ValueError as error:
        raise CouplingError("Choose the Dynamics 365 Sales record first.") from error
    with closing(ConnectionSetup.current().open()) as connected:
        verbs.couple(connected, mapping, erp_id, crm_id)
    messages.success(request, "The records are coupled.")
    way = request.POST.get("after", "")
    return verbs.synchronize(mapping, [erp_id], way, person(request)).pk if way in (verbs.SEND, verbs.GET) else None
