"""New Table Mapping and deleting one's own."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from integration.connection.live_systems import LiveSystems
from integration.forms.deleting import DeleteMappingForm
from integration.forms.mapping.own_mapping import NewMappingForm
from integration.forms.versioned import made
from integration.mappings.own import StandardMapping
from integration.models import TableMapping


@require_http_methods(["GET", "POST"])
@permission_required("integration.add_tablemapping", raise_exception=True)
def mapping_new(request: HttpRequest) -> HttpResponse:
    """Two tables first; as soon as they are known the fields; POST makes the mapping."""
    given = request.POST if request.method == "POST" else request.GET
    with LiveSystems() as live:
        form = NewMappingForm(given if "erp_table" in given else None, live=live)
        posted = request.POST if request.method == "POST" else None
        columns, formset = form.columns_step(posted), form.fields_step(posted)
        notices = live.notices()
    mapping = None
    if posted is not None and columns and formset and all([columns.is_valid(), formset.is_valid()]):
        mapping = made(form, partial(form.create, columns, formset))
    if mapping is not None:
        messages.success(request, f"{mapping} is there. Its job is On Hold: couple or synchronize a record first.")
        return redirect("mapping", name=mapping.name)
    shown = {"form": form, "columns": columns, "formset": formset, "notices": notices}
    return render(request, "integration/mapping_new.html", shown)


@require_http_methods(["GET", "POST"])
@permission_required("integration.delete_tablemapping", raise_exception=True)
def mapping_delete(request: HttpRequest, name: str) -> HttpResponse:
    """GET asks, POST deletes a person's own mapping."""
    row = get_object_or_404(TableMapping, name=name)
    form = DeleteMappingForm(request.POST or None, mapping=row)
    try:
        deleted = request.method == "POST" and form.saved()
    except StandardMapping as refusal:
        messages.error(request, str(refusal))
        return redirect("mapping", name=name)
    if not deleted:
        shown = {"mapping": row, "coupled": row.couplings.count(), "form": form}
        return render(request, "integration/mapping_delete.html", shown)
    couplings = f"{form.coupled} {'coupling' if form.coupled == 1 else 'couplings'}"
    messages.success(request, f"{name} is deleted, with {couplings}; the records stay.")
    return redirect("mappings")
