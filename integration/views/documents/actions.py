"""What is done with documents: release, post, archive, delete and their like; shipments undone and invoiced."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from integration.business_central.models import LineType, SalesHeader, SalesLine, SalesShipmentHeader
from integration.business_central.store import EmbeddedCompany
from integration.forms.documents.new import PostingForm
from integration.forms.versioned import INCOMPLETE
from integration.models.people.rights import POST_DOCUMENT, POST_PAYMENT
from integration.models.stored.audit import AuditEntry, record
from integration.pages.documents.cards import lines_shown
from integration.pages.documents.kinds import BY_ACTION, HEADER, SHIPMENT, Action, kind_of, name_of
from integration.pages.documents.outcomes import outcome_of
from integration.pages.lists.every import EVERY, FIRST_ONLY, NotThisListError, query_of
from integration.systems.errors import RecordProblem
from integration.views.access import poster
from integration.views.documents.lists import every_shipment

may_post = permission_required(POST_DOCUMENT, raise_exception=True)
may_undo = permission_required(POST_PAYMENT, raise_exception=True)


@require_http_methods(["GET", "POST"])
@may_post
def document_action(request: HttpRequest, id: uuid.UUID, action: str) -> HttpResponse:
    """``/documents/<id>/<action>/``: POST does it, with the version of the document that was shown; GET asks first."""
    header, chosen = get_object_or_404(SalesHeader, pk=id), BY_ACTION.get(action)
    if chosen is None or kind_of(header) not in chosen.kinds:
        raise Http404("There is no such action.")
    form = PostingForm(request.POST if request.method == "POST" else None) if chosen.dated else None
    if request.method == "POST" and (form is None or form.is_valid()):
        arguments = {} if form is None else {"posting_date": form.day}
        return _do(request, header, chosen, arguments)
    lines = SalesLine.objects.filter(document_no=id).exclude(type=LineType.COMMENT).order_by("line_no")
    shown = {"header": header, "name": name_of(header), "action": chosen, "form": form}
    shown["stands_at"] = reverse(kind_of(header).list)
    shown |= {"lines": lines_shown(header, list(lines)), "version": request.POST.get("version", header.row_version)}
    return render(request, "integration/documents/ask.html", shown)


def _do(request: HttpRequest, header: SalesHeader, action: Action, arguments: dict[str, Any]) -> HttpResponse:
    """Do it, say what came of it, and go where it leads; what is refused is said on the card."""
    version = request.POST.get("version", "")
    if not version:
        messages.error(request, INCOMPLETE)
        return redirect("document", header.pk)
    try:
        with transaction.atomic():
            made = EmbeddedCompany().act(
                HEADER, header.pk, action.verb, by=poster(request), version=version, **arguments
            )
            outcome = outcome_of(action, header, made)
            _record(action, header, outcome.number)
    except RecordProblem as problem:
        return _refused(request, problem, "document", header.pk)
    messages.success(request, outcome.text)
    return redirect(outcome.url)


def _record(action: Action, header: SalesHeader, made: str) -> None:
    done = AuditEntry.Action.DELETED if action.verb == "delete" else AuditEntry.Action.CHANGED
    said = {"action": action.label, **({"made": made} if made else {})}
    record(done, kind_of(header).noun.lower(), header.no, after=said)


def _refused(request: HttpRequest, problem: RecordProblem, page: str, *args: object) -> HttpResponse:
    messages.error(request, str(problem))
    return redirect(page, *args)


# --- shipments -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_undo
def shipment_undo(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/shipments/<id>/undo/``: take a wrong shipment back; GET asks first."""
    shipment = get_object_or_404(SalesShipmentHeader, pk=id)
    if request.method == "GET":
        return render(request, "integration/documents/undo.html", {"header": shipment})
    try:
        with transaction.atomic():
            EmbeddedCompany().act(SHIPMENT, id, "undo_shipment", by=poster(request))
            record(AuditEntry.Action.CHANGED, "sales shipment", shipment.no, after={"action": "Undo Shipment"})
    except RecordProblem as problem:
        return _refused(request, problem, "shipment", id)
    messages.success(request, f"Shipment {shipment.no} is undone. Its goods are on stock again.")
    return redirect("shipment", id)


@require_POST
@may_post
def shipments_invoice(request: HttpRequest) -> HttpResponse:
    """``/documents/shipments/invoice/``: an invoice, still to be posted, of the shipments that are chosen."""
    ids = _every(request) if EVERY in request.POST else _chosen(request)
    if not ids:
        messages.error(request, "Choose at least one shipment first.")
        return redirect("shipments")
    try:
        with transaction.atomic():
            made = EmbeddedCompany().act(SHIPMENT, ids[0], "invoice_shipments", by=poster(request), others=ids[1:])
            record(AuditEntry.Action.CREATED, "sales invoice", made.no, after={"shipments": len(ids)})
    except RecordProblem as problem:
        return _refused(request, problem, "shipments")
    messages.success(request, f"{name_of(made)} is made. Look at it, then post it.")
    return redirect("document", made.pk)


def _every(request: HttpRequest) -> list[uuid.UUID]:
    """Those of the list that can be invoiced, with a word about the others. Of the form of another list none is chosen,
    with a word about that."""
    try:
        found = every_shipment(query_of(request.POST, reverse("shipments")), request.user)
    except NotThisListError as other:
        messages.error(request, str(other))
        return []
    if not found.are_all:
        messages.warning(request, FIRST_ONLY)
    if found.closed:
        are = "s are" if found.closed > 1 else " is"
        messages.info(request, f"{found.closed} shipment{are} invoiced or undone already and left out.")
    return found.ids


def _chosen(request: HttpRequest) -> list[uuid.UUID]:
    found = []
    for text in request.POST.getlist("selected"):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            return []
    return found
