"""Kinds that change letters: case, trimming, cutting, replacing, putting something in front or behind."""

from __future__ import annotations

import re

from integration.sync.transformations.base import (
    Given,
    Kind,
    Parameter,
    Step,
    TransformationFailed,
    WrongParameter,
    check_length,
    whole,
)

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def titled(text: str) -> str:
    """Every word begins with a capital: "coho winery" -> "Coho Winery", "MARGIE'S TRAVEL" -> "Margie's Travel"."""
    return WORD.sub(lambda word: word[0][:1].upper() + word[0][1:].lower(), text)


def _substring(given: Given) -> Step:
    start = _place("start", given["start"]) - 1
    end = start + _place("length", given["length"]) if given["length"] else None
    return lambda text: text[start:end]


def _place(name: str, text: str) -> int:
    return whole(name, text, 1, 10**9, "A whole number from 1 on is needed here.")


def _replace(given: Given) -> Step:
    find, instead = given["find"], given["instead"]
    pattern = re.compile(re.escape(find), re.IGNORECASE if given["case"] == "any" else 0)

    def replaced(text: str) -> str:
        # Counted first: a few such steps make more of a short text than the machine has room for.
        places = sum(1 for _ in pattern.finditer(text))
        check_length(len(text) + places * (len(instead) - len(find)))
        return pattern.sub(lambda _: instead, text)

    return replaced


def _prefix(given: Given) -> Step:
    return lambda text: given["text"] + text


def _without_prefix(given: Given) -> Step:
    return lambda text: text.removeprefix(given["text"])


def _suffix(given: Given) -> Step:
    return lambda text: text + given["text"]


def _without_suffix(given: Given) -> Step:
    return lambda text: text.removesuffix(given["text"])


OTHERWISE = (("keep", "leave it as it is"), ("blank", "make it blank"), ("fail", "let the record fail"))


def pairs_of(table: str) -> list[tuple[str, str]]:
    """ "DE = Germany", a line each, as pairs. Raises ``WrongParameter``."""
    found = []
    for number, line in enumerate(table.splitlines(), 1):
        if line.strip():
            left, sign, right = line.partition("=")
            if not sign:
                raise WrongParameter("table", f"Line {number} has no “=”: {line.strip()[:60]}")
            found.append((left.strip(), right.strip()))
    return found


def _lookup(given: Given) -> Step:
    return _looked_up(pairs_of(given["table"]), given["otherwise"], strict=True)


def _looked_back(given: Given) -> Step:
    # Several lines may lead to one value; the first of them is the way back.
    return _looked_up([(right, left) for left, right in pairs_of(given["table"])], given["otherwise"], strict=False)


def _looked_up(pairs: list[tuple[str, str]], otherwise: str, *, strict: bool) -> Step:
    table: dict[str, str] = {}
    for left, right in pairs:
        if strict and left.casefold() in table:
            raise WrongParameter("table", f"“{left}” is there twice.")
        table.setdefault(left.casefold(), right)

    def look(text: str) -> str:
        found = table.get(text.strip().casefold())
        if found is not None:
            return found
        if otherwise == "fail" and text:
            raise TransformationFailed(f"The lookup table has no line for “{text[:60]}”.")
        return text if otherwise == "keep" else ""

    return look


TEXT = Parameter("text", "Text", required=True)
KINDS = (
    Kind("uppercase", "Uppercase", lambda _: str.upper),
    Kind("lowercase", "Lowercase", lambda _: str.lower),
    Kind("title", "Title case", lambda _: titled),
    Kind("trim", "Trim", lambda _: str.strip),
    Kind(
        "substring",
        "Substring",
        _substring,
        parameters=(
            Parameter("start", "First character", "1 is the first one.", required=True, default="1"),
            Parameter("length", "Number of characters", "Blank: to the end."),
        ),
    ),
    Kind(
        "replace",
        "Replace",
        _replace,
        parameters=(
            Parameter("find", "Find", required=True),
            Parameter("instead", "Put instead", "Blank: take it out."),
            Parameter("case", "Case", default="exact", choices=(("exact", "as typed"), ("any", "upper or lower"))),
        ),
    ),
    Kind("prefix", "Prefix", _prefix, _without_prefix, (TEXT,)),
    Kind("suffix", "Suffix", _suffix, _without_suffix, (TEXT,)),
    Kind(
        "lookup",
        "Lookup table",
        _lookup,
        _looked_back,
        (
            Parameter("table", "Table", "A line each: DE = Germany", required=True, lines=True),
            Parameter("otherwise", "A value that is not in it", default="keep", choices=OTHERWISE),
        ),
        blank_too=True,
    ),
)
