"""What is printed from the program stands in docs/ as it is printed today, and says all of it."""

from __future__ import annotations

import ast
import re

import pytest
from django.core.management import get_commands

from integration.management.describing import TOPICS_PRINTED, our_commands, renewed
from integration.models.people.rights import GROUPS, PERMITS, granted
from integration.project.variables import BY_NAME, TOPICS
from tests.docs.pages import CODE, HOUSE, PAGES, text

DOCS = HOUSE / "docs"
APPS = ("integration", "coupling", "setup_wizard")
NAMED = r"(?:integration|coupling|business_central)\.[a-z]+_[a-z]+"
RIGHT = re.compile(rf"""["']({NAMED})["']|perms\.({NAMED})""")
COMMAND = re.compile(r"\bmanage\.py +([a-z_]+)|\bmake manage ARGS=\"?([a-z_]+)")


@pytest.mark.parametrize("topic", sorted(TOPICS_PRINTED))
def test_a_page_holds_what_the_program_prints_today(topic: str) -> None:
    page = text(DOCS / f"{topic}.md")

    assert page == renewed(page, topic), f'Write it anew: make manage ARGS="describe {topic} --write"'


@pytest.mark.parametrize("page", ["# Environment\n", "<!-- Printed by: manage.py describe environment -->\n"])
def test_a_page_without_a_place_for_it_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="has no place"):
        renewed(page, "environment")


def test_the_settings_read_each_variable_and_no_other_way_to_the_environment_exists() -> None:
    tree = ast.parse((HOUSE / "integration/project/settings.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    read = [node.args[0].value for node in calls if node.func.id in ("value", "read")]

    assert sorted(read) == sorted(BY_NAME)
    assert len(BY_NAME) == sum(map(len, TOPICS.values()))
    reading = re.compile(r"\bgetenv\(|\bos\.environ(\.get\(|\[)")
    sources = [path for app in APPS for path in (HOUSE / app).rglob("*.py") if path.stem != "environment"]
    assert [path.name for path in sources if reading.search(path.read_text(encoding="utf-8"))] == []


def test_every_right_that_a_page_asks_for_is_in_the_table() -> None:
    sources = [path for app in APPS for path in (HOUSE / app).rglob("*.py") if "migrations" not in path.parts]
    asked = set()
    for path in [*sources, *(HOUSE / "templates").rglob("*.html")]:
        asked |= {one or other for one, other in RIGHT.findall(path.read_text(encoding="utf-8"))}
    verbs = ("add_", "approve_", "change_", "delete_", "edit_", "post_", "read_", "see_", "undo_", "view_")

    assert {right for right in asked if right.partition(".")[2].startswith(verbs)} == PERMITS.keys()
    assert all(any(granted(rights, right) for rights in GROUPS.values()) for right in PERMITS)


def test_every_command_of_ours_has_a_heading_and_says_what_it_does() -> None:
    page = text(DOCS / "commands.md")

    assert our_commands().keys() >= {"couple", "describe", "serve", "work"}
    for command in our_commands():
        assert re.search(rf"^### {command}\n\n[A-Z]", page, re.MULTILINE), command


def test_every_command_that_a_page_names_exists() -> None:
    named = {one or other for page in PAGES for one, other in COMMAND.findall(text(page))}

    assert named - get_commands().keys() == set()
    assert {word for word in CODE.findall(text(DOCS / "operation.md")) if word in our_commands()}
