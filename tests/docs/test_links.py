"""What README.md, docs/ and the code name is there: pages, anchors, pictures, files, targets of make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import CODE, HOUSE, PAGES, anchors, links, name, prose, text
from tests.house.files import files

LONGEST_LINE, ONE_SCREEN = 120, 65
PATH = re.compile(r"^(?:integration|coupling|setup_wizard|templates|static|tests|docs|\.ci)/[\w./*-]*$")
IN_CODE = re.compile(r"(?<![\w./<>{}*-])(?:[\w.-]+/)+[\w-]+\.(?:py|md|toml)\b")
TARGET = re.compile(r"\bmake +([a-z]+)\b")
BY_NAME = pytest.mark.parametrize("page", PAGES, ids=name)


def problem(page: Path, link: str) -> str:
    """Why a link leads nowhere; blank where it leads somewhere."""
    if "://" in link:
        return ""
    place, _, anchor = link.partition("#")
    target = (page.parent / place).resolve() if place else page
    if not target.is_relative_to(HOUSE) or not target.exists():
        return "there is no such file"
    return f"{name(target)} has no #{anchor}" if anchor and anchor not in anchors(target) else ""


@BY_NAME
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    assert [(link, why) for link in links(page) if (why := problem(page, link))] == []


@pytest.mark.parametrize("link", ["docs/no-page.md", "docs/words.md#no-such-heading", "static/screens/none.png"])
def test_a_link_that_leads_nowhere_is_seen(link: str) -> None:
    assert problem(HOUSE / "README.md", link)


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [HOUSE / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            targets = [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
            waiting += [target for target in targets if target in PAGES]

    assert [name(page) for page in PAGES if page not in reached] == []


@BY_NAME
def test_every_file_named_in_the_text_is_there(page: Path) -> None:
    named = {word for word in CODE.findall(prose(page)) if PATH.match(word)}

    assert [word for word in sorted(named) if not list(HOUSE.glob(word.rstrip("/")))] == []


def test_every_file_named_in_the_code_is_there() -> None:
    """In docstrings, comments and messages a file is named from any room on: ``sync/decide.py``."""
    there = "".join(f"/{name(path)}\n" for path in files())
    code = [path for path in files() if path.suffix == ".py" and path != Path(__file__)]
    named = [(name(path), word) for path in code for word in IN_CODE.findall(text(path))]

    assert [(where, word) for where, word in named if f"/{word}\n" not in there] == []


@BY_NAME
def test_every_target_of_make_is_one(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = [line for line in text(page).split("\n") if line.startswith("    ")] + CODE.findall(prose(page))
    named = {target for line in code for target in TARGET.findall(line)}

    assert named - targets == set()


@BY_NAME
def test_lines_are_short_but_for_the_rows_of_a_table(page: Path) -> None:
    lines = enumerate(text(page).split("\n"), 1)

    assert [place for place, line in lines if len(line) > LONGEST_LINE and not line.startswith("|")] == []


def test_the_readme_is_one_screen() -> None:
    assert len(text(HOUSE / "README.md").split("\n")) <= ONE_SCREEN
