"""Test modules of a fresh clone, compiled once for all workers of a run.

Each worker imports all of them at the same time as the others, so each would compile all for itself, which takes longer
than many hundreds of tests.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest


def compile_new(folder: Path) -> None:
    """Import those modules below the folder that pytest has not compiled since they were written: it keeps what it
    compiles. One that cannot be imported is told about by whoever collects it."""
    if sys.dont_write_bytecode:
        return
    for file in sorted(folder.rglob("test_*.py")):
        if not _is_compiled(file):
            with suppress(Exception, pytest.skip.Exception):
                import_module(".".join(file.relative_to(folder.parent).with_suffix("").parts))


def _is_compiled(file: Path) -> bool:
    kept = (file.parent / "__pycache__").glob(f"{file.stem}.{sys.implementation.cache_tag}-pytest-*.pyc")
    return any(one.stat().st_mtime > file.stat().st_mtime for one in kept)
