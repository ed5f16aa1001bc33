"""The rule for e-mail columns, which several tables share. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ADDRESS = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+")


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
