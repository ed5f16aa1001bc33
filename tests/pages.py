"""What a page carries for the form it is sent back with, as a browser would send it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client

SEEN = re.compile(r'name="seen" value="([^"]*)"')
TICKED = ("checkbox", "radio")
Attributes = list[tuple[str, "str | None"]]


def seen_on(client: Client, address: str) -> dict[str, str]:
    """What the page says that it showed; to be sent with its form. Nothing for a page that cannot be looked at."""
    found = SEEN.search(client.get(address).content.decode())
    return {"seen": html.unescape(found.group(1))} if found else {}


def form_on(client: Client, address: str, press: str) -> dict[str, list[str]]:
    """What the form of this page sends that goes to the address ``press``, untouched; without its buttons."""
    forms = Forms(address)
    forms.feed(client.get(address).content.decode())
    return next(form.values for form in forms.found if press in form.goes_to)


def pressed(client: Client, address: str, sent: Mapping[str, object]) -> HttpResponse:
    """What a browser shows behind a button: the question, which stands at an address of its own, or what the form is
    answered with."""
    answer = client.post(address, sent)
    to = answer.headers.get("Location", "")
    return client.get(to) if to.partition("?")[0] == address else answer


class Form:
    """Where a form can go, and what it sends."""

    def __init__(self, goes_to: str) -> None:
        self.goes_to = {goes_to}
        self.values: dict[str, list[str]] = {}

    def add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


class Forms(HTMLParser):
    """All forms of a page that are sent with POST."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[Form] = []
        self.form: Form | None = None
        self.select: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.form = Form(given.get("action") or self.address)
            self.found.append(self.form)
        if self.form is None:
            return
        if "formaction" in given:
            self.form.goes_to.add(given["formaction"])
        name = given.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.form.add(self.select, given.get("value", ""))
        elif tag == "textarea":
            self.area = name
            self.form.add(name, "")
        elif tag == "input" and name and "disabled" not in given and _is_sent(given):
            self.form.add(name, given.get("value", "on" if given.get("type") in TICKED else ""))

    def handle_data(self, data: str) -> None:
        if self.form is not None and self.area:
            self.form.values[self.area][-1] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        self.select = None if tag == "select" else self.select
        self.area = None if tag == "textarea" else self.area


def _is_sent(given: dict[str, str]) -> bool:
    return given.get("type") not in TICKED or "checked" in given
