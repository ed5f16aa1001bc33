"""The throttling gate, in one process and over a real queue server; the signs of life of a run."""

from __future__ import annotations

import threading
import time

import pytest
from pytest_django.fixtures import Settings
from redis import Redis

from integration.gate import LOOK_FOR_SERVER, LocalGate, SharedGate, gate_for
from integration.jobs.heartbeat import Heartbeat
from integration.jobs.queue import connect
from integration.odata.shared import Left
from tests.integration.jobs.queue_server import redis
from tests.real.gated import line_to, queue_server

__all__ = ["redis"]


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


def enter(crowd: Crowd, number: int) -> None:
    for _ in range(number):
        assert crowd.entered.acquire(timeout=20)


def test_a_local_gate_lets_only_so_many_in_at_once() -> None:
    gate = LocalGate(places=3)
    crowd = Crowd([gate] * 7)
    enter(crowd, 3)
    assert not crowd.entered.acquire(blocking=False)
    crowd.end()
    assert crowd.most == 3


@pytest.mark.processes
def test_processes_that_write_as_one_identity_share_their_places(redis: Redis) -> None:
    gates: list[LocalGate | SharedGate] = [SharedGate(redis, "contoso", slots=3) for _ in range(7)]
    crowd = Crowd(gates)
    enter(crowd, 3)
    assert redis.zcard("gate:contoso:leases") == 3
    crowd.end()
    assert crowd.most == 3
    assert redis.zcard("gate:contoso:leases") == 0


@pytest.mark.processes
def test_another_identity_has_places_of_its_own(redis: Redis) -> None:
    crowd = Crowd([SharedGate(redis, "adatum", slots=1), SharedGate(redis, "fabrikam", slots=1)])
    enter(crowd, 2)
    crowd.end()


def pace(redis: Redis, identity: str, name: str) -> float:
    return float(redis.hget(f"gate:{identity}:pace", name))


def wait_of(gate: SharedGate) -> float:
    """How long somebody who asks now would have to wait; 0 gives a place that nobody gives back."""
    return float(gate._ask("probe"))


@pytest.mark.processes
def test_throttling_told_to_one_holds_everybody_back_and_halves_the_places(redis: Redis) -> None:
    first, second = SharedGate(redis, "litware"), SharedGate(redis, "litware")
    crowd = Crowd([first, first, second, second])
    enter(crowd, 4)
    first.throttled(60)
    waiting = Crowd([second])
    assert 50 < wait_of(second) <= 60
    assert pace(redis, "litware", "limit") == 2
    redis.delete("gate:litware:until")
    crowd.end()
    enter(waiting, 1)
    waiting.end()


@pytest.mark.processes
def test_refusals_that_come_together_halve_the_places_once(redis: Redis) -> None:
    gate = SharedGate(redis, "northwind")
    crowd = Crowd([gate] * 4)
    enter(crowd, 4)
    for _ in range(4):
        gate.throttled(0.01)
        gate.throttled(60)
    crowd.end()
    assert pace(redis, "northwind", "limit") >= 1
    assert wait_of(gate) > 50


@pytest.mark.processes
def test_the_places_grow_while_much_is_left_and_not_while_little_is(redis: Redis) -> None:
    gate = SharedGate(redis, "tailspin")
    for _ in range(32):
        gate.note_left(Left(5900, 1190))
    grown = pace(redis, "tailspin", "limit")
    assert 4.9 < grown < 5.1
    gate.note_left(Left(2900, 1190))
    assert pace(redis, "tailspin", "limit") == grown
    gate.note_left(Left(5900, 290))
    assert pace(redis, "tailspin", "limit") == pytest.approx(1190 / 300, abs=0.01)


@pytest.mark.processes
def test_the_last_requests_of_a_window_are_spread_over_it(redis: Redis) -> None:
    gate = SharedGate(redis, "wingtip", window=30_000)
    gate.note_left(Left(6000, 1200))
    gate.note_left(Left(900, 1200))
    assert wait_of(gate) == 0
    assert 20 < wait_of(gate) <= 30_000 / 900
    gate.note_left(Left(5000, 1200))
    assert wait_of(gate) == 0


@pytest.mark.processes
def test_a_place_taken_by_a_process_that_died_is_free_again_when_its_lease_is_over(redis: Redis) -> None:
    redis.zadd("gate:proseware:leases", {"of a dead process": time.time() - 1})
    crowd = Crowd([SharedGate(redis, "proseware", slots=1)])
    enter(crowd, 1)
    crowd.end()


@pytest.mark.processes
def test_a_place_that_is_held_for_long_stays_taken(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integration.gate.LEASE", 0.5)
    monkeypatch.setattr("integration.gate.RENEW", 0.05)
    gate = SharedGate(redis, "lucerne", slots=1)
    crowd = Crowd([gate])
    enter(crowd, 1)
    ends = redis.zrange("gate:lucerne:leases", 0, -1, withscores=True)[0][1]
    while redis.zrange("gate:lucerne:leases", 0, -1, withscores=True)[0][1] <= ends + 0.5:
        time.sleep(0.01)
    assert wait_of(gate) > 0
    crowd.end()


def test_a_gate_whose_server_does_not_answer_counts_on_its_own_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gate = SharedGate(connect("redis://127.0.0.1:1/0"), "contoso", slots=1)
    for _ in range(3):
        with gate.slot():
            assert gate.fallback._used == 1
        gate.note_left(Left(1, 1))
    gate.throttled(0)
    assert caplog.text.count("until it does, this process counts on its own") == 1


@pytest.mark.processes
def test_a_gate_whose_server_is_back_counts_with_the_others_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with queue_server() as (redis, socket):
        gate = SharedGate(line_to(socket), "contoso")
        socket.rename(f"{socket}.away")
        with gate.slot():
            assert redis.zcard("gate:contoso:leases") == 0
        socket.with_name("s.away").rename(socket)
        now = time.monotonic() + LOOK_FOR_SERVER
        monkeypatch.setattr("integration.gate.time.monotonic", lambda: now)
        with gate.slot():
            assert redis.zcard("gate:contoso:leases") == 1
        gate.redis.close()
    assert "The shared gate answers again" in caplog.text


def test_without_a_queue_the_gate_is_the_process_own() -> None:
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


def test_a_run_gives_signs_of_life_while_one_request_takes_long(settings: Settings, db: None) -> None:
    settings.JOB_HEARTBEAT = 0.001
    job = Watched([])
    with Heartbeat(job, LocalGate()):
        for _ in range(3):
            assert job.beaten.acquire(timeout=20)


def test_a_pulse_stops_by_itself_when_the_claim_is_lost(settings: Settings, db: None) -> None:
    settings.JOB_HEARTBEAT = 0.001
    job = Watched([True, False])
    with Heartbeat(job, LocalGate()) as pulse:
        pulse._thread.join(20)
    assert len(job.told) == 2


def test_throttling_is_shown_at_once_and_requests_are_counted(settings: Settings, db: None) -> None:
    settings.JOB_HEARTBEAT = 600
    job = Watched([])
    with Heartbeat(job, LocalGate()) as pulse:
        with pulse.slot():
            pass
        pulse.throttled(0.01)
        assert job.beaten.acquire(timeout=20)
    assert pulse.requests == 1
    assert job.told[0]["throttled_until"] is not None
