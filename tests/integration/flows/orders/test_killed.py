"""Processes that create orders and are killed, at any moment, and two that create them at the same time."""

from __future__ import annotations

import datetime as dt
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from tests.organization import demo_organization
from tests.real import forked
from tests.real.migrated import migrate_in

pytestmark = [pytest.mark.processes, pytest.mark.story]

ORDERS = 500


class Desk:
    """Adatum has ordered a desk, many times; processes work on it."""

    def __init__(self, home: Path, ready: dict[str, Any]) -> None:
        self.home = home
        self.environment = {"DEVELOPMENT": "true", "DATA_DIR": str(home), "PYTHONWARNINGS": "ignore"}
        migrate_in(home)
        self.ask(f"open_desk({ready!r}, {ORDERS})")

    def run(self, *words: str) -> str:
        done = forked.manage(words, self.environment)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    def wait_until_it_runs(self, process: BaseProcess) -> None:
        """Until a run goes on that is heard of; or there is nothing left to run."""
        with closing(sqlite3.connect(self.home / "integration.sqlite3", timeout=30)) as database:
            heard = "SELECT 1 FROM integration_syncjob WHERE status = 'running' AND heartbeat_at > ?"
            begun = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(" ")
            while process.is_alive() and not database.execute(heard, [begun]).fetchone():
                time.sleep(0.01)

    def ask(self, what: str) -> str:
        return self.run("shell", "--no-imports", "-c", f"from tests.real import order_desk; order_desk.{what}")

    def look(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("look()"))
        return found


ALL_WELL = {
    "submitted": ORDERS, "documents": ORDERS, "lines": ORDERS, "known": ORDERS, "doubled": [], "owed": 0, "errors": 0,
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "company").mkdir()
    with demo_organization(tmp_path) as running:
        yield Desk(tmp_path / "company", running.ready)


def test_processes_that_are_killed_leave_no_order_lost_and_none_doubled(desk: Desk) -> None:
    chance, killed = random.Random(1870), 0
    for longest in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        with forked.started(["create_orders"], desk.environment) as process:
            desk.wait_until_it_runs(process)
            process.join(chance.uniform(0, longest))
            killed += process.is_alive()
            process.kill()
        desk.ask("silence()")
    desk.run("create_orders")

    assert killed
    assert desk.look() == ALL_WELL


def test_two_processes_at_once_make_each_order_once(desk: Desk) -> None:
    with (
        forked.started(["create_orders"], desk.environment) as one,
        forked.started(["create_orders"], desk.environment) as other,
    ):
        one.join(120)
        other.join(120)
    desk.ask("silence()")
    desk.run("create_orders")

    assert desk.look() == ALL_WELL
