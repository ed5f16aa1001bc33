"""The service protection limits: requests, execution time and concurrency of one user over a sliding window.

The real numbers are the defaults; a test scales them down. Execution time counts where it was spent: of a request that
began before the window only the part inside it. The time a request waits on the network is not execution.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Refuse = Callable[[str, "Bounds", float], Exception]
"""What is raised for a limit (``requests``, ``execution`` or ``concurrency``), its bounds, and the seconds to wait."""
IMPATIENCE = 1 / 300
"""By which part of the window each request sent while throttled puts off the end: a second of five minutes."""


@dataclass(frozen=True)
class Bounds:
    """How much one user may do: per window of ``seconds``, and at one time."""

    seconds: float = 300
    requests: int = 6000
    execution_seconds: float = 1200
    concurrent: int = 52


@dataclass(frozen=True, slots=True)
class Left:
    """What a user may still send and use in the window."""

    requests: int
    seconds: float


@dataclass
class _Usage:
    """What one user did lately, in times of the clock."""

    begun: deque[float] = field(default_factory=deque)
    spent: deque[tuple[float, float]] = field(default_factory=deque)
    running: list[float] = field(default_factory=list)
    closed_until: float = 0.0
    closed_by: str = ""

    def forget(self, before: float) -> None:
        while self.begun and self.begun[0] <= before:
            self.begun.popleft()
        while self.spent and self.spent[0][1] <= before:
            self.spent.popleft()

    def executed(self, since: float, now: float) -> float:
        """Seconds of execution since then, those of requests under way included."""
        done = sum(end - max(begin, since) for begin, end in self.spent)
        return done + sum(now - max(begin, since) for begin in self.running)


class Limits:
    """Counts per user; one server, so one count."""

    def __init__(self, bounds: Bounds, refuse: Refuse, clock: Callable[[], float] = time.monotonic) -> None:
        self.bounds = bounds
        self.refuse = refuse
        self.clock = clock
        self._usage: dict[str, _Usage] = {}
        self._lock = threading.Lock()

    @contextmanager
    def request(self, user: str) -> Iterator[Left]:
        """One request of this user; gives what is left after it. Raises what ``refuse`` makes."""
        with self._lock:
            usage = self._usage.setdefault(user, _Usage())
            begin = self.clock()
            usage.forget(begin - self.bounds.seconds)
            self._check(usage, begin)
            usage.begun.append(begin)
            usage.running.append(begin)
            left = self._left(usage, begin)
        try:
            yield left
        finally:
            with self._lock:
                usage.running.remove(begin)
                usage.spent.append((begin, self.clock()))

    def _check(self, usage: _Usage, now: float) -> None:
        if len(usage.running) >= self.bounds.concurrent:
            raise self.refuse("concurrency", self.bounds, self.bounds.seconds * IMPATIENCE)
        kind, wait = self._exhausted(usage, now)
        if not kind:
            return
        # Whoever goes on sending waits longer, but never longer than the window takes to empty.
        patient = max(now + wait, usage.closed_until)
        usage.closed_until = min(patient + self.bounds.seconds * IMPATIENCE, now + self.bounds.seconds)
        usage.closed_by = kind
        raise self.refuse(kind, self.bounds, usage.closed_until - now)

    def _exhausted(self, usage: _Usage, now: float) -> tuple[str, float]:
        """Which limit is used up, and the seconds until there is room again."""
        if len(usage.begun) >= self.bounds.requests:
            return "requests", usage.begun[-self.bounds.requests] + self.bounds.seconds - now
        over = usage.executed(now - self.bounds.seconds, now) - self.bounds.execution_seconds
        if over > 0:
            return "execution", self._until_spent(usage, now, over)
        if now < usage.closed_until:
            return usage.closed_by, 0.0
        return "", 0.0

    def _until_spent(self, usage: _Usage, now: float, over: float) -> float:
        """When so many seconds of execution have left the window, the oldest first."""
        since = now - self.bounds.seconds
        for begin, end in usage.spent:
            inside = end - max(begin, since)
            if inside >= over:
                return max(begin, since) + over - since
            over -= inside
        return self.bounds.seconds

    def _left(self, usage: _Usage, now: float) -> Left:
        spent = usage.executed(now - self.bounds.seconds, now)
        return Left(self.bounds.requests - len(usage.begun), max(0.0, self.bounds.execution_seconds - spent))
