"""Which theme a page has before any script runs: the one a person has chosen, else that of their system, which a
browser says in a header once it is asked to. One that does not say it gets the light one, until ``static/theme.js``
follows the system."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

HINT = "Sec-CH-Prefers-Color-Scheme"
LIGHT, DARK = "light", "dark"


def theme_of(request: HttpRequest | None, user: Any = None) -> str:
    """``light`` or ``dark``."""
    chosen = getattr(user, "theme", "")
    if chosen not in (LIGHT, DARK):
        chosen = request.headers.get(HINT, "").strip('"') if request is not None else ""
    return DARK if chosen == DARK else LIGHT
