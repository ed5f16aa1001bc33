"""When two texts are the same to the service's database: without regard to case, accents, width, how a letter is
composed, which blank it is, and blanks at the end (``Latin1_General_CI_AI``)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What cannot stand in a text: XML, in which the service keeps and moves rows, has no way to write it."""


def folded(text: str) -> str:
    """The form in which texts that are the same are equal."""
    return folded_part(text).rstrip(" ")


def folded_part(text: str) -> str:
    """A piece of a text: blanks at its end count."""
    return text.lower() if text.isascii() else _folded(text)


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKD", kept.casefold())


def folded_value(value: Any) -> Any:
    """For SQL: numbers and null as they are."""
    return folded(value) if isinstance(value, str) else value


def units(text: str) -> int:
    """The length of a text as the service counts it: in units of UTF-16, of which an emoji takes two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
