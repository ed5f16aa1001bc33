"""A migrated database for processes of their own: made once, and copied for each that begins with one.

A walk through the whole application takes its database where the tests take theirs: on the server of ``DATABASE_URL``,
else in a file of SQLite. Tests that look into that file, or are about something else than the database, take the file.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.real.forked import manage

NAME = "integration.sqlite3"


def migrate_in(home: Path) -> None:
    """Put a database into this folder that has all tables and nothing else, as ``migrate`` leaves it."""
    with closing(sqlite3.connect(_made())) as made, closing(sqlite3.connect(home / NAME)) as copy:
        made.backup(copy)


@contextmanager
def database(home: Path) -> Iterator[dict[str, str]]:
    """The environment of processes whose files are in this folder and whose database has all tables and nothing else.
    One on a server is thrown away afterwards, whoever still uses it."""
    home.mkdir(parents=True, exist_ok=True)
    own = {"DEVELOPMENT": "true", "DATA_DIR": str(home)}
    others = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        if not (home / NAME).exists():
            migrate_in(home)
        yield {**others, **own}
        return
    name = f"walk_{uuid.uuid4().hex}"
    _tell(server, f"CREATE DATABASE {name} TEMPLATE {_template(server)}")
    try:
        yield {**others, **own, "DATABASE_URL": _beside(server, name)}
    finally:
        _tell(server, f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _template(server: str) -> str:
    name = f"migrated_{uuid.uuid4().hex}"
    _tell(server, f"CREATE DATABASE {name}")
    atexit.register(_tell, server, f"DROP DATABASE {name} WITH (FORCE)")
    done = manage(["migrate", "--verbosity", "0"], {"DEVELOPMENT": "true", "DATABASE_URL": _beside(server, name)})
    assert done.returncode == 0, done.stderr
    return name


def _beside(server: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _tell(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(statement)  # type: ignore[arg-type]


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    done = manage(["migrate", "--verbosity", "0"], {"DEVELOPMENT": "true", "DATA_DIR": str(folder)})
    assert done.returncode == 0, done.stderr
    return folder / NAME
