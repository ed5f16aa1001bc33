"""The house rules about templates: no code in them, no address above their app, no component by hand."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests.house.files import texts


def templates() -> list[tuple[str, str]]:
    return [(where, content) for where, content in texts() if where.endswith(".html")]


INLINE = {
    "a script without a source": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a script that shares its names with others": re.compile(
        r"""<script(?![^>]*type="module")[^>]*\bstatic '(?!theme|passkey)\w+\.js'"""
    ),
    "a style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"""\sstyle\s*=\s*["']""", re.IGNORECASE),
    "an event attribute": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']""", re.IGNORECASE),
    "an asset of another host": re.compile(
        r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("what", INLINE)
def test_templates_hold_no_code_and_no_asset_from_elsewhere(what: str) -> None:
    assert [where for where, content in templates() if INLINE[what].search(content)] == []


OWN_FORMAT = re.compile(r"""\|(?:date|time)(?!:["']c["'])\b""")


def test_templates_write_days_as_the_person_chose_and_never_in_a_format_of_their_own() -> None:
    """``|day``, ``|moment``, ``|second``, ``|brief``, ``|clock``; ``|date:'c'`` is for machines."""
    assert [where for where, content in templates() if OWN_FORMAT.search(content) and "sandbox" not in where] == []


HYPHEN = re.compile(r"\w - (?=Dynamics 365 Sales(?! synchronization job)|\{\{)|(?<=\}\}) - \w")
"""Between the parts of a title: what a page is, and of what or where. Recurring jobs have the product's own names."""
JOBS = "integration/defaults/tasks.py"


def test_the_parts_of_a_title_are_parted_by_a_dash_and_nowhere_by_a_hyphen() -> None:
    found = [where for where, content in texts() if HYPHEN.search(content)]
    assert [where for where in found if where != JOBS and "tests/" not in where] == []


UPPER = {"integration": ("coupling", "setup_wizard"), "coupling": ("setup_wizard",)}
"""An app -> those above it."""

LOWEST = ("templates/integration/", "templates/components/", "templates/registration/", "templates/base.html")

TAG = re.compile(r"{%\s*(?!if|elif|include|extends)(.*?)%}", re.DOTALL)


def own_addresses(app: str) -> set[str]:
    """The names of an app's own addresses."""
    return {pattern.name for pattern in import_module(f"{app}.urls").urlpatterns if pattern.name}


def test_no_template_names_an_address_of_an_app_above_its_own() -> None:
    above = {app: set().union(*(own_addresses(one) for one in upper)) for app, upper in UPPER.items()}
    wrong = []
    for where, content in templates():
        app = "integration" if where.startswith(LOWEST) else where.split("/")[1]
        quoted = {word for tag in TAG.findall(content) for word in re.findall(r"""["']([\w:]+)["']""", tag)}
        named = {word.rpartition(":")[2] for word in quoted}
        wrong += [f"{where}: {word}" for word in sorted(named & above.get(app, set()))]

    assert wrong == []


BY_HAND = {
    "an action bar": re.compile(r'class="actionbar'),
    "a notice": re.compile(r'class="alert[ "]'),
    "a table": re.compile(r"<table\b"),
    "a state": re.compile(r'class="status\b'),
    "a FactBox": re.compile(r'class="(factbox|card)[ "]'),
    "a counter": re.compile(r'class="cue[ "{]'),
    "a progress bar": re.compile(r"<progress\b"),
    "an empty state": re.compile(r'class="empty"'),
    "a filter pane": re.compile(r'<form method="get"[^>]*role="search"'),
}

BUILT_OTHERWISE = {"templates/coupling/_search.html", "templates/registration/second_factor.html"}

BUILT_OTHERWISE |= {"templates/registration/_passkey_problem.html"}  # Hidden until a script shows it.
BUILT_OTHERWISE |= {"templates/integration/bookkeeping/printed_document.html"}  # For paper.
"""A search as one types is no filter pane; the second factor has pages of its own."""


@pytest.mark.parametrize("what", BY_HAND)
def test_no_page_builds_a_component_by_hand(what: str) -> None:
    ours = [(where, content) for where, content in templates() if where.startswith("templates/")]
    pages = [(where, content) for where, content in ours if not where.startswith("templates/components/")]
    found = [where for where, content in pages if BY_HAND[what].search(content)]

    assert [where for where in found if where not in BUILT_OTHERWISE] == []
