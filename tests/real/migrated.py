"""A migrated database for processes of their own: made once, and copied for each that begins with one."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from tests.real.forked import manage

NAME = "integration.sqlite3"


def migrate_in(home: Path) -> None:
    """Put a database into this folder that has all tables and nothing else, as ``migrate`` leaves it."""
    with closing(sqlite3.connect(_made())) as made, closing(sqlite3.connect(home / NAME)) as copy:
        made.backup(copy)


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    done = manage(["migrate", "--verbosity", "0"], {"DEVELOPMENT": "true", "DATA_DIR": str(folder)})
    assert done.returncode == 0, done.stderr
    return folder / NAME
