"""Rules that several tables share: pure, each answers what is wrong in words or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ADDRESS = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+")


def email_problem(caption: str, text: str) -> str | None:
    """Several addresses are separated by semicolons, as in Business Central."""
    for part in text.split(";") if text else ():
        if not _ADDRESS.fullmatch(part.strip()):
            return f"{caption} “{part.strip()[:80]}” is not a valid e-mail address."
    return None


def email_problems(row: object, captions: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The e-mail columns of a row that hold no address."""
    for name, caption in captions.items():
        problem = email_problem(caption, getattr(row, name))
        if problem is not None:
            yield name, problem
