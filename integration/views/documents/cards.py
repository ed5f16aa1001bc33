"""Cards of Business Central's documents."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from integration.business_central.models import SalesHeader, SalesLine, SalesShipmentHeader, SalesShipmentLine
from integration.business_central.models.documents import SalesHeaderArchive, SalesLineArchive
from integration.forms.documents.document import TABS
from integration.forms.documents.notes import NewNoteForm
from integration.pages.documents.cards import belonging_to, errors_of, lines_shown, partner_of, tabs_of, totals_of
from integration.pages.documents.kinds import HEADER, actions_of, kind_of, name_of, state_of
from integration.views.documents.lists import with_progress

SHIPMENT_TABS = tuple((label, names) for label, names in TABS if label in ("General", "Shipping"))


@require_safe
def document(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/<id>/``: a quote, an order or an invoice that is not posted."""
    header = get_object_or_404(SalesHeader.objects.select_related("currency_code"), pk=id)
    lines = list(SalesLine.objects.filter(document_no=id).select_related("unit_of_measure_code").order_by("line_no"))
    kind = kind_of(header)
    shown = {"header": header, "kind": kind, "name": name_of(header), "state": state_of(header)}
    shown |= {"tabs": tabs_of(header, TABS), "lines": lines_shown(header, lines), "totals": totals_of(header, lines)}
    partner = partner_of(id, HEADER)
    shown |= {"actions": actions_of(header), "belonging": belonging_to(header), "partner": partner}
    shown |= {"errors": errors_of(id, partner), "stands_at": reverse(kind.list), "new_note": NewNoteForm()}
    return render(request, "integration/documents/card.html", shown)


@require_safe
def shipment(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/shipments/<id>/``: a posted shipment."""
    header = get_object_or_404(with_progress(SalesShipmentHeader.objects), pk=id)
    lines = SalesShipmentLine.objects.filter(document_no=id).select_related("unit_of_measure_code").order_by("line_no")
    order = SalesHeader.objects.filter(pk__in=[header.order_id]).first()
    shown = {"header": header, "lines": lines, "order": order, "tabs": tabs_of(header, SHIPMENT_TABS)}
    return render(request, "integration/documents/shipment.html", shown)


@require_safe
def archived(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/archive/<id>/``: an archived version of a quote or an order."""
    header = get_object_or_404(SalesHeaderArchive.objects.select_related("currency_code"), pk=id)
    lines = list(
        SalesLineArchive.objects.filter(document_no=id).select_related("unit_of_measure_code").order_by("line_no")
    )
    shown = {"header": header, "kind": kind_of(header), "name": name_of(header), "tabs": tabs_of(header, TABS)}
    shown |= {"lines": lines_shown(header, lines), "totals": totals_of(header, lines)}
    shown["partner"] = partner_of(header.source_id, HEADER)
    shown["document"] = SalesHeader.objects.filter(pk=header.source_id).first()
    return render(request, "integration/documents/archived.html", shown)
