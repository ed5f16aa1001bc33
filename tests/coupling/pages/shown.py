"""What a list of records shows."""

from __future__ import annotations

import re


def names(shown: str) -> list[str]:
    """The firms of a list in their order: the first column holds the number, the second the name."""
    return re.findall(r'aria-label="Select (?!all")(?:[A-Z]-[A-Z0-9]+ )?([^"]+)"', shown)
