"""What the pages of the application offer to somebody: its links followed, its buttons pressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

LEFT_ASIDE = {
    "logout", "admin:logout", "own_settings", "own_password", "own_theme", "own_time_zone", "record_lookup"
}  # fmt: skip
"""What ends the walk, what anybody may, and what asks for fields that small worlds do not have."""


class Offers(HTMLParser):
    """The addresses that a page leads to (``links``) and that its open buttons go to (``presses``)."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.presses: list[str] = []
        self._form: str | None = None
        self._is_closed = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.links += [self._at(given[name]) for name in ("href", "hx-get") if tag != "link" and given.get(name)]
        self.presses += [self._at(given["hx-post"])] if "hx-post" in given else []
        if tag == "form":
            self._form = given.get("action", "") if given.get("method", "").lower() == "post" else None
        self._is_closed |= tag == "fieldset" and "disabled" in given
        is_open = not self._is_closed and "disabled" not in given
        if tag == "button" and is_open and given.get("type", "submit") == "submit" and self._form is not None:
            self.presses.append(self._at(given.get("formaction", self._form)))

    def handle_endtag(self, tag: str) -> None:
        self._form = None if tag == "form" else self._form
        self._is_closed &= tag != "fieldset"

    def _at(self, place: str) -> str:
        return urljoin(self.address, place)


@dataclass
class Walk:
    """Through all pages that a client is led to. ``refused``: what was offered there (page, address), and is not
    allowed; ``seen`` and ``pressed``: kinds of addresses. One page a kind is looked at, one button a kind pressed."""

    client: Client
    refused: list[tuple[str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    pressed: set[str] = field(default_factory=set)

    def go(self, start: str = "/") -> Walk:
        ahead = [("", start)]
        while ahead:
            page, address = ahead.pop(0)
            ahead += [(address, link) for link in self._look(page, address)]
        return self

    def _look(self, page: str, address: str) -> Iterator[str]:
        kind = _kind(address)
        if not kind or kind in self.seen:
            return
        self.seen.add(kind)
        answer = self.client.get(address)
        if _is_refused(answer):
            self.refused.append((page, address))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html") or answer.streaming:
            return
        offers = Offers(address)
        offers.feed(answer.content.decode())
        for press in offers.presses:
            self._press(address, press)
        yield from offers.links

    def _press(self, page: str, address: str) -> None:
        """Whatever it does is taken back."""
        kind = _kind(address)
        if not kind or kind in self.pressed:
            return
        self.pressed.add(kind)
        with transaction.atomic():
            if _is_refused(self.client.post(address)):
                self.refused.append((page, address))
            transaction.set_rollback(True)


def _kind(address: str) -> str:
    """The name of an address here, with the table and the action that it says; blank for one that is left aside."""
    parts = urlsplit(address)
    if parts.netloc or parts.scheme not in ("", "http"):
        return ""
    try:
        found = resolve(parts.path)
    except Resolver404:
        return ""
    said = [str(found.kwargs[name]) for name in ("table", "action") if name in found.kwargs]
    return "" if found.view_name in LEFT_ASIDE else " ".join([found.view_name, *said])


def _is_refused(answer: object) -> bool:
    """Told that it is not allowed, or sent to the sign-in."""
    status = getattr(answer, "status_code", 0)
    return status == 403 or (status == 302 and "/login/?next=" in answer["Location"])  # type: ignore[index]
