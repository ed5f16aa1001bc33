"""docs/errors.md explains every code that a person may meet."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from integration import checks  # noqa: F401 - loads every room that has errors of its own
from integration.connection.findings import CODES
from integration.dataverse.access.schema import Kind
from integration.jobs.endings import DATABASE_CODE, UNEXPECTED_CODE
from integration.systems.errors import Problem
from tests.docs.pages import HOUSE, text

APPS = ("integration", "coupling", "setup_wizard")
PAGE = text(HOUSE / "docs" / "errors.md")
CONNECTION, RECORD, FINDINGS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]


def explained(part: str) -> set[str]:
    """The codes in the first column of the tables."""
    rows = [line.split("|")[1] for line in part.split("\n") if line.startswith("| `")]
    return {code for row in rows for code in re.findall(r"`([^`]+)`", row)}


def kinds(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    yield kind
    for one in kind.__subclasses__():
        if one.__module__.startswith("integration."):
            yield from kinds(one)


def codes(scope: str) -> set[str]:
    return {kind.code for kind in kinds() if kind.scope == scope}


def bad_findings() -> Iterator[str]:
    """The codes of findings that are not fine, as the checks spell them."""
    for path in (path for app in APPS for path in (HOUSE / app).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source if "Finding(" in source else "")):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and len(node.args) > 1:
                severity = ast.unparse(node.args[1])
                if isinstance(node.args[0], ast.Constant) and not severity.endswith("FINE"):
                    yield str(node.args[0].value)


def test_every_problem_of_the_connection_is_explained() -> None:
    assert codes("connection") | {UNEXPECTED_CODE, DATABASE_CODE} == explained(CONNECTION)


def test_every_problem_of_a_record_is_explained() -> None:
    assert codes("record") == explained(RECORD)


def test_every_finding_is_explained() -> None:
    also_problems = explained(CONNECTION)
    found = {*bad_findings(), *(code for code, _ in CODES.values()), *Kind}

    assert found - also_problems - explained(FINDINGS) == set()
    assert explained(FINDINGS) - found - {"setup"} == set()
