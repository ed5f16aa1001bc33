"""Words of ``$filter``: names, literals, marks. Positions count characters, as the service's messages do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from integration.sandbox.dataverse.refusals import odata

WORDS = re.compile(
    r"""(?P<blank>\s+)
    |(?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![\w-]))
    |(?P<moment>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?(?![\w-]))
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[mMdDfFlL]?(?![\w.]))
    |(?P<enum>Microsoft\.Dynamics\.CRM\.\w+'[^']*')
    |(?P<text>'(?:[^']|'')*')
    |(?P<double>"[^"]*")
    |(?P<name>[A-Za-z_][\w.]*(?:/[A-Za-z_]\w*)*)
    |(?P<alias>@\w+)
    |(?P<mark>[(),:=\[\]])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """``kind``: guid, moment, number, enum, text, double, name, alias, mark or end."""

    kind: str
    text: str
    position: int


def words(text: str) -> list[Word]:
    """All words, the last one of kind ``end``. Raises :class:`Refusal` at the first character that is none."""
    found: list[Word] = []
    position = 0
    while position < len(text):
        match = WORDS.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        if match.lastgroup != "blank":
            found.append(Word(match.lastgroup or "", match.group(), position))
        position = match.end()
    found.append(Word("end", "", len(text)))
    return found


def _unreadable(text: str, position: int) -> Exception:
    if text[position] == "'":
        return odata(f"There is an unterminated literal at position {len(text)} in '{text}'.")
    return odata(f"Syntax error at position {position} in '{text}'.")
