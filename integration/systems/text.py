"""Text as the two products look at it: when two names are the same, which characters travel, how long a text is."""

from __future__ import annotations

import re
import unicodedata

REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What Dataverse answers with an error instead of storing it, and half characters, which no encoding can send."""

_ACCENTED = re.compile("([a-z0-9\u00df-\u02ff\u0370-\u03ff])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")
"""A Latin or Greek letter with its accents. Elsewhere such a mark makes another letter (й is no и)."""

_UNSEEN = dict.fromkeys((0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF))
"""Characters without a form of their own (soft hyphen, zero-width blank): the collation gives them no weight."""

_OTHER_BLANKS = re.compile(r"\s")
_LONG = 0xFFFF


def fold(text: str) -> str:
    """The text as the collation of the service compares it (SQL Server, CI_AI): without regard to case, accents,
    width, how a letter is composed, the kind of a blank, and blanks at the end. Equal means: the same name there.

    >>> fold("CAFÉ\\u00a0Nord ") == fold("Cafe Nord")
    True
    """
    if text.isascii() and text.isprintable():
        return text.lower().rstrip(" ")
    text = unicodedata.normalize("NFKC", storable(text).translate(_UNSEEN))
    # Letters may fold to ones that compose anew, hence twice; every text comes to rest by then.
    for _ in range(2):
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = unicodedata.normalize("NFC", _ACCENTED.sub(r"\1", text))
    return _OTHER_BLANKS.sub(" ", text).rstrip(" ")


def storable(text: str) -> str:
    """The text as it can be written on both sides: a character that Dataverse refuses is a blank."""
    return text if text.isprintable() else REFUSED.sub(" ", text)


def on_one_line(text: str) -> str:
    """The text for a console or a log: nothing in it moves the cursor, colours, reverses or begins a line of its own.
    What would, stands there as it is written in a program."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    blank = unicodedata.category(character) == "Zs"
    return " " if blank else character.encode("unicode_escape").decode()


def length(text: str) -> int:
    """How long both products say it is: in UTF-16 units, of which a character like 😀 takes two."""
    return len(text) if text.isascii() else len(text) + sum(ord(character) > _LONG for character in text)
