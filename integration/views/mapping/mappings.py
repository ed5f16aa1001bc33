"""One integration table mapping, and Use Default Synchronization Setup."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from integration.connection.live_systems import Count as Matching
from integration.connection.live_systems import LiveSystems
from integration.forms.mapping.defaults import DefaultsForm
from integration.forms.mapping.table_mapping import MappingForm, builders_of, counts_of
from integration.mappings import standard
from integration.mappings.warnings import warnings_of
from integration.models import TableMapping
from integration.pages.mapping_words import MappingsInWords
from integration.views.access import PageRequest, post_needs
from integration.views.mapping.listing import CHANGE, with_numbers

WITHOUT_DEFAULT = "Left out, since people made them and there is no default: {}."


@post_needs(CHANGE, unless="count")
def mapping(request: PageRequest, name: str) -> HttpResponse:
    """One mapping; POST saves it, adds or removes a condition on the page, or only counts the rows that match."""
    row = get_object_or_404(with_numbers(TableMapping.objects.all()), name=name)
    if row.internal and request.method == "POST":
        raise Http404("A flow keeps this mapping.")
    counting = "count" in request.POST or "count" in request.GET
    with LiveSystems() as live:
        form = MappingForm(request.POST or None, instance=row, live=live)
        if request.method == "POST" and not (counting or form.is_building) and form.saved():
            _report_saved(request, form)
            return redirect("mapping", name=name)
        counts = form.counts() if counting or form.is_bound else None
        return render(request, "integration/mapping.html", _context(request, row, form, counts, live))


@require_GET
def mapping_count(request: HttpRequest, name: str) -> HttpResponse:
    """A fragment: how many rows the filters match as they are typed, and what they say in words."""
    row = get_object_or_404(TableMapping, name=name)
    with LiveSystems() as live:
        filters = builders_of(row, live, request.GET)
        counts = counts_of(live, row, filters)
    shown = {"counts": counts, "filters": filters, "may_change": request.user.has_perm(CHANGE), "mapping": row}
    return render(request, "integration/_mapping_counted.html", shown)


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
def mapping_defaults(request: HttpRequest) -> HttpResponse:
    """Use Default Synchronization Setup: GET shows what it would overwrite, POST does it for those selected."""
    posted = request.POST if request.method == "POST" else None
    only = _asked_for(request) if posted is None else posted.getlist("listed")
    listed = TableMapping.objects.filter(name__in=only) if only else TableMapping.objects.all()
    form = DefaultsForm(posted, listed=listed, chosen=request.POST.getlist("name"))
    if posted is not None and form.saved():
        message = f"{len(form.done)} mappings are back at the default, {len(form.created)} were created."
        messages.success(request, message)
        return redirect("mappings")
    if only and form.without_default:
        messages.warning(request, WITHOUT_DEFAULT.format(", ".join(form.without_default)))
    missing = [] if only else standard.missing()
    context = {"form": form, "only": only, "plans": form.plans_in_words(), "missing": missing}
    return render(request, "integration/mapping_defaults.html", context)


def _asked_for(request: HttpRequest) -> list[str]:
    """The mappings of the address, or those that are selected in the list."""
    return [*request.GET.getlist("name"), *request.GET.getlist("selected")]


def _report_saved(request: HttpRequest, form: MappingForm) -> None:
    messages.success(request, f"{form.instance.name} is saved.")
    for count in form.counts():
        messages.info(request, f"{count.table}: {count.text}")
    for warning in warnings_of(form.instance, MappingsInWords.one(form.instance, form.live).pair):
        messages.warning(request, warning)


def _context(
    request: HttpRequest, row: TableMapping, form: MappingForm, counts: list[Matching] | None, live: LiveSystems
) -> dict[str, object]:
    return {
        "mapping": row,
        "form": form,
        "counts": counts,
        "notices": live.notices(),
        "warnings": warnings_of(row, MappingsInWords.one(row, live).pair),
        "may_change": request.user.has_perm(CHANGE),
    }
