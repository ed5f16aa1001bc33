"""Records of Business Central: edit one, make a new one, delete one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from coupling.pages.editing import lookups
from coupling.pages.editing.afterwards import follows, saved_in_words
from coupling.pages.editing.deleting import Deletion, deletion_of
from coupling.pages.editing.edited import EditedRecord
from coupling.pages.editing.form import RecordForm
from coupling.pages.records import name_of
from coupling.pages.tables import editing_of
from coupling.pages.tables.editing import Editing
from coupling.sides import opened
from coupling.views.access import card_address, may_edit
from coupling.views.editing.saved import remember
from integration.systems.values import Side

NO_RECORD = "There is no such record."
show_and_send = require_http_methods(["GET", "HEAD", "POST"])


@show_and_send
def record_new(request: HttpRequest, table: str) -> HttpResponse:
    """``/records/erp/<table>/new/``; the query may name values to start with."""
    editing = _editing(request, table)
    with opened(Side.ERP) as erp:
        form = RecordForm(erp, table, editing)
        if request.method == "POST":
            return _saved(request, form) if _save(form, request.POST) else _show(request, form)
        form.start(request.GET)
        return _show(request, form)


@show_and_send
def record_edit(request: HttpRequest, table: str, id: uuid.UUID) -> HttpResponse:
    """``/records/erp/<table>/<system_id>/edit/``"""
    editing = _editing(request, table)
    with opened(Side.ERP) as erp:
        form = RecordForm(erp, table, editing, id)
        if request.method == "POST":
            return _saved(request, form) if _save(form, request.POST) else _show(request, form)
        if form.record is None:
            raise Http404(NO_RECORD)
        return _show(request, form)


@show_and_send
def record_delete(request: HttpRequest, table: str, id: uuid.UUID) -> HttpResponse:
    """``/records/erp/<table>/<system_id>/delete/``: what stands in the way and what goes with it; then it is done."""
    _editing(request, table)
    with opened(Side.ERP) as erp:
        asked = deletion_of(erp, table, id)
        if asked is None and request.method == "POST":
            messages.info(request, "The record is deleted already.")
            return redirect("erp_list", table)
        if asked is None:
            raise Http404(NO_RECORD)
        if request.method == "POST" and asked.delete(request.POST.get("version", "")):
            return _deleted(request, asked)
    return render(request, "coupling/edit_delete.html", {"asked": asked, "card": card_address(Side.ERP, table, id)})


@require_safe
def record_lookup(request: HttpRequest, table: str, field: str) -> HttpResponse:
    """``/records/erp/<table>/lookup/<field>/?<field>=…``: what is offered while somebody types."""
    editing = _editing(request, table)
    with opened(Side.ERP) as erp:
        described = erp.describe(table)
        asked = described.fields.get(field)
        if asked is None or not lookups.is_looked_up(asked, editing):
            raise Http404("Nothing is looked up here.")
        offers = lookups.offers(erp, described, asked, editing, request.GET.get(field, ""))
    return render(request, "coupling/_edit_offers.html", {"offers": offers})


def _editing(request: HttpRequest, table: str) -> Editing:
    editing = editing_of(table)
    if editing is None:
        raise Http404("Records of this table are not edited here.")
    if not may_edit(request.user, Side.ERP, table):
        raise PermissionDenied
    return editing


def _save(form: RecordForm, sent: QueryDict) -> bool:
    """What the pressed button wants; ``True``: it is saved."""
    typed = {name: str(value) for name, value in sent.items()}
    form.type(typed)
    if "take" in typed:
        form.take(typed["take"])
    elif "look" in typed:
        form.look(typed["look"])
    elif "choose" in typed:
        field, _, code = typed["choose"].partition(":")
        form.choose(field, code)
    else:
        return form.saved()
    return False


def _show(request: HttpRequest, form: EditedRecord) -> HttpResponse:
    name = name_of(Side.ERP, form.table, form.record) if form.record is not None else form.table.label
    table = form.table.name
    more = {"name": name, "leave": "", "focus": request.GET.get("field", "")}
    if form.id is not None and form.record is not None:
        more["leave"] = card_address(Side.ERP, table, form.id)
    return render(request, "coupling/edit.html", {"form": form, **more})


def _saved(request: HttpRequest, form: RecordForm) -> HttpResponse:
    if form.record is None or form.id is None:
        return redirect("erp_list", form.table.name)
    title = name_of(Side.ERP, form.table, form.record)
    done = saved_in_words(title, form.field_names, is_new=form.is_new)
    messages.success(request, done)
    remember(request, form.id, follows(form.table.name, form.id, form.changed))
    return redirect(card_address(Side.ERP, form.table.name, form.id))


def _deleted(request: HttpRequest, asked: Deletion) -> HttpResponse:
    messages.success(request, f"{asked.table.label} {asked.title} is deleted.")
    return redirect("erp_list", asked.table.name)
