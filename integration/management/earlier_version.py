"""Data of an earlier version: nothing is released yet, so it is not carried over, and somebody has to be told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db.migrations.loader import MigrationLoader

OURS = {"business_central", "coupling", "integration", "setup_wizard"}
OLDER = (
    "The databases in {} were made by an earlier version, whose tables this one does not have. Start afresh with: "
    'make demo ARGS="--fresh" (which deletes them), or keep them and choose another directory with --data.'
)


def is_older(database: Path) -> bool:
    """Has this SQLite database seen migrations of ours that are not there any more?"""
    if not database.exists():
        return False
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as stored:
        try:
            applied = stored.execute("SELECT app, name FROM django_migrations").fetchall()
        except sqlite3.OperationalError:
            return False  # It was only just made.
    present = MigrationLoader(None, load=False)
    present.load_disk()
    return any(app in OURS and (app, name) not in present.disk_migrations for app, name in applied)
