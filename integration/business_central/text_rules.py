"""Rules for texts of a form of their own: e-mail addresses, ISO codes, date formulas. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ADDRESS = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+")


_TERM = r"(?:C(?:D|WD|W|M|Q|Y)|\d+(?:D|WD|W|M|Q|Y)|(?:D|WD|W|M|Q|Y)\d+)"
_DATE_FORMULA = re.compile(rf"[+-]?{_TERM}(?:[+-]{_TERM})*", re.IGNORECASE)
_NUMBER_WORDS = {2: "two", 3: "three"}


def email_problem(caption: str, text: str) -> str | None:
    """What is wrong with an e-mail column, or ``None``. Several addresses are separated by semicolons."""
    for part in text.split(";") if text else ():
        if not _ADDRESS.fullmatch(part.strip()):
            return f"{caption} “{part.strip()[:80]}” is not a valid e-mail address."
    return None


def email_problems(row: object, captions: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(column, what is wrong) of the e-mail columns of a row; ``captions`` by column name."""
    for name, caption in captions.items():
        problem = email_problem(caption, getattr(row, name))
        if problem is not None:
            yield name, problem


def iso_code_problem(text: str, letters: int) -> str | None:
    """What is wrong with an ISO code of 2 or 3 letters, or ``None``. Blank is fine."""
    if not text or (len(text) == letters and text.isascii() and text.isalpha()):
        return None
    return f"ISO Code takes {_NUMBER_WORDS[letters]} letters, “{text}” is something else."


def date_formula_problem(caption: str, text: str) -> str | None:
    """What is wrong with a date formula, or ``None``. Blank is fine.

    30D is 30 days later, CM the end of the current month, CM+10D ten days behind it, D15 the next 15th of a month.
    """
    if not text or _DATE_FORMULA.fullmatch(text):
        return None
    return f"{caption}: “{text}” is no date formula. Write for example 30D, 2W, CM or CM+10D."
