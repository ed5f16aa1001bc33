"""How browser tests wait: what is read at once after a click may still be the half of a page."""

from __future__ import annotations

import re
from itertools import pairwise

from tests.house.files import files, name

ACTS = re.compile(r"\.(click|dblclick|press|check|uncheck)\(")
READS_AT_ONCE = re.compile(
    r"\.(count|all|all_inner_texts|all_text_contents|evaluate_all|content|is_visible)\(|page\.url\b"
)
ANSWERED_BY_NOTHING = re.compile(r"to_have_count\(0\b|to_be_hidden\(")


def test_after_a_click_a_browser_test_waits_for_something_that_the_next_page_has() -> None:
    hasty = []
    for path in (one for one in files() if name(one).startswith("tests/browser/") and one.suffix == ".py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, (before, line) in enumerate(pairwise(lines), 2):
            waits = "expect_navigation" in "".join(lines[max(0, number - 3) : number - 1])
            reads = READS_AT_ONCE.search(line) or ANSWERED_BY_NOTHING.search(line)
            if ACTS.search(before) and reads and not waits:
                hasty.append(f"{name(path)}:{number} {line.strip()}")

    assert hasty == []
