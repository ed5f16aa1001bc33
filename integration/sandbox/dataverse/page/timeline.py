"""What happened to a record: posts and notes, newest first, and a form for a note."""

from __future__ import annotations

from dataclasses import dataclass

from integration.sandbox.dataverse.page import forms
from integration.sandbox.dataverse.page.api_client import Row, shown
from integration.sandbox.dataverse.page.fields import Field
from integration.sandbox.dataverse.page.kinds import Kind
from integration.sandbox.dataverse.page.page_context import PageContext

MOST = 50
SUBJECT = Field("subject", "Subject")
NOTE = Field("notetext", "Note", "memo", required=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """One note or post; ``created`` is its moment as the Web API has it, ``when`` as people read it."""

    kind: str
    author: str
    created: str
    when: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """``fields`` are those of the form for a note; none where this person may not write one."""

    entries: list[Entry]
    fields: list[forms.Input]


def section(context: PageContext, kind: Kind, row: str, may_add: bool) -> Timeline:
    """Up to 50 of each. Raises :class:`Declined`."""
    order = f"$orderby=createdon desc&$top={MOST}"
    notes = context.client.rows("annotations", f"$filter=_objectid_value eq {row}&{order}")
    posts = context.client.rows("posts", f"$filter=_regardingobjectid_value eq {row}&{order}")
    entries = [_entry("Note", note, shown(note, "subject"), shown(note, "notetext")) for note in notes]
    entries += [_entry("Post", post, "", shown(post, "text") or shown(post, "largetext")) for post in posts]
    entries.sort(key=lambda one: one.created, reverse=True)
    return Timeline(entries, forms.inputs(context.client, (SUBJECT, NOTE) if may_add else (), context.given))


def _entry(kind: str, row: Row, subject: str, text: str) -> Entry:
    author = shown(row, "_createdby_value")
    return Entry(kind, author, str(row["createdon"]), shown(row, "createdon"), subject, text)


def add(context: PageContext, kind: Kind, row: str) -> None:
    """A note on the record as its form says. Raises :class:`Declined`."""
    payload = forms.body(context.client, (SUBJECT, NOTE), context.given, blanks=False)
    context.client.create("annotations", {**payload, f"objectid_{kind.table}@odata.bind": f"/{kind.set}({row})"})
