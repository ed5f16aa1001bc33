"""The throttling gate: how many requests may be under way at once, and when to hold back.

Dataverse counts requests per user, so all processes that write as the same user share one gate. Its state is in
Redis; where there is none (a command on its own), or while Redis does not answer, each process keeps its own.

    with gate.slot():           waits for a place, and until the organization takes requests again
        ...
    gate.throttled(seconds)     the organization said "too many": everybody waits, then goes on more slowly
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from redis import Redis
from redis.exceptions import RedisError

SLOTS = 52
LEASE = 600.0
SLOW_FOR = 60.0
LOOK_AGAIN = 0.05

log = logging.getLogger(__name__)

# Keys: leases (sorted set: lease -> its end), until (when requests are taken again), limit (lower for a while).
ENTER = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1000000
local till = tonumber(redis.call('GET', KEYS[2]) or '0')
if till > at then return tostring(till - at) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at)
local limit = tonumber(redis.call('GET', KEYS[3]) or ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= limit then return ARGV[4] end
redis.call('ZADD', KEYS[1], at + tonumber(ARGV[3]), ARGV[1])
redis.call('EXPIRE', KEYS[1], math.ceil(tonumber(ARGV[3])))
return '0'
"""
SLOW_DOWN = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1000000
local seconds = tonumber(ARGV[1])
local till = math.max(at + seconds, tonumber(redis.call('GET', KEYS[2]) or '0'))
redis.call('SET', KEYS[2], string.format('%.6f', till), 'PX', math.ceil((till - at) * 1000))
local limit = tonumber(redis.call('GET', KEYS[3]) or ARGV[2])
local lower = math.max(1, math.floor(math.min(limit, math.max(1, redis.call('ZCARD', KEYS[1]))) / 2))
redis.call('SET', KEYS[3], lower, 'PX', math.ceil((seconds + tonumber(ARGV[3])) * 1000))
"""


class Gate(Protocol):
    def slot(self) -> AbstractContextManager[None]:
        """A place among the requests under way."""

    def throttled(self, seconds: float) -> None:
        """No request before that many seconds are over."""


class LocalGate:
    """The gate of one process."""

    def __init__(self, slots: int = SLOTS) -> None:
        self.slots = slots
        self.taken = 0
        self.until = 0.0
        self.free = threading.Condition()

    @contextmanager
    def slot(self) -> Iterator[None]:
        with self.free:
            while (wait := self.until - time.monotonic()) > 0 or self.taken >= self.slots:
                self.free.wait(wait if wait > 0 else None)
            self.taken += 1
        try:
            yield
        finally:
            with self.free:
                self.taken -= 1
                self.free.notify()

    def throttled(self, seconds: float) -> None:
        with self.free:
            self.until = max(self.until, time.monotonic() + seconds)


class SharedGate:
    """The gate of everybody who writes as one ``identity`` (organization and user). A place is a lease: one that was
    taken by a process that died is free again after ``LEASE`` seconds."""

    def __init__(self, redis: Redis, identity: str, slots: int = SLOTS) -> None:
        self.slots = slots
        self.redis = redis
        self.keys = [f"gate:{identity}:{name}" for name in ("leases", "until", "limit")]
        self.enter = redis.register_script(ENTER)
        self.slow_down = redis.register_script(SLOW_DOWN)
        self.fallback = LocalGate(slots)

    @contextmanager
    def slot(self) -> Iterator[None]:
        lease = str(uuid.uuid4())
        try:
            self._take(lease)
        except RedisError as error:
            log.warning("The shared gate does not answer (%s); this process counts on its own.", error)
            with self.fallback.slot():
                yield
            return
        try:
            yield
        finally:
            self._give_back(lease)

    def throttled(self, seconds: float) -> None:
        self.fallback.throttled(seconds)
        try:
            self.slow_down(keys=self.keys, args=[seconds, self.slots, SLOW_FOR])
        except RedisError as error:
            log.warning("The other workers could not be told to hold back: %s", error)

    def _take(self, lease: str) -> None:
        while (wait := float(self.enter(keys=self.keys, args=[lease, self.slots, LEASE, LOOK_AGAIN]))) > 0:
            time.sleep(min(wait, 1.0))

    def _give_back(self, lease: str) -> None:
        try:
            self.redis.zrem(self.keys[0], lease)
        except RedisError as error:
            log.warning("A place in the shared gate could not be given back, it expires by itself: %s", error)


def gate_for(identity: str, redis: Redis | None = None) -> LocalGate | SharedGate:
    """The gate of this identity: shared where there is a Redis, else this process's own."""
    return SharedGate(redis, identity) if redis is not None else LocalGate()
