"""What pages show, as a person reads it."""

from __future__ import annotations

import re


def names(shown: str) -> list[str]:
    """The firms of a list in their order: the first column holds the number, the second the name."""
    return re.findall(r'aria-label="Select (?!all")(?:[A-Z]-[A-Z0-9]+ )?([^"]+)"', shown)


def rows(shown: str) -> list[list[str]]:
    """The cells of the table of fields that would be written."""
    body = shown.partition('id="effects"')[2]
    found = (re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S))
    return [[re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in found if row]
