"""What happened to a record: posts and notes, newest first, and a form for a note."""

from __future__ import annotations

from integration.sandbox.dataverse.page import forms
from integration.sandbox.dataverse.page.api_client import Row, shown
from integration.sandbox.dataverse.page.kinds import Field, Kind
from integration.sandbox.dataverse.page.markup import Html, tag
from integration.sandbox.dataverse.page.page_context import PageContext

MOST = 50
SUBJECT = Field("subject", "Subject")
NOTE = Field("notetext", "Note", "memo", required=True)


def section(context: PageContext, kind: Kind, row: str) -> Html:
    """Up to 50 of each. Raises :class:`Declined`."""
    order = f"$orderby=createdon desc&$top={MOST}"
    notes = context.client.rows("annotations", f"$filter=_objectid_value eq {row}&{order}")
    posts = context.client.rows("posts", f"$filter=_regardingobjectid_value eq {row}&{order}")
    dated = [(note["createdon"], _note(note)) for note in notes] + [(post["createdon"], _post(post)) for post in posts]
    dated.sort(key=lambda one: one[0], reverse=True)
    entries = [entry for _, entry in dated]
    happened = tag("ul", *entries, class_="timeline") if entries else tag("p", "Nothing yet.", class_="quiet")
    return tag("section", tag("h2", "Timeline"), _form(context, f"/sales/{kind.set}/{row}/note"), happened)


def _form(context: PageContext, address: str) -> Html:
    fields = forms.inputs(context.client, (SUBJECT, NOTE), context.given)
    press = tag("div", tag("button", "Add note"), class_="full")
    return context.form(address, *fields, press, class_="fields")


def _note(row: Row) -> Html:
    subject = shown(row, "subject")
    head = tag("strong", subject) if subject else None
    return tag("li", _when(row, "Note"), tag("p", head, "\n" if head else "", shown(row, "notetext")))


def _post(row: Row) -> Html:
    return tag("li", _when(row, "Post"), tag("p", shown(row, "text") or shown(row, "largetext")))


def _when(row: Row, what: str) -> Html:
    time = tag("time", shown(row, "createdon"), datetime=str(row["createdon"]))
    return tag("small", what, " by ", shown(row, "_createdby_value"), ", ", time)


def add(context: PageContext, kind: Kind, row: str) -> None:
    """A note on the record as its form says. Raises :class:`Declined`."""
    said = forms.body(context.client, (SUBJECT, NOTE), context.given, blanks=False)
    context.client.create("annotations", {**said, f"objectid_{kind.table}@odata.bind": f"/{kind.set}({row})"})
