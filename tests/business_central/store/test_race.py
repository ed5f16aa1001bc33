"""Row versions order commits: what one writer commits late is not passed over by a reader."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.business_central.store.race import all_races


@pytest.fixture
def outcome(transactional_db: None, tmp_path: Path) -> dict[str, Any]:
    """All races, on the database at hand or, where that is SQLite in memory, on a file."""
    if connection.vendor != "sqlite":
        return all_races()
    run = subprocess.run(
        [sys.executable, "-m", "tests.business_central.store.race"],
        env={**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/race.sqlite3"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return dict(json.loads(run.stdout))


@pytest.mark.processes
def test_writers_at_the_same_time_lose_nothing_and_a_reader_misses_no_row(outcome: dict[str, Any]) -> None:
    """One test for all races: each needs a database of its own, which takes longer than the race."""
    assert outcome["late"] == {"between": [], "seen": ["LATE", "NEXT"], "failures": []}
    assert outcome["many"] == {"failures": [], "missed": [], "stored": 80, "shared_versions": 0}
    assert outcome["numbers"] == {"failures": [], "numbers": [f"C{number:05}" for number in range(10, 410, 10)]}
    assert outcome["versions"] == {"waits": True, "answer": "VersionConflict", "city": "London", "failures": []}
    assert outcome["posting"] == {
        "failures": [], "refused": ["nothing-to-ship"], "invoices": [f"1030{number:02}" for number in range(1, 12)],
        "shipments": 11, "entries": list(range(1, 12)), "stock": 988, "done": 11,
    }  # fmt: skip
