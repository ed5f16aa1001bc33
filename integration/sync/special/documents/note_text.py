"""The text of a note: plain in Business Central, often HTML in Sales, and the same for a reader. Pure."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from integration.systems.text import storable

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_ENDS_LINE = frozenset({"p", "div"})
_UNSEEN = frozenset({"script", "style"})


class _PlainText(HTMLParser):
    """Gathers what a reader sees of a note."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "br":
            self.parts.append("\n")
        self.unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if tag in _ENDS_LINE:
            self.parts.append("\n")
        if tag in _UNSEEN and self.unseen:
            self.unseen -= 1

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(data)


def plain_text(note: str) -> str:
    """A note of Sales as plain text: the end of a paragraph is a line feed, tags are dropped, scripts and styles with
    their text, entities are decoded, blanks at both ends are left out."""
    reader = _PlainText()
    reader.feed(storable(_LINE_ENDS.sub("\n", note)))
    reader.close()
    return storable("".join(reader.parts)).strip()


def tidy_text(note: str) -> str:
    """A note of Business Central as it is compared and sent."""
    return storable(_LINE_ENDS.sub("\n", note)).strip()


def as_html(note: str) -> str:
    """A plain text as Sales keeps it: nothing in it is taken for a tag or an entity."""
    return html.escape(tidy_text(note), quote=False)
