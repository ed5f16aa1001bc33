"""Notes on a document: what people of both systems write to each other about it."""

from __future__ import annotations

from typing import Any

from django import forms

from integration.business_central.models import Note, SalesHeader
from integration.business_central.store import EmbeddedCompany
from integration.forms.once import OnceForm
from integration.forms.versioned import VersionedForm
from integration.models.stored.audit import AuditEntry, record
from integration.pages.documents.kinds import HEADER, kind_of
from integration.systems.values import Row

NOTE = "note"
LONGEST = 10_000
"""Characters of a note, which Sales takes, too."""


class NewNoteForm(OnceForm):
    """A note that is written now."""

    text = forms.CharField(label="Note", max_length=LONGEST, widget=forms.Textarea({"rows": 2}))

    def save(self, header: SalesHeader, by: str) -> None:
        """Store it. Raises what the company refuses."""
        values = {"record_table": HEADER, "record_id": header.pk, "text": self.cleaned_data["text"], "created_by": by}
        company = EmbeddedCompany()
        [made] = company.insert(NOTE, [Row(self.new_id, values)])
        if self.is_made(company, NOTE, made):
            return
        if made.error is not None:
            raise made.error
        record(AuditEntry.Action.CREATED, "note", f"{kind_of(header).noun.lower()} {header.no}")


class NoteForm(VersionedForm):
    """A note that is changed."""

    class Meta:
        model = Note
        fields = ("text",)
        widgets = {"text": forms.Textarea({"rows": 6, "maxlength": LONGEST})}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["text"].required = True

    def store(self) -> None:
        """Write it. Raises what the company refuses."""
        [written] = EmbeddedCompany().update(NOTE, [Row(self.instance.pk, {"text": self.cleaned_data["text"]})])
        if written.error is not None:
            raise written.error
        record(AuditEntry.Action.CHANGED, "note", str(self.instance.pk))
