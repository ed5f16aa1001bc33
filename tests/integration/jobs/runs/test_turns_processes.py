"""Real workers and a real queue: everybody asks for records of one mapping at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from tests.integration.commands.processes import HOUSE, environment
from tests.integration.crowd import SINGLE
from tests.real.gated import queue_server
from tests.real.migrated import migrate_in

pytestmark = [pytest.mark.processes, pytest.mark.story]
DONE = ("inserted", "modified", "unchanged", "skipped", "failed")


def crowd(env: dict[str, str], *words: str) -> Any:
    command = [sys.executable, "-m", "tests.integration.crowd", *words]
    ran = subprocess.run(command, env=env, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) if words[0] == "wait" else None


@contextmanager
def processes(env: dict[str, str], workers: int) -> Iterator[None]:
    commands = [["work"]] * workers + [["schedule"]]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen([sys.executable, "manage.py", *words], env=env, cwd=HOUSE, **silent) for words in commands
    ]
    try:
        yield
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait(60)


@pytest.mark.parametrize("workers", [2, 8])
def test_twenty_runs_of_one_record_and_a_full_run_asked_for_at_once_are_all_finished(
    tmp_path: Path, workers: int
) -> None:
    running = Sandbox(Options(str(tmp_path / "organization.sqlite3"), seed="demo"))
    running.start()
    try:
        with queue_server() as (_, socket):
            env = environment(
                tmp_path, REDIS_URL=f"unix://{socket}", LOG_LEVEL="ERROR", PYTHONPATH=os.pathsep.join(sys.path)
            )
            migrate_in(tmp_path)
            crowd(env, "prepare", json.dumps(running.ready))
            with processes(env, workers):
                crowd(env, "ask")
                found = crowd(env, "wait")
    finally:
        running.stop()
    assert {(one["status"], one["message"]) for one in found} == {("finished", "")}
    full = next(one for one in found if not one["urgent"])
    single = [one for one in found if one["urgent"]]
    assert [sum(one["counters"][name] for name in DONE) for one in single] == [1] * SINGLE
    assert full["done"] == full["total"] == sum(full["counters"][name] for name in DONE)
