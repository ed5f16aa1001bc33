"""Notes on a document: written and changed on its card."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from integration.business_central.models import Note, SalesHeader
from integration.forms.documents.notes import NewNoteForm, NoteForm
from integration.models.people.rights import POST_DOCUMENT
from integration.pages.documents.kinds import HEADER
from integration.systems.errors import RecordProblem
from integration.views.access import poster

may_write = permission_required(POST_DOCUMENT, raise_exception=True)


@require_POST
@may_write
def note_add(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/<id>/notes/``: a new note."""
    header = get_object_or_404(SalesHeader, pk=id)
    form = NewNoteForm(request.POST)
    try:
        if form.is_valid():
            with transaction.atomic():
                form.save(header, poster(request))
            messages.success(request, "The note is added.")
        else:
            messages.error(request, f"The note is not added. {form.errors['text'][0]}")
    except RecordProblem as problem:
        messages.error(request, str(problem))
    return redirect("document", id)


@require_http_methods(["GET", "POST"])
@may_write
def note(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """``/documents/notes/<id>/``: change a note."""
    row = get_object_or_404(Note, pk=id, record_table=HEADER)
    form = NoteForm(request.POST or None, instance=row)
    if request.method == "POST" and form.saved():
        messages.success(request, "The note is saved.")
        return redirect("document", row.record_id)
    return render(request, "integration/documents/note.html", {"form": form, "note": row})
