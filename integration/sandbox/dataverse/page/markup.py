"""HTML that cannot be forgotten to be escaped: everything is text unless a function here made it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from integration.sandbox.shell.messages import Response

STYLE = (Path(__file__).parent / "style.css").read_bytes()
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
VOID = frozenset({"input", "meta", "link"})


class Html(str):
    """Markup that is ready; any other text is escaped where it is put in."""

    __slots__ = ()


Content = str | Sequence["Content"] | None


def joined(content: Content) -> Html:
    """Markup as it is, text escaped, lists in their order, nothing for ``None``."""
    if content is None:
        return Html()
    if isinstance(content, str):
        return content if isinstance(content, Html) else Html(escape(content))
    return Html("".join(joined(one) for one in content))


def tag(element: str, /, *content: Content, **attributes: str | bool | None) -> Html:
    """One element. Names of attributes may end in ``_`` and have ``_`` for ``-``; ``False`` and ``None`` leave one
    out."""
    said = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for key, value in attributes.items()
        if isinstance(value, str) or value is True
    )
    inside = joined(list(content))
    return Html(f"<{element}{said}>" if element in VOID else f"<{element}{said}>{inside}</{element}>")


def link(address: str, text: str, **attributes: str | bool | None) -> Html:
    return tag("a", text, href=address, **attributes)


def table(heads: list[str], rows: list[list[Content]], caption: str, amounts: frozenset[int] = frozenset()) -> Html:
    """Rows under heads; the columns in ``amounts`` stand to the right. It scrolls by itself where it is too wide."""
    side = dict.fromkeys(amounts, "amount")
    head = tag("tr", *(tag("th", text, scope="col", class_=side.get(at)) for at, text in enumerate(heads)))
    body = [tag("tr", *(tag("td", cell, class_=side.get(at)) for at, cell in enumerate(row))) for row in rows]
    made = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag("div", made, class_="wide", tabindex="0", role="region", aria_label=caption)


def page(title: str, content: Content, top: Content = None, status: int = 200) -> Response:
    """A whole page as an answer."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("title", f"{title} – Sales (sandbox)"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href="data:,"),
        tag("link", rel="stylesheet", href="/sales/style.css"),
    )
    skip = link("#content", "Skip to content", class_="skip")
    body = tag("body", skip, top, tag("main", tag("h1", title), content, id="content", tabindex="-1"))
    return Response(status, f"<!doctype html>{tag('html', head, body, lang='en')}".encode(), dict(HEADERS))


def moved(address: str, cookie: str = "") -> Response:
    """On to another page of this one, by GET."""
    headers = {**HEADERS, "Location": address, **({"Set-Cookie": cookie} if cookie else {})}
    return Response(303, b"", headers)
