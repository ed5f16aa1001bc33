"""The demo with real processes: it connects, synchronizes, survives what is killed, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.commands.processes import HOUSE, PATIENCE, T, environment, eventually
from tests.real.migrated import migrate_in

pytestmark = [pytest.mark.processes, pytest.mark.story]

DEMO = [sys.executable, str(HOUSE / "manage.py"), "demo"]


def processes() -> Iterator[tuple[int, int, str]]:
    """(pid, parent, command line) of every living process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                if status[0] != "Z":
                    yield int(entry.name), int(status[1]), words


def using(home: Path) -> list[int]:
    """Every process that works on this directory, whoever its parent is by now."""
    found = []
    for pid, _, words in processes():
        with contextlib.suppress(OSError):
            if str(home) in words or f"DATA_DIR={home}".encode() in Path(f"/proc/{pid}/environ").read_bytes():
                found.append(pid)
    return [pid for pid in found if pid != os.getpid()]


def children(parent: int, words: str = "") -> list[int]:
    return [pid for pid, above, line in processes() if above == parent and words in line]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class RunningDemo:
    """A demo started in the background; what it says is kept in a file."""

    def __init__(self, home: Path, *words: str, **env: str) -> None:
        self.home, self.last_lines = home, home.parent / f"{home.name}.said"
        with self.last_lines.open("w") as out:
            command = [*DEMO, "--data", str(home), *words]
            self.process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, env=environment(home, **env), cwd=home.parent
            )

    @property
    def text(self) -> str:
        return self.last_lines.read_text()

    def rows(self, question: str, database: str = "integration") -> list[tuple]:
        """What a database of the demo answers."""
        uri = f"file:{self.home / database}.sqlite3?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as line:
                return line.execute(question).fetchall()
        except sqlite3.OperationalError:
            return []  # not there yet

    def eventually(self, look: Callable[[], T], what: str) -> T:
        """Wait for something, as long as the demo lives."""

        def alive_or_there() -> T | None:
            found = look()
            assert found or self.process.poll() is None, self.text
            return found

        return eventually(alive_or_there, what)

    def workers(self) -> list[int]:
        """Where setproctitle is installed, a worker calls itself by its own name."""
        return [*children(self.process.pid, "manage.py work"), *children(self.process.pid, "rq:worker")]

    def horses(self) -> list[int]:
        return [horse for worker in self.workers() for horse in children(worker)]

    def wait(self) -> int:
        return self.process.wait(PATIENCE)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., RunningDemo]]:
    started: list[RunningDemo] = []

    def start(*words: str, home: str = "cronus", migrated: bool = False, **env: str) -> RunningDemo:
        (tmp_path / home).mkdir(exist_ok=True)
        if migrated:
            migrate_in(tmp_path / home)
        started.append(RunningDemo(tmp_path / home, *words, **env))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
        kill(using(one.home))


# --- the demo ------------------------------------------------------------------------------------------------


def test_a_taken_port_is_told_with_how_to_choose_another(demo: Callable[..., Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        started = demo("--port", str(port), "--sandbox-port", "0")
        assert started.wait() == 2
    assert started.text.strip() == (
        f'CommandError: Port {port} is taken. Choose another one with --port: make demo ARGS="--port {port + 10}"'
    )
    assert using(started.home) == []


def answer_of(started: RunningDemo) -> dict:
    return json.loads(started.text.splitlines()[-1])


def test_the_demo_lives_until_ctrl_c_and_leaves_no_process_behind(demo: Callable[..., Any]) -> None:
    web, sandbox = free_port(), free_port()
    started = demo("--port", str(web), "--sandbox-port", str(sandbox))
    started.eventually(lambda: "Ctrl-C ends everything" in started.text, "the greeting")
    assert f"http://127.0.0.1:{web}/" in started.text
    assert re.search(r"admin / \S{8,}", started.text)

    def health() -> dict | None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{web}/healthz") as told:
            return json.load(told)
        return None

    lives = {"database": "ok", "queue": "ok", "workers": "ok", "scheduler": "ok"}
    eventually(lambda: health() == lives, "all to be well")
    second = demo("--port", "0", "--sandbox-port", "0")
    assert second.wait() == 2
    assert "is running" in second.text
    before = started.workers()
    kill(before[:1])
    eventually(lambda: len(set(started.workers()) - set(before)) == 1, "a new worker")
    started.process.send_signal(signal.SIGINT)
    assert started.wait() == 0
    assert using(started.home) == []


def test_killing_the_demo_itself_leaves_no_process_behind(demo: Callable[..., Any]) -> None:
    started = demo("--port", "0", "--sandbox-port", "0", migrated=True)
    started.eventually(lambda: "Ctrl-C ends everything" in started.text, "the greeting")
    started.process.kill()
    started.process.wait()
    eventually(lambda: using(started.home) == [], "all processes to be gone")


def test_once_connects_synchronizes_everything_and_twice_doubles_nothing(demo: Callable[..., Any]) -> None:
    first = demo("--once", "--customers", "70", "--accounts", "45")
    assert first.wait() == 0, first.text
    told = answer_of(first)
    assert {line["status"] for line in told["lines"]} == {"Finished"}
    assert sum(line[way]["failed"] for line in told["lines"] for way in ("to_crm", "to_erp")) == 0
    assert told["records"] > 300
    assert told["requests"] > 20
    assert using(first.home) == []
    assert first.rows("SELECT count(*) FROM coupling_coupling WHERE owed_erp OR owed_crm") == [(0,)]
    assert first.rows("SELECT count(*) FROM coupling_wait WHERE \"table\" = 'contact' AND towards = 'erp'") == [(0,)]
    count = "SELECT mapping_id, count(*) FROM coupling_coupling GROUP BY mapping_id"
    coupled = first.rows(count)
    again = demo("--once", "--customers", "70", "--accounts", "45")
    assert again.wait() == 0, again.text
    assert [line["to_crm"]["inserted"] + line["to_erp"]["inserted"] for line in answer_of(again)["lines"]] == [
        0 for _ in told["lines"]
    ]
    assert [line["to_crm"]["modified"] + line["to_erp"]["modified"] for line in answer_of(again)["lines"]] == [
        0 for _ in told["lines"]
    ]
    assert again.rows(count) == coupled


def test_killing_work_horses_and_workers_during_a_full_run_of_3000_customers_doubles_no_account(
    demo: Callable[..., Any],
) -> None:
    quick = {"JOB_DEAD_AFTER": "2", "JOB_HEARTBEAT": "0.3", "JOB_RESEND_AFTER": "1"}
    started = demo("--once", "--customers", "3000", "--accounts", "50", migrated=True, **quick)

    def progress() -> tuple[int, int]:
        """(records done, times resumed) of the pass that sends the customers."""
        found = started.rows(
            "SELECT job.records_done, job.resumed FROM integration_syncjob job JOIN integration_tablemapping mapping"
            " ON mapping.id = job.mapping_id WHERE mapping.name = 'CUSTOMER' AND job.direction = 'to_crm'"
            " AND job.status = 'running'"
        )
        return found[0] if found else (0, 0)

    started.eventually(lambda: progress()[0] >= 500, "the first customers")
    kill(started.horses())
    started.eventually(lambda: progress()[1] >= 1 and progress()[0] >= 1500, "the run to be resumed")
    kill(started.workers())
    assert started.wait() == 0, started.text
    ((resumed,),) = started.rows(
        "SELECT MAX(job.resumed) FROM integration_syncjob job JOIN integration_tablemapping mapping ON mapping.id ="
        " job.mapping_id WHERE mapping.name = 'CUSTOMER' AND job.direction = 'to_crm'"
    )
    assert resumed >= 2, "once after the work-horse, once after the worker"
    couplings = started.rows(
        "SELECT coupling.erp_id, coupling.crm_id FROM coupling_coupling coupling JOIN integration_tablemapping mapping"
        " ON mapping.id = coupling.mapping_id WHERE mapping.crm_table = 'account' AND coupling.state = 'coupled'"
    )
    customers = started.rows("SELECT system_id FROM business_central_customer WHERE blocked = 0")
    coupled = dict(couplings)
    assert len(set(coupled.values())) == len(couplings)
    assert {id for (id,) in customers} <= set(coupled)
    written = started.rows("SELECT accountid, createdby FROM account", "sandbox")
    ours = uuid.UUID(started.rows("SELECT user_id FROM integration_connectionsetup")[0][0])
    made = {uuid.UUID(id).hex for id, creator in written if uuid.UUID(creator) == ours}
    assert len(made) > 2900
    assert made <= set(coupled.values())
