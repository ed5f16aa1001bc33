"""The house rules that a machine can check: who may import whom, sizes, and what else is one way."""

from __future__ import annotations

import ast
import logging
import re
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddIndex
from importlinter.cli import lint_imports

from tests.house.files import HOUSE, TypeOfFunction, files, modules, name, tree
from tests.integration.people.addresses import PAGES, addresses

LONGEST_MODULE, LONGEST_MODELS, LONGEST_FUNCTION, LONGEST_VIEW = 300, 200, 60, 15


def imported(path: Path) -> set[str]:
    """Absolute names of all modules a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_every_import_follows_the_contracts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HOUSE)

    status = lint_imports(config_filename=str(HOUSE / "pyproject.toml"), no_cache=True, no_logo=True)
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.disabled = False  # It sets up a log of its own and silences everybody else's.

    assert status == 0, capsys.readouterr().out


def test_sandbox_and_client_never_import_each_other() -> None:
    sandbox = "integration.sandbox"
    crossing = []
    for path in modules():
        inside = name(path).startswith("integration/sandbox/")
        for module in imported(path):
            if inside and module.startswith("integration.") and not f"{module}.".startswith(f"{sandbox}."):
                crossing.append(f"{name(path)} imports {module}")
            if name(path).startswith("integration/dataverse/") and f"{module}.".startswith(f"{sandbox}."):
                crossing.append(f"{name(path)} imports {module}")

    assert crossing == []


ROOMS_WITHOUT_CIRCLES = ("integration", "coupling", "setup_wizard")


@pytest.mark.parametrize("room", ROOMS_WITHOUT_CIRCLES)
def test_no_files_of_a_room_import_each_other_in_a_circle(room: str) -> None:
    names = {dotted(path): path for path in modules()}
    graph = {
        module: {found for found in imported(path) if found in names and not f"{module}.".startswith(f"{found}.")}
        for module, path in names.items()
        if f"{module}.".startswith(f"{room}.")
    }

    assert circles(graph) == []


def dotted(path: Path) -> str:
    """The name a module is imported by."""
    return ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach each other: what stays when those that import nothing left, or that nothing left
    imports, are taken away again and again."""
    left = {module: {found for found in needed if found in graph} for module, needed in graph.items()}
    while True:
        wanted = set().union(*left.values()) if left else set()
        free = {module for module, needed in left.items() if not needed or module not in wanted}
        if not free:
            return [sorted(left)] if left else []
        left = {module: needed - free for module, needed in left.items() if module not in free}


def test_a_circle_of_three_files_is_seen() -> None:
    graph = {"write": {"rules"}, "rules": {"roles"}, "roles": {"write"}, "seed": {"write"}, "model": set()}

    assert circles(graph) == [["roles", "rules", "write"]]


MOST_MODULES = 16


def test_folders_hold_few_modules() -> None:
    ours = [path for path in files() if path.suffix == ".py" and path.stem not in ("__init__", "conftest")]
    folders = Counter(name(path.parent) for path in ours)

    del folders["integration/management/commands"]  # Django wants each command in a module of this one folder.
    assert {folder: count for folder, count in folders.items() if count > MOST_MODULES} == {}


def test_nothing_is_imported_inside_a_function() -> None:
    late = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        for function in ast.walk(tree(path))
        if isinstance(function, TypeOfFunction)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert late == []


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    limits = {
        path: LONGEST_MODELS if "models" in path.parts or path.stem == "models" else LONGEST_MODULE for path in lengths
    }

    assert {name(path): length for path, length in lengths.items() if length >= limits[path]} == {}


def modules_of_tests() -> list[Path]:
    return [path for path in files() if path.suffix == ".py" and name(path).startswith("tests/")]


def test_modules_of_tests_are_short() -> None:
    ours = modules_of_tests()
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in ours}

    assert {where: length for where, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_module_of_tests_imports_from_another() -> None:
    """What several need stands in a module without tests, or in the conftest.py of their room."""
    crossing = {
        f"{name(path)} imports {module}"
        for path in modules_of_tests()
        for module in imported(path)
        if re.match(r"tests\.(\w+\.)*test_\w+$", module)
    }

    assert crossing == set()


def test_functions_are_short() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name}: {length} lines"
        for path in [*modules(), *modules_of_tests()]
        for node in ast.walk(tree(path))
        if isinstance(node, TypeOfFunction)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]

    assert long == []


def is_view(node: ast.AST) -> bool:
    """Does it answer the request of an address? What several views share begins with ``_``."""
    return (
        isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and [arg.arg for arg in node.args.args][:1] == ["request"]
        and "Response" in ast.unparse(node.returns or ast.Constant(None))
    )


def lines_of(function: ast.FunctionDef) -> int:
    """The lines of a function without its decorators and its docstring."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    explained = 0 if docstring is None else (docstring.end_lineno or 0) - docstring.lineno + 1
    return (function.end_lineno or 0) - function.lineno + 1 - explained


def test_views_are_short() -> None:
    """A view calls a verb, or reads and shows; what takes longer is a function of its own."""
    rooms = [path for path in modules() if "views" in (*path.parts, path.stem)]
    views = [(path, node) for path in rooms for node in ast.walk(tree(path)) if is_view(node)]
    lengths = {f"{name(path)}:{node.lineno} {node.name}": lines_of(node) for path, node in views}

    assert {where: length for where, length in lengths.items() if length > LONGEST_VIEW} == {}
    assert len(lengths) > 100


def test_signals_are_not_control_flow() -> None:
    """A new database connection may be prepared by signal, and what follows a migration made: Django has no other door
    for either."""
    allowed = {"django.db.backends.signals", "django.db.backends.signals.connection_created"}
    allowed |= {"django.db.models.signals", "django.db.models.signals.post_migrate"}
    wired = [
        f"{name(path)} imports {module}"
        for path in modules()
        for module in imported(path) - allowed
        if re.search(r"\bsignals\b|django\.dispatch", module)
    ]

    assert wired == []


def test_the_top_level_holds_nothing_but_the_house() -> None:
    house = {"integration", "coupling", "setup_wizard", "templates", "static", "tests", "manage.py", "pyproject.toml",
             "README.md", "docs", "Makefile", "requirements.lock", ".ci", ".gitignore"}  # fmt: skip

    assert {path.relative_to(HOUSE).parts[0] for path in files()} - house == set()


def test_every_address_says_who_may_open_it() -> None:
    """A new address gets its line in PAGES of tests/integration/people/addresses.py, asked as everybody."""
    assert {called for called, _ in addresses()} - PAGES.keys() == set()


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, interactive=False, verbosity=0)


@pytest.mark.parametrize("app", ["business_central", "coupling", "integration", "setup_wizard"])
def test_the_first_migration_makes_an_index_with_its_table(app: str) -> None:
    """One of its own makes every later migration describe all tables anew: 54 of them were half of ``migrate``.
    ``makemigrations`` writes them behind; they are moved into the ``indexes`` of the table's ``CreateModel``."""
    first = MigrationLoader(None).get_migration(app, "0001_workplace")

    assert [one.describe() for one in first.operations if isinstance(one, AddIndex)] == []
