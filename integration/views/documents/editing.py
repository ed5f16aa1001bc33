"""Edit a document: its header and lines on one page, its sums while somebody types, and new ones."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integration.business_central.models import Customer, GLAccount, Item, LineType, Resource, SalesHeader
from integration.forms.documents.document import DocumentForm
from integration.forms.documents.new import NewDocumentForm
from integration.forms.documents.preview import preview_of
from integration.forms.versioned import made
from integration.models.people.rights import POST_DOCUMENT
from integration.pages.documents.kinds import BY_SLUG, kind_of, name_of

may_edit = permission_required(POST_DOCUMENT, raise_exception=True)
FOUND_AT_ONCE = 20
LOOKED_UP = {"customer": Customer, "item": Item, "resource": Resource, "account": GLAccount}
TYPES = {str(type.value): type.name.lower() for type in LineType if type}


@require_http_methods(["GET", "POST"])
@may_edit
def document_edit(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/<id>/edit/``: header and lines. “More Lines” and “+” only add blank ones to the page."""
    header = get_object_or_404(SalesHeader, pk=id)
    form = DocumentForm(request.POST or None, instance=header, page=_page(request))
    if "more" in request.POST or "insert" in request.POST:
        form.grid.add(_whole(request.POST.get("insert", "")))
    elif request.method == "POST" and form.saved():
        messages.success(request, f"{name_of(header)} is saved.")
        return redirect("document", id)
    shown = {"form": form, "header": header, "name": name_of(header), "kind": kind_of(header)}
    shown["stands_at"] = reverse(kind_of(header).list)
    return render(request, "integration/documents/edit.html", {**shown, "preview": preview_of(form)})


def _page(request: HttpRequest) -> int:
    return _whole(request.POST.get("page") or request.GET.get("page", "")) or 1


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else None


@require_POST
@may_edit
def document_amounts(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/<id>/amounts/``: what the document would come to if what is typed were saved."""
    header = get_object_or_404(SalesHeader, pk=id)
    form = DocumentForm(request.POST, instance=header, page=_page(request))
    return render(request, "integration/documents/_amounts.html", {"preview": preview_of(form), "live": True})


@require_http_methods(["GET", "POST"])
@may_edit
def document_new(request: HttpRequest, kind: str) -> HttpResponse:
    """``/documents/orders/new/`` and its like: a new document for a customer, without lines."""
    shown = BY_SLUG[kind]
    form = NewDocumentForm(request.POST or None, kind=shown, initial={"customer": request.GET.get("customer", "")})
    if request.method == "POST" and form.is_valid():
        id = made(form, form.save)
        if id is not None:
            return redirect("document_edit", id)
    return render(request, "integration/documents/new.html", {"form": form, "kind": shown})


@require_safe
def document_numbers(request: HttpRequest) -> HttpResponse:
    """``/documents/numbers/``: what is offered while a number is typed. ``of`` says of what: ``customer``, or blank
    where the type of the line (``line-3-type``) is sent with what is typed (``line-3-no``)."""
    sent = {name.rpartition("-")[2]: request.GET.get(name, "") for name in request.GET}
    model = LOOKED_UP.get(sent.pop("of", "") or TYPES.get(sent.pop("type", ""), ""))
    text = next(iter(sent.values()), "").replace("\0", "").strip()
    found = _found(model, text) if model is not None and text else ()
    return render(request, "integration/documents/_numbers.html", {"found": found})


def _found(model: Any, text: str) -> list[tuple[str, str]]:
    """(number, name) of those whose number or name contains this text."""
    name = model.name_field
    rows = model.objects.filter(Q(no__icontains=text) | Q(**{f"{name}__icontains": text})).order_by("no")
    return list(rows.values_list("no", name)[:FOUND_AT_ONCE])
