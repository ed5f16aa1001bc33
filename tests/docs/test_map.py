"""The map of the house names every room, and no room that is gone."""

from __future__ import annotations

from pathlib import Path

from tests.docs.pages import CODE, HOUSE, text
from tests.house.files import files

MAP = HOUSE / "docs" / "map.md"
APPS = ("integration", "coupling", "setup_wizard")


def rooms(app: str) -> set[str]:
    """The folders of an app with code, two levels deep, but for migrations."""
    folders = {HOUSE / app, *(HOUSE / app).glob("*"), *(HOUSE / app).glob("*/*")}
    return {f"{room(one)}/" for one in folders if (one / "__init__.py").exists() and one.name != "migrations"}


def room(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def named() -> set[str]:
    return {word for word in CODE.findall(text(MAP)) if "/" in word and not word.startswith("/")}


def test_every_room_is_on_the_map() -> None:
    assert set().union(*map(rooms, APPS)) - named() - {"integration/"} == set(), "Add them to docs/map.md."


def test_every_room_says_what_it_is() -> None:
    """In the first line of its ``__init__.py``, so that nobody has to look for it on the map."""
    inits = [path for path in files() if path.name == "__init__.py" and room(path).split("/")[0] in APPS]
    silent = [room(path) for path in inits if not text(path).startswith('"""') and path.parent.name != "migrations"]

    assert silent == []


def test_every_room_of_the_map_is_there() -> None:
    folders = {word for word in named() if word.endswith("/")}
    there = {f"{folder.as_posix()}/" for path in files() for folder in path.relative_to(HOUSE).parents}

    assert folders - there == set(), "Take them out of docs/map.md."
    assert len(folders) > 50


def test_every_module_of_the_map_is_there() -> None:
    """Modules of the way of a record are named from their room on."""
    modules = {word for word in named() if word.endswith(".py")}

    assert {word for word in modules if not any((HOUSE / place / word).exists() for place in ("", *APPS))} == set()
