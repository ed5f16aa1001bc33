"""Lists and cards of the records of either side."""

from __future__ import annotations

import csv
import uuid
from contextlib import closing

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from coupling import verbs
from coupling.cards import card
from coupling.lists import Listing, listing
from coupling.models import CouplingError
from integration.models import ConnectionSetup, TableMapping, User
from integration.systems.base import Side
from integration.systems.errors import Problem, TableMissing

may_couple = permission_required("coupling.change_coupling", raise_exception=True)


def person(request: HttpRequest) -> User | None:
    """Who asks."""
    return request.user if isinstance(request.user, User) else None


def erp_list(request: HttpRequest, table: str) -> HttpResponse:
    return _list(request, Side.ERP, table)


def crm_list(request: HttpRequest, entity: str) -> HttpResponse:
    return _list(request, Side.CRM, entity)


def _list(request: HttpRequest, side: Side, table: str) -> HttpResponse:
    try:
        shown = listing(side, table, request.GET)
    except TableMissing as missing:
        raise Http404(str(missing)) from missing
    if request.GET.get("format") == "csv" and shown.table is not None:
        return _csv(shown)
    return render(request, "coupling/record_list.html", {"list": shown})


def _csv(shown: Listing) -> HttpResponse:
    """The rows of this page; a cell that a spreadsheet would take for a formula starts with an apostrophe."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{shown.name}.csv"'
    writer = csv.writer(response)
    writer.writerow([*(caption.label for caption in shown.captions), "Coupled"])
    for line in shown.lines:
        cells = [f"'{cell.text}" if cell.text[:1] in "=+-@\t\r" and cell.text else cell.text for cell in line.cells]
        writer.writerow([*cells, "Yes" if line.mapping else "No"])
    return response


def erp_card(request: HttpRequest, table: str, id: uuid.UUID) -> HttpResponse:
    return _card(request, Side.ERP, table, id)


def crm_card(request: HttpRequest, entity: str, id: uuid.UUID) -> HttpResponse:
    return _card(request, Side.CRM, entity, id)


def _card(request: HttpRequest, side: Side, table: str, id: uuid.UUID) -> HttpResponse:
    try:
        shown = card(side, table, id)
    except TableMissing as missing:
        raise Http404(str(missing)) from missing
    if shown is None:
        raise Http404("There is no such record.")
    return render(request, "coupling/record_card.html", {"card": shown})


@require_POST
@may_couple
def record_action(request: HttpRequest, name: str, action: str) -> HttpResponse:
    """Create, synchronize or uncouple the chosen records of a mapping; a started job is shown live."""
    mapping = TableMapping.objects.get(name=name)
    side = Side(request.POST.get("side", "erp"))
    ids = [uuid.UUID(id) for id in request.POST.getlist("selected")]
    back = request.POST.get("back", "/")
    try:
        job = _act(mapping, side, ids, action, request)
    except (CouplingError, Problem) as problem:
        messages.error(request, str(problem))
        return redirect(back if back.startswith("/") and not back.startswith("//") else "home")
    return redirect("synch_job", job) if job else redirect(back if back.startswith("/records/") else "home")


def _act(
    mapping: TableMapping, side: Side, ids: list[uuid.UUID], action: str, request: HttpRequest
) -> uuid.UUID | None:
    if not ids:
        raise CouplingError("Choose at least one record.")
    if action == "create":
        return verbs.create(mapping, side, ids, person(request)).pk
    erp_ids = ids if side is Side.ERP else [p.erp_id for p in mapping.couplings.partners(Side.CRM, ids).values()]
    if action in (verbs.SEND, verbs.GET, verbs.MERGE):
        return verbs.synchronize(mapping, erp_ids, action, person(request)).pk
    if action != "uncouple":
        raise Http404
    with closing(ConnectionSetup.current().open()) as connected:
        number = verbs.uncouple(connected, mapping, erp_ids)
    messages.success(request, f"{number} coupling{'s' if number != 1 else ''} deleted; both records stay.")
    return None


def open_record(request: HttpRequest, entity: str, id: uuid.UUID) -> HttpResponse:
    """``/open/<entity>/<id>/``: the coupled Business Central record, else the Sales record with what can be done."""
    for mapping in TableMapping.objects.filter(crm_table=entity):
        partner = mapping.couplings.partners(Side.CRM, [id]).get(id)
        if partner is not None and partner.state == "coupled":
            return redirect("erp_card", mapping.erp_table, partner.erp_id)
    messages.info(request, "This record is not coupled yet. Create it in Business Central, or couple it.")
    return redirect("crm_card", entity, id)
