"""Real processes that write as one user into an organization with limits, through the gate they share."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integration.sandbox import Options, Sandbox
from integration.sandbox.shell.faults import Fault
from integration.sandbox.shell.limits import Bounds
from tests.real.gated import Loaded, begin, ended, queue_server

pytestmark = pytest.mark.processes
SCALED = Bounds(seconds=2, requests=60, execution_seconds=8)


@pytest.fixture
def organization(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    started: list[Sandbox] = []

    def start(**options: object) -> Sandbox:
        running = Sandbox(Options(str(tmp_path / "organization.sqlite3"), **options))
        running.start()
        started.append(running)
        return running

    yield start
    for running in started:
        running.stop()


def stored(running: Sandbox) -> int:
    return int(running.database.connection().execute("SELECT COUNT(*) FROM account").fetchone()[0])


def test_three_processes_together_stay_under_the_limits_of_their_user(organization: Callable[..., Sandbox]) -> None:
    running = organization(limits=SCALED)
    with queue_server() as (_, socket):
        crew = [begin(running.ready, socket, window=2, accounts=130, at_once=2) for _ in range(3)]
        done = [ended(process) for process in crew]
    assert sum(one.failed for one in done) == 0
    assert stored(running) == 390
    requests = sum(one.requests for one in done)
    assert requests > 3 * SCALED.requests
    assert sum(one.refused for one in done) < requests / 50  # ``make bench`` holds one in a hundred, on a quiet machine


def test_three_processes_with_long_requests_share_the_execution_time(organization: Callable[..., Sandbox]) -> None:
    running = organization(limits=SCALED, row_ms=3)
    with queue_server() as (_, socket):
        crew = [begin(running.ready, socket, window=2, accounts=2000, at_once=2000) for _ in range(3)]
        done = [ended(process) for process in crew]
    assert sum(one.failed for one in done) == 0
    assert sum(one.refused for one in done) <= 1
    assert stored(running) == 6000


def test_a_wait_told_to_one_process_stops_the_others(organization: Callable[..., Sandbox]) -> None:
    fault = Fault("429_requests", count=1, method="POST", path="/accounts", seconds=3)
    running = organization(faults=(fault,))
    with queue_server() as (redis, socket):
        crew = [begin(running.ready, socket, window=300, accounts=300, at_once=2) for _ in range(3)]
        while not redis.exists("gate:contoso:until"):
            time.sleep(0.002)
        while redis.zcard("gate:contoso:leases"):
            time.sleep(0.002)
        before = stored(running)
        while redis.pttl("gate:contoso:until") > 300:
            time.sleep(0.002)
        assert stored(running) == before
        done = [ended(process) for process in crew]
    assert sum(one.refused for one in done) == 1
    assert stored(running) == 900


def test_a_killed_process_does_not_leave_the_gate_shut(organization: Callable[..., Sandbox]) -> None:
    running = organization(row_ms=4)
    with queue_server() as (redis, socket):
        killed = begin(running.ready, socket, window=300, accounts=2000, at_once=2000)
        while redis.zcard("gate:contoso:leases") < 4:
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        assert redis.zcard("gate:contoso:leases") == 4  # all there are
        left = [end - redis.time()[0] for _, end in redis.zrange("gate:contoso:leases", 0, -1, withscores=True)]
        assert max(left) <= 21
        redis.delete("gate:contoso:leases")  # what the server does by itself when that time is over
        again = ended(begin(running.ready, socket, window=300, accounts=10, at_once=10))
    assert (again.refused, again.failed) == (0, 0)


def test_processes_whose_queue_server_dies_finish_on_their_own(organization: Callable[..., Sandbox]) -> None:
    running = organization()
    with queue_server() as (redis, socket):
        process = begin(running.ready, socket, window=300, accounts=300, at_once=2)
        while stored(running) < 20:
            time.sleep(0.01)
        redis.shutdown(nosave=True, now=True)
        done = ended(process)
    assert done == Loaded(requests=done.requests, refused=0, failed=0)
    assert stored(running) == 300
