"""Configuration templates for new records, and which mapping uses which."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from integration.connection.live_systems import LiveSystems
from integration.forms.deleting import DeleteTemplateForm
from integration.forms.mapping.templates import NewTemplateForm, use_formset, value_formset
from integration.forms.versioned import made
from integration.models import RecordTemplate, TableMapping
from integration.pages.template_words import TemplatesInWords
from integration.views.access import PageRequest, post_needs
from integration.views.mapping.listing import CHANGE
from integration.views.refused import show_errors


@post_needs(CHANGE)
def templates(request: PageRequest) -> HttpResponse:
    """All templates; POST makes a new one."""
    with LiveSystems() as live:
        form = NewTemplateForm(request.POST or None, live=live)
        made_now = made(form, form.save) if request.method == "POST" and form.is_valid() else None
        if made_now is not None:
            return redirect("template", made_now.pk)
        notices = live.notices()
    stored = list(RecordTemplate.objects.prefetch_related("values", "uses__mapping"))
    words = TemplatesInWords(stored)
    rows = [(row, words.table(row), words.values(row)) for row in stored]
    context = {"rows": rows, "form": form, "notices": notices, "may_change": request.user.has_perm(CHANGE)}
    return render(request, "integration/templates.html", context)


@post_needs(CHANGE)
def template(request: PageRequest, id: int) -> HttpResponse:
    """The values of one template; POST saves all of them."""
    row = get_object_or_404(RecordTemplate, pk=id)
    with LiveSystems() as live:
        formset = value_formset(row, live, request.POST or None)
        if request.method == "POST" and formset.saved():
            messages.success(request, f"{row} is saved.")
            return redirect("template", row.pk)
        table = TemplatesInWords([row]).table(row)
        context = {"template": row, "table": table, "formset": formset, "notices": live.notices()}
    return render(request, "integration/template.html", context | {"may_change": request.user.has_perm(CHANGE)})


@require_POST
@permission_required(CHANGE, raise_exception=True)
def template_delete(request: HttpRequest, id: int) -> HttpResponse:
    """Refused while a mapping uses it."""
    row = get_object_or_404(RecordTemplate, pk=id)
    form = DeleteTemplateForm(request.POST, template=row)
    try:
        if not form.saved():
            show_errors(request, form)
            return redirect("template", id)
    except ProtectedError:
        users = ", ".join(str(use.mapping) for use in row.uses.select_related("mapping"))
        messages.error(request, f"{row} is used by {users}. Take it out there first.")
        return redirect("template", id)
    messages.success(request, f"{row} is deleted.")
    return redirect("templates")


@post_needs(CHANGE)
def mapping_templates(request: PageRequest, name: str) -> HttpResponse:
    """Which templates a mapping uses, in which order, for which records."""
    row = get_object_or_404(TableMapping, name=name, internal=False)
    with LiveSystems() as live:
        formset = use_formset(row, live, request.POST or None)
        if request.method == "POST" and formset.saved():
            messages.success(request, f"The templates of {row} are saved.")
            return redirect("mapping_templates", name=name)
        context = {"mapping": row, "formset": formset, "notices": live.notices()}
    return render(
        request, "integration/mapping_templates.html", context | {"may_change": request.user.has_perm(CHANGE)}
    )
