"""The service protection limits: requests, execution time and concurrency of one user over a sliding window.

The real numbers are the defaults; a test scales them down. Execution time counts where it was spent: of a request that
began before the window only the part inside it. The time a request waits on the network is not execution.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from integration.sandbox.dataverse.refusals import Refusal

IMPATIENCE = 1 / 300
"""By which part of the window each request sent while throttled puts off the end: a second of five minutes."""


@dataclass(frozen=True)
class Bounds:
    """How much one user may do: per window of ``seconds``, and at one time."""

    seconds: float = 300
    requests: int = 6000
    execution_seconds: float = 1200
    concurrent: int = 52


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

    def __init__(self, bounds: Bounds | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.bounds = bounds or Bounds()
        self.clock = clock
        self._usage: dict[str, _Usage] = {}
        self._lock = threading.Lock()

    @contextmanager
    def request(self, user: str) -> Iterator[dict[str, str]]:
        """One request of this user; gives the headers that tell what is left. Raises :class:`Refusal` 429."""
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
            raise throttled("concurrency", self.bounds, self.bounds.seconds * IMPATIENCE)
        kind, wait = self._exhausted(usage, now)
        if not kind:
            return
        # Whoever goes on sending waits longer, but never longer than the window takes to empty.
        patient = max(now + wait, usage.closed_until)
        usage.closed_until = min(patient + self.bounds.seconds * IMPATIENCE, now + self.bounds.seconds)
        usage.closed_by = kind
        raise throttled(kind, self.bounds, usage.closed_until - now)

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

    def _left(self, usage: _Usage, now: float) -> dict[str, str]:
        spent = usage.executed(now - self.bounds.seconds, now)
        seconds = max(0.0, self.bounds.execution_seconds - spent)
        return {
            "x-ms-ratelimit-burst-remaining-xrm-requests": str(self.bounds.requests - len(usage.begun)),
            "x-ms-ratelimit-time-remaining-xrm-requests": f"{seconds:,.2f}",
        }


def throttled(kind: str, bounds: Bounds, wait: float) -> Refusal:
    """429 of a kind (``requests``, ``execution``, ``concurrency``); to be tried again in whole seconds."""
    window = f"{bounds.seconds:g} seconds"
    code, text = {
        "requests": (
            "0x80072322",
            f"Number of requests exceeded the limit of {bounds.requests} over time window of {window}.",
        ),
        "execution": (
            "0x80072321",
            (
                "Combined execution time of incoming requests exceeded limit of "
                f"{bounds.execution_seconds * 1000:,.0f} milliseconds over time window of {window}. Decrease number of "
                "concurrent requests or reduce the duration of requests and try again later."
            ),
        ),
        "concurrency": (
            "0x80072326",
            f"Number of concurrent requests exceeded the limit of {bounds.concurrent}.",
        ),
    }[kind]
    return Refusal(429, code, text, {"Retry-After": str(max(1, math.ceil(wait)))})
