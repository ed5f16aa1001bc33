"""How often somebody may ask: a bucket that fills up again, for each key of a program and for each address that shows
wrong ones.

It is kept in the memory of a web process and not in the database: an answer has to stay cheap when somebody asks too
often. Several web processes let through as many times as much.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Throttle:
    """``burst`` at once, and then ``per_minute`` in a minute. ``most``: so many askers are remembered; the one who has
    been away longest is forgotten first. ``clock``: seconds that only go up."""

    def __init__(
        self, burst: int, per_minute: int, *, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.burst, self.per_second, self.most = burst, per_minute / 60, most
        self._clock = clock
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: Hashable) -> int:
        """Count one. 0 where it may be, else the seconds until one may be again."""
        with self._lock:
            bucket = self._filled(who)
            if bucket.left < 1:
                return self._wait(bucket)
            bucket.left -= 1
            return 0

    def wait(self, who: Hashable) -> int:
        """The seconds until one may be again, without counting."""
        with self._lock:
            return self._wait(self._filled(who))

    def forget(self) -> None:
        """Begin anew with everybody."""
        with self._lock:
            self._buckets.clear()

    def _wait(self, bucket: _Bucket) -> int:
        return 0 if bucket.left >= 1 else math.ceil((1 - bucket.left) / self.per_second)

    def _filled(self, who: Hashable) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.pop(who, None) or _Bucket(self.burst, now)
        bucket.left = min(self.burst, bucket.left + (now - bucket.at) * self.per_second)
        bucket.at = now
        self._buckets[who] = bucket
        while len(self._buckets) > self.most:
            self._buckets.popitem(last=False)
        return bucket
