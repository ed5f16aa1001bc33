"""The committed files of the project, and what can be read of them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]

APPS = ("integration", "coupling", "setup_wizard")

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
