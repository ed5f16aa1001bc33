"""Notes that people write on a document."""

from __future__ import annotations

from django.test import Client

from integration.business_central.models import Note, SalesHeader
from integration.models import AuditEntry
from tests.business_central.trading import item, order
from tests.integration.open_documents.pages import at, text_of
from tests.pages import form_on


def written(made: SalesHeader, text: str = "Call first") -> Note:
    return Note.objects.create(record_table="sales_header", record_id=made.pk, text=text, created_by="peter")


def test_a_note_is_added_with_who_wrote_it(olga: Client) -> None:
    made = order(item())

    page = text_of(olga.post(at(made, "notes/"), {"text": "<i>Ring</i> twice"}, follow=True))

    note = Note.objects.get()
    assert (note.record_table, note.record_id, note.text, note.created_by) == (
        "sales_header", made.pk, "<i>Ring</i> twice", "olga",
    )  # fmt: skip
    assert "The note is added." in page
    entry = AuditEntry.objects.get(kind="note")
    assert (entry.who, entry.action, entry.subject) == ("olga", "created", "sales order 101001")


def test_an_empty_note_is_none(olga: Client) -> None:
    made = order(item())

    assert "The note is not added." in text_of(olga.post(at(made, "notes/"), {"text": " "}, follow=True))
    assert not Note.objects.exists()


def test_a_note_is_changed_and_whoever_comes_second_is_shown_what_changed(olga: Client, admin: Client) -> None:
    note = written(order(item()))
    address = f"/documents/notes/{note.pk}/"
    sent = form_on(olga, address, address)
    admin.post(address, {**form_on(admin, address, address), "text": "Call at ten"})

    page = text_of(olga.post(address, {**sent, "text": "Ring"}))

    note.refresh_from_db()
    assert note.text == "Call at ten"
    assert "“Call first” → “Call at ten”" in page
    assert AuditEntry.objects.filter(kind="note", who="annette").count() == 1


def test_who_only_looks_writes_no_note(vera: Client) -> None:
    made = order(item())
    note = written(made)

    assert vera.post(at(made, "notes/"), {"text": "Ring"}).status_code == 403
    assert vera.post(f"/documents/notes/{note.pk}/", {"text": "Ring"}).status_code == 403
    assert "Add Note" not in text_of(vera.get(at(made)))
    assert Note.objects.get().text == "Call first"
