"""README.md and the pages of docs/ as the tests read them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
PAGES = (HOUSE / "README.md", *sorted((HOUSE / "docs").rglob("*.md")))
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")


def name(page: Path) -> str:
    return page.relative_to(HOUSE).as_posix()


@cache
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return "\n".join(line for line in FENCE.sub("", text(page)).split("\n") if not line.startswith("    "))


def links(page: Path) -> list[str]:
    return LINK.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them: a heading that comes again gets a number."""
    found: dict[str, int] = {}
    for heading in HEADING.findall(prose(page)):
        plain = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        number = found[plain] = found.get(plain, -1) + 1
        if number:
            found[f"{plain}-{number}"] = 0
    return set(found)


def blocks(page: Path) -> list[str]:
    """The blocks of Python code."""
    return PYTHON.findall(text(page))
