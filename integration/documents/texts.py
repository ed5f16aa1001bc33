"""Texts on their way: a description as comment lines. Nothing is lost on the way. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from integration.systems.text import length, storable

LONGEST = 100
"""Characters of the description of a line, counted as both products do."""
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_LONG = 0xFFFF


def comment_lines(text: str) -> list[str]:
    """A text as lines of at most 100 characters: split at line feeds, then at blanks where there are some. Blank lines
    at both ends are left out.

        Deliver to the gate behind the station, ring twice.      one line of 51
        a text of 130 characters, the last blank up to 100       one line up to and with that blank, the rest on
        stands at 96                                             another one
    """
    lines = [piece for line in _LINE_ENDS.split(storable(text)) for piece in pieces(line)]
    return _without_blank_ends(lines)


def first_piece(text: str) -> tuple[str, str]:
    """The first line of a text, up to 100 characters of it, and the rest."""
    text = storable(text).strip()
    line = _LINE_ENDS.split(text, maxsplit=1)[0]
    end = fitting(line, LONGEST)
    return text[:end], text[end:]


def pieces(line: str, longest: int = LONGEST) -> list[str]:
    """A line in pieces of at most so many characters, cut behind a blank where there is one. Joined they are the
    line."""
    found = []
    while length(line) > longest:
        end = fitting(line, longest)
        blank = line.rfind(" ", 0, end)
        if blank >= 0 and line[:blank].strip():
            end = blank + 1
        found.append(line[:end])
        line = line[end:]
    return [*found, line]


def fitting(text: str, longest: int) -> int:
    """How many signs of a text fit into so many characters; a sign like 😀 takes two."""
    if length(text) <= longest:
        return len(text)
    if text.isascii():
        return longest
    room = longest
    for at, sign in enumerate(text):
        room -= 2 if ord(sign) > _LONG else 1
        if room < 0:
            return at
    return len(text)


def cut(text: str, longest: int) -> str:
    """The beginning of a text, without characters that neither system stores."""
    text = storable(text).strip()
    return text[: fitting(text, longest)].rstrip()


def _without_blank_ends(lines: Sequence[str]) -> list[str]:
    filled = [at for at, line in enumerate(lines) if line.strip()]
    return list(lines[filled[0] : filled[-1] + 1]) if filled else []
