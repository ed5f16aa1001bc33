"""What a person does on the pages of documents."""

from __future__ import annotations

import html
from typing import Any

from django.http import HttpResponse
from django.test import Client

from integration.business_central.models import SalesHeader
from tests.pages import form_on


def at(header: Any, what: str = "") -> str:
    """The address of a document, or of something that is done with it."""
    return f"/documents/{header.pk}/{what}"


def text_of(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def edit_page(client: Client, header: Any) -> dict[str, Any]:
    """What the form of a document sends, untouched."""
    return form_on(client, at(header, "edit/"), at(header, "edit/"))


def save(client: Client, header: Any, **typed: Any) -> str:
    """Open the form, type, save; the page that comes then. ``line_0_quantity`` is the input ``line-0-quantity``."""
    sent = {**edit_page(client, header), **named(typed)}
    answer = client.post(at(header, "edit/"), sent, follow=True)
    header.refresh_from_db()
    return text_of(answer)


def named(typed: dict[str, Any]) -> dict[str, Any]:
    names = {name: name.split("_", 2) for name in typed}
    return {
        "-".join(parts) if parts[0] == "line" else name: typed[name] for name, parts in names.items()
    }  # fmt: skip


def do(client: Client, header: SalesHeader, action: str, **typed: str) -> str:
    """Press a button on the card, with the version that it shows; the page that comes then."""
    header.refresh_from_db()
    sent = {"version": str(header.row_version), **typed}
    return text_of(client.post(at(header, f"{action}/"), sent, follow=True))
