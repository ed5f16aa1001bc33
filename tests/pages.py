"""What a page carries for the form it is sent back with."""

from __future__ import annotations

import html
import re

from django.test import Client

SEEN = re.compile(r'name="seen" value="([^"]*)"')


def seen_on(client: Client, address: str) -> dict[str, str]:
    """What the page says that it showed; to be sent with its form. Nothing for a page that cannot be looked at."""
    found = SEEN.search(client.get(address).content.decode())
    return {"seen": html.unescape(found.group(1))} if found else {}
