"""The throttling gate: how many requests may be under way at once, how close together, and when to hold back.

Dataverse counts requests per user, so all processes that write as the same user share one gate. Its state is in
Redis; where there is none (a command on its own), or while Redis does not answer, each process keeps its own.

    with gate.slot():           waits for a place, and until the organization takes requests again
        ...
    gate.note_left(left)        what an answer says is left of the limits
    gate.throttled(seconds)     the organization said "too many": everybody waits, then goes on more slowly

How the places are given out, so that "too many" is hardly ever said:

- It begins with ``START`` places: the service's own figures (1,200 s of execution in 300 s) allow four at a time.
- While more than half of both limits is left, every answer adds a little; 429 halves the places.
- Below a sixth of the requests, what is left is spread over the window in which the service counts. Below a quarter
  of the execution time there are no more places than would use it up in that window.

What answers say is only a hint (they come from several servers, each with its own count): it may slow us down, never
lets more through than the places. The most that was ever left stands for the limit itself, which differs between
environments.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import RedisError

from integration.odata.shared import IN_FLIGHT, Gate, Left, LocalGate

__all__ = ["Gate", "LocalGate", "SharedGate", "gate_for"]

START = 4
WINDOW = 300.0
"""Seconds over which the service counts (Service protection API limits)."""
LEASE = 20.0
"""A place is lost that long after the last sign of life of the process that holds it."""
RENEW = 5.0
POLL_SECONDS = 0.05
LOOK_FOR_SERVER = 5.0

log = logging.getLogger(__name__)

# Keys: leases (sorted set: lease -> its end), until (when requests are taken again), pace (hash: limit, the most left
# and what is left of requests and seconds, next = when one more may enter while requests are spread).
_START = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1000000
local leases, until_, pace = KEYS[1], KEYS[2], KEYS[3]
local slots, start, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local function noted(name) return tonumber(redis.call('HGET', pace, name) or nil) end
local function note(name, value) redis.call('HSET', pace, name, string.format('%.6f', value)) end
local function limit() return noted('limit') or math.min(start, slots) end
"""
ENTER = (
    _START
    + """
local till = tonumber(redis.call('GET', until_) or '0')
if till > at then return tostring(till - at) end
redis.call('ZREMRANGEBYSCORE', leases, '-inf', at)
if redis.call('ZCARD', leases) >= math.floor(limit()) then return ARGV[6] end
local left, most = noted('requests_left'), noted('requests_most')
if left then
    if left < most / 6 then
        local wait = (noted('next') or 0) - at
        if wait > 0 then return tostring(wait) end
        note('next', at + math.min(window / math.max(left, 1), 10 * window / most))
    end
    note('requests_left', math.max(0, left - 1))
end
redis.call('ZADD', leases, at + tonumber(ARGV[5]), ARGV[4])
redis.call('EXPIRE', leases, math.ceil(tonumber(ARGV[5])))
return '0'
"""
)
NOTE_LEFT = (
    _START
    + """
local grows = true
for place, name in ipairs({'requests', 'seconds'}) do
    local left = tonumber(ARGV[3 + place])
    if left then
        if place == 1 then left = math.max(0, left - redis.call('ZCARD', leases)) end
        local most = math.max(left, noted(name .. '_most') or 0)
        note(name .. '_most', most)
        note(name .. '_left', left)
        grows = grows and left > most / 2
        if place == 2 and left < most / 4 then note('limit', math.max(1, math.min(limit(), most / window))) end
    end
end
if grows then note('limit', math.min(slots, limit() + 1 / (8 * limit()))) end
redis.call('EXPIRE', pace, math.ceil(2 * window))
"""
)
SLOW_DOWN = (
    _START
    + """
local seconds, till = tonumber(ARGV[4]), tonumber(redis.call('GET', until_) or '0')
local ends = math.max(at + seconds, till)
if till <= at then
    local taken = math.max(1, redis.call('ZCARD', leases))
    note('limit', math.max(1, math.floor(math.min(limit(), taken) / 2)))
    if noted('requests_left') then note('requests_left', 0) end
    redis.call('EXPIRE', pace, math.ceil(2 * window + seconds))
end
if ends > at then redis.call('SET', until_, string.format('%.6f', ends), 'PX', math.ceil((ends - at) * 1000)) end
"""
)
RENEWED = """
local now = redis.call('TIME')
local ends = tonumber(now[1]) + tonumber(now[2]) / 1000000 + tonumber(ARGV[1])
for place = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', ends, ARGV[place]) end
redis.call('EXPIRE', KEYS[1], math.ceil(tonumber(ARGV[1])))
"""


class SharedGate:
    """The gate of everybody who writes as one ``identity`` (organization and user).

    A place is a lease that a thread renews while it is held, so one that was taken by a process that died is free
    again after ``LEASE`` seconds. While Redis does not answer, this process counts on its own and looks for it again
    every few seconds; both turns are logged once.
    """

    def __init__(self, redis: Redis, identity: str, slots: int = IN_FLIGHT, window: float = WINDOW) -> None:
        self.slots = slots
        self.window = window
        self.redis = redis
        self.keys = [f"gate:{identity}:{name}" for name in ("leases", "until", "pace")]
        self.enter = redis.register_script(ENTER)
        self.store_left = redis.register_script(NOTE_LEFT)
        self.slow_down = redis.register_script(SLOW_DOWN)
        self.fallback = LocalGate(slots)
        self._leases = Leases(redis, self.keys[0])
        self._gone_until = 0.0
        self._gone = False

    @contextmanager
    def slot(self) -> Iterator[None]:
        lease = str(uuid.uuid4())
        if not self._take(lease):
            with self.fallback.slot():
                yield
            return
        with self._leases.held(lease):
            yield

    def note_left(self, left: Left) -> None:
        if not self._absent():
            numbers = ["" if one is None else one for one in (left.requests, left.seconds)]
            try:
                self.store_left(keys=self.keys, args=[*self._figures(), *numbers])
            except RedisError as error:
                self._lost(error)

    def throttled(self, seconds: float) -> None:
        self.fallback.throttled(seconds)
        try:
            self.slow_down(keys=self.keys, args=[*self._figures(), seconds])
        except RedisError as error:
            self._lost(error)

    def _figures(self) -> list[float]:
        return [self.slots, START, self.window]

    def _take(self, lease: str) -> bool:
        """Wait for a place. ``False``: nobody gives one out just now."""
        if self._absent():
            return False
        try:
            while (wait := float(self._ask(lease))) > 0:
                time.sleep(min(wait, 1.0))
        except RedisError as error:
            self._lost(error)
            return False
        if self._gone:
            self._gone = False
            log.warning("The shared gate answers again; requests are counted together with the other processes.")
        return True

    def _ask(self, lease: str) -> bytes:
        answer: bytes = self.enter(keys=self.keys, args=[*self._figures(), lease, LEASE, POLL_SECONDS])
        return answer

    def _absent(self) -> bool:
        return time.monotonic() < self._gone_until

    def _lost(self, error: RedisError) -> None:
        self._gone_until = time.monotonic() + LOOK_FOR_SERVER
        if not self._gone:
            self._gone = True
            log.warning("The shared gate does not answer (%s); until it does, this process counts on its own.", error)


class Leases:
    """The places this process holds, kept alive by a thread that runs while there are any."""

    def __init__(self, redis: Redis, key: str) -> None:
        self.redis, self.key = redis, key
        self._renew = redis.register_script(RENEWED)
        self._held: set[str] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def held(self, lease: str) -> Iterator[None]:
        with self._lock:
            self._held.add(lease)
            if self._thread is None:
                self._thread = threading.Thread(target=self._live, name="gate", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(lease)
            self._give_back(lease)

    def _live(self) -> None:
        while True:
            time.sleep(RENEW)
            with self._lock:
                held = list(self._held)
                if not held:
                    self._thread = None
                    return
            try:
                self._renew(keys=[self.key], args=[LEASE, *held])
            except RedisError as error:
                log.info("The places in the shared gate could not be renewed: %s", error)

    def _give_back(self, lease: str) -> None:
        try:
            self.redis.zrem(self.key, lease)
        except RedisError as error:
            log.info("A place in the shared gate could not be given back, it expires by itself: %s", error)


def gate_for(identity: str, redis: Redis | None = None) -> LocalGate | SharedGate:
    """The gate of this identity: shared where there is a Redis, else this process's own."""
    return SharedGate(redis, identity) if redis is not None else LocalGate()
