"""Text as the service takes it: which characters, and how long."""

from __future__ import annotations

import re

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""The service keeps and moves rows as XML, which has no way to write these: control characters, halves of a character
and two that are none."""


def travelling(text: str) -> str:
    """The text with a blank for every character that the service refuses."""
    return _REFUSED.sub(" ", text)


def units(text: str) -> int:
    """The length of a text as the service counts it: in units of UTF-16, of which an emoji takes two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
