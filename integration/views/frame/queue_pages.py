"""The pages of django-rq under our content policy: they bring styles and scripts inside their HTML, which it refuses.

Their styles are marked as ours. Their scripts call a plug-in that Django's administration has no longer, and make rows
clickable that have a link too: they are left out. What stands in a page of theirs is escaped by their templates.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from integration.views.security import POLICY

STYLE = re.compile(r"<style(?=[\s>])", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>.*?</script>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[a-z][^<>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""\s(?:on[a-z]+|style)=(?:"[^"]*"|'[^']*')""", re.IGNORECASE)


class QueuePages:
    """Middleware, inside the one that sends the policy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asked = request.resolver_match
        is_page = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
        if asked is not None and "django_rq" in asked.app_names and is_page:
            nonce = secrets.token_urlsafe(16)
            response.content = cleaned(response.text, nonce)
            response.headers["Content-Security-Policy"] = f"{POLICY}; style-src 'self' 'nonce-{nonce}'"
        return response


def cleaned(page: str, nonce: str) -> str:
    """The page without scripts, and attributes that are scripts or styles, in its HTML; its style sheets marked."""
    page = TAG.sub(lambda tag: ATTRIBUTE.sub("", tag[0]), SCRIPT.sub("", page))
    return STYLE.sub(f'<style nonce="{nonce}"', page)
