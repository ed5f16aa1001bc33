"""The house rules that a machine can check: who may import whom, sizes, spelling, names, templates."""

from __future__ import annotations

import ast
import logging
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import call_command
from importlinter.cli import lint_imports

from tests.integration.people.test_rights_pages import PAGES, addresses

HOUSE = Path(__file__).resolve().parents[1]
APPS = ("integration", "coupling", "setup_wizard")
LONGEST_MODULE, LONGEST_MODELS, LONGEST_FUNCTION = 300, 200, 60
WORDS_NOT_USED = {"helper", "helpers", "util", "utils", "service", "services", "handler", "handlers"}
WORDS_NOT_USED |= {"data", "info", "manager"}

TypeOfFunction = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    found = (HOUSE / name for name in listed.split("\0") if name)
    return tuple(sorted(path for path in found if path.is_file()))


def modules() -> list[Path]:
    """The program's own Python files, without migrations."""
    ours = [path for path in files() if path.suffix == ".py" and path.relative_to(HOUSE).parts[0] in APPS]
    return [path for path in ours if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts() -> Iterator[tuple[str, str]]:
    """(name, content) of every committed file that is text."""
    for path in files():
        try:
            yield name(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # an image


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


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


ROOMS_OF_SHORT_TESTS = ("tests/sandbox/",)


def test_modules_of_tests_are_short() -> None:
    ours = [path for path in files() if path.suffix == ".py" and name(path).startswith(ROOMS_OF_SHORT_TESTS)]
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in ours}

    assert {where: length for where, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name}: {length} lines"
        for path in [
            *modules(),
            *(path for path in files() if name(path).startswith("tests/") and path.suffix == ".py"),
        ]
        for node in ast.walk(tree(path))
        if isinstance(node, TypeOfFunction)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]

    assert long == []


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


def test_names_say_what_a_thing_is() -> None:
    vague = [f"{name(path)}: module" for path in modules() if words(path.stem) & WORDS_NOT_USED]
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef | TypeOfFunction) and words(node.name) & WORDS_NOT_USED:
                vague.append(f"{name(path)}:{node.lineno} {node.name}")

    assert [found for found in vague if not is_known(found)] == []


def words(identifier: str) -> set[str]:
    """The words of a name in either spelling: ``row_counter``, ``RowCounter``."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)}


def is_known(found: str) -> bool:
    """Words of Django and of requests (managers, what a class must call its method) and of both products (a web
    service key, OData's service document, a product of type service)."""
    return bool(
        re.search(
            r"\w+Manager$| (get_context|bound)_data$|web_?service|service_?(document|product)|proxy_manager_for$",
            found,
            re.IGNORECASE,
        )
    )


def test_one_spelling_of_synchronize() -> None:
    other = "synchroni" + "s"

    assert [where for where, content in texts() if other in content.lower() or other in where.lower()] == []


def test_no_file_names_a_package_registry() -> None:
    hosts = ["pypi" + ".org", "python" + "hosted.org", "npmjs" + ".", "jsdelivr" + ".", "unpkg" + ".", "cdnjs" + "."]

    assert [(where, host) for where, content in texts() for host in hosts if host in content] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    path = re.compile(r"(?<![\w./-])/(" + "|".join(["work", "root", "home", "Users"]) + r")/\w")

    assert [(where, found[0]) for where, content in texts() if (found := path.search(content))] == []


def templates() -> list[tuple[str, str]]:
    return [(where, content) for where, content in texts() if where.endswith(".html")]


INLINE = {
    "a script without a source": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
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
"""A search as one types is no filter pane; the second factor has pages of its own."""


@pytest.mark.parametrize("what", BY_HAND)
def test_no_page_builds_a_component_by_hand(what: str) -> None:
    ours = [(where, content) for where, content in templates() if where.startswith("templates/")]
    pages = [(where, content) for where, content in ours if not where.startswith("templates/components/")]
    found = [where for where, content in pages if BY_HAND[what].search(content)]

    assert [where for where in found if where not in BUILT_OTHERWISE] == []


def test_the_top_level_holds_nothing_but_the_house() -> None:
    house = {"integration", "coupling", "setup_wizard", "templates", "static", "tests", "manage.py", "pyproject.toml",
             "README.md", "Makefile", "requirements.lock", ".ci", ".gitignore"}  # fmt: skip

    assert {path.relative_to(HOUSE).parts[0] for path in files()} - house == set()


def test_every_address_says_who_may_open_it() -> None:
    """A new address gets its line in PAGES of tests/integration/people/test_rights_pages.py, asked as everybody."""
    assert {called for called, _ in addresses()} - PAGES.keys() == set()


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, interactive=False, verbosity=0)
