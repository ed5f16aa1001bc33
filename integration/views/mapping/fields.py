"""Integration Field Mappings of one table mapping."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from integration.connection.live_systems import LiveSystems
from integration.forms.mapping.fields import FieldMappingFormSet, field_formset
from integration.forms.mapping.new_field import NewFieldForm
from integration.forms.versioned import made
from integration.mappings.warnings import warnings_of
from integration.models import TableMapping
from integration.models.stored.cache import metadata_cache
from integration.pages.mapping_words import MappingsInWords
from integration.templatetags.runs import both_fields
from integration.views.access import PageRequest, post_needs
from integration.views.mapping.listing import CHANGE


@post_needs(CHANGE)
def fields(request: PageRequest, name: str) -> HttpResponse:
    """The list of pairs; POST saves all of them."""
    mapping = get_object_or_404(TableMapping, name=name)
    with LiveSystems() as live:
        formset = field_formset(mapping, live, request.POST or None)
        if request.method == "POST" and formset.saved():
            messages.success(request, f"The fields of {name} are saved.")
            return redirect("fields", name=name)
        return _page(request, mapping, live, formset, NewFieldForm(mapping=mapping, live=live))


@require_POST
@permission_required(CHANGE, raise_exception=True)
def field_add(request: HttpRequest, name: str) -> HttpResponse:
    """A new pair, disabled until somebody enables it."""
    mapping = get_object_or_404(TableMapping, name=name, internal=False)
    with LiveSystems() as live:
        form = NewFieldForm(request.POST, mapping=mapping, live=live)
        field = made(form, form.save) if form.possible and form.is_valid() else None
        if field is not None:
            added = f"{both_fields(field)} is added. Enable it when it is ready; that asks for a full run."
            messages.success(request, added)
            return redirect("steps", field.pk) if form.cleaned_data["transformed"] else redirect("fields", name=name)
        return _page(request, mapping, live, field_formset(mapping, live), form)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def fields_refresh(request: HttpRequest, name: str) -> HttpResponse:
    """Forget the remembered columns, so that new ones show up."""
    metadata_cache().clear()
    messages.success(request, "The columns are read anew.")
    return redirect("fields", name=name)


def _page(
    request: HttpRequest, mapping: TableMapping, live: LiveSystems, formset: FieldMappingFormSet, new: NewFieldForm
) -> HttpResponse:
    context = {"mapping": mapping, "formset": formset, "new": new, "notices": live.notices()}
    context["warnings"] = warnings_of(mapping, MappingsInWords.one(mapping, live).pair)
    context["may_change"] = request.user.has_perm(CHANGE)
    return render(request, "integration/mapping_fields.html", context)
