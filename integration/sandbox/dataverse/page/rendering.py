"""Answers of the page: templates filled in. Everything put into one is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from integration.sandbox.dataverse.page.kinds import KINDS
from integration.sandbox.shell.messages import Response

HERE = Path(__file__).parent
FILES = {
    "/sales/style.css": ("text/css; charset=utf-8", (HERE / "style.css").read_bytes()),
    "/sales/availability.js": ("text/javascript; charset=utf-8", (HERE / "availability.js").read_bytes()),
}
"""What pages load besides, by address: type and content."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["kinds"] = KINDS


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as people read it, with an address where it leads somewhere."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; amounts stand to the right."""

    text: str
    amount: bool = False


def page(template: str, title: str, problem: str = "", status: int = 200, **values: Any) -> Response:
    """A whole page as an answer. ``context`` among the values brings the head with the lists and who is signed in."""
    filled = TEMPLATES.get_template(template).render({"context": None, **values, "title": title, "problem": problem})
    return Response(status, filled.encode(), dict(HEADERS))


def sentence(text: str) -> Response:
    """A sentence as plain text, for a page that shows it."""
    return Response(200, text.encode(), {**HEADERS, "Content-Type": "text/plain; charset=utf-8"})


def message(title: str, text: str, status: int) -> Response:
    """A page of one sentence."""
    return page("message.html", title, status=status, text=text)


def moved(address: str, cookie: str = "") -> Response:
    """On to another page of this one, by GET."""
    headers = {**HEADERS, "Location": address, **({"Set-Cookie": cookie} if cookie else {})}
    return Response(303, b"", headers)
