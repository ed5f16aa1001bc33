"""What a page of Sales documents shows."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse


def shown(client: Client, name: str, **query: str) -> str:
    """The text of a page, without its marks."""
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    body = answer.content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
