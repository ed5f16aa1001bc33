"""Addresses of Business Central's documents."""

from __future__ import annotations

from django.urls import URLPattern, path

from integration.pages.documents.kinds import BY_SLUG
from integration.views.documents.actions import document_action, shipment_undo, shipments_invoice
from integration.views.documents.cards import archived, document, shipment
from integration.views.documents.editing import document_amounts, document_edit, document_new, document_numbers
from integration.views.documents.lists import archive, documents, shipments
from integration.views.documents.notes import note, note_add

urlpatterns: list[URLPattern] = [
    *(path(f"documents/{kind.list}/", documents, {"kind": slug}, name=kind.list) for slug, kind in BY_SLUG.items()),
    *(
        path(f"documents/{kind.list}/new/", document_new, {"kind": slug}, name=f"{slug}_new")
        for slug, kind in BY_SLUG.items()
    ),
    path("documents/numbers/", document_numbers, name="document_numbers"),
    path("documents/notes/<uuid:id>/", note, name="note"),
    path("documents/shipments/", shipments, name="shipments"),
    path("documents/shipments/invoice/", shipments_invoice, name="shipments_invoice"),
    path("documents/shipments/<uuid:id>/", shipment, name="shipment"),
    path("documents/shipments/<uuid:id>/undo/", shipment_undo, name="shipment_undo"),
    path("documents/archive/", archive, name="archive"),
    path("documents/archive/<uuid:id>/", archived, name="archived"),
    path("documents/<uuid:id>/", document, name="document"),
    path("documents/<uuid:id>/edit/", document_edit, name="document_edit"),
    path("documents/<uuid:id>/amounts/", document_amounts, name="document_amounts"),
    path("documents/<uuid:id>/notes/", note_add, name="note_add"),
    path("documents/<uuid:id>/<slug:action>/", document_action, name="document_action"),
]
