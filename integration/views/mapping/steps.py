"""Transformation Rules of one field mapping."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from integration.connection.live_systems import LiveSystems
from integration.forms.mapping.steps import PreviewForm, StepForm, StepsForm, WinnerForm, rules_problem
from integration.models import FieldMapping, FieldTransformation
from integration.models.mapping.field_mapping import FIRST_WINS
from integration.models.mapping.transformation import KIND_CHOICES
from integration.sync.transformations import KINDS
from integration.views.mapping.listing import CHANGE
from integration.views.refused import show_errors


@require_GET
def steps(request: HttpRequest, field: int) -> HttpResponse:
    """The steps in their order; with ``way`` what they make of a value or of a record."""
    row = get_object_or_404(FieldMapping.objects.select_related("mapping"), pk=field)
    with LiveSystems() as live:
        trying = PreviewForm(request.GET if "way" in request.GET else None, field=row, live=live)
        tried_on, preview = trying.preview()
        context = {"field": row, "trying": trying, "tried_on": tried_on, "preview": preview, "kinds": KIND_CHOICES}
        context |= {
            "unfit": rules_problem(row, live),
            "notices": live.notices(),
            "winners": FIRST_WINS,
            "coupled": row.coupled,
        }
        context["seen"] = StepsForm(field=row)["seen"]
    return render(request, "integration/steps.html", context | {"may_change": request.user.has_perm(CHANGE)})


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
def step_add(request: HttpRequest, field: int) -> HttpResponse:
    """A new step of the kind named in the address, at the end."""
    row = get_object_or_404(FieldMapping.objects.select_related("mapping"), pk=field)
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        raise Http404
    return _edit(request, FieldTransformation(field=row, kind=kind, direction=row.direction))


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
def step(request: HttpRequest, id: int) -> HttpResponse:
    """The direction and the parameters of one step."""
    row = _step(id)
    return _edit(request, row) if row else _gone(request)


def _step(id: int) -> FieldTransformation | None:
    return FieldTransformation.objects.select_related("field__mapping").filter(pk=id).first()


def _gone(request: HttpRequest) -> HttpResponse:
    """Its address does not say whose rule it was."""
    messages.error(request, "This transformation rule is not there any more: somebody removed it.")
    return redirect("mappings")


def _edit(request: HttpRequest, row: FieldTransformation) -> HttpResponse:
    form = StepForm(request.POST or None, instance=row)
    if request.method == "POST" and form.saved():
        messages.success(request, f"{row} is saved.")
        return redirect("steps", row.field.pk)
    return render(request, "integration/step.html", {"form": form, "step": row, "field": row.field})


@require_POST
@permission_required(CHANGE, raise_exception=True)
def step_change(request: HttpRequest, id: int, action: str) -> HttpResponse:
    """Up, down or remove."""
    if action not in ("up", "down", "remove"):
        raise Http404
    row = _step(id)
    if row is None:
        return _gone(request)
    form = StepsForm(request.POST, field=row.field, step=row, action=action)
    if not form.saved():
        show_errors(request, form)
    return redirect("steps", row.field.pk)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def field_winner(request: HttpRequest, field: int) -> HttpResponse:
    """Who wins for the pairs that are coupled already, when this field changes."""
    row = get_object_or_404(FieldMapping.objects.select_related("mapping"), pk=field)
    form = WinnerForm(request.POST, field=row)
    if form.saved():
        messages.success(request, f"Existing pairs: {row.get_first_wins_display()}.")
    else:
        show_errors(request, form)
    return redirect("steps", row.pk)
