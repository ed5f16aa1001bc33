"""What a person does on these pages, and what they read there."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.pages import seen_on

TAGS = re.compile(r"<[^>]+>")


def text_of(answer: Any) -> str:
    """The words of a page, without tags and superfluous blanks."""
    return " ".join(html.unescape(TAGS.sub(" ", answer.content.decode())).split())


def look(client: Client, name: str, *args: object, **query: str) -> str:
    """The words of a page that opens."""
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return text_of(answer)


def press(client: Client, name: str, *args: object, before: dict[str, str] | None = None, **sent: object) -> str:
    """Send the form of a page as it is shown now (or was ``before``), and read what comes next."""
    address = reverse(name, args=args)
    shown = seen_on(client, address) if before is None else before
    answer = client.post(address, {"posting_date": "2027-01-15", **shown, **sent}, follow=True)
    assert answer.status_code == 200
    return text_of(answer)
