"""What a session shares with others, as protocols, and their form within one process: kept texts and the gate."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

IN_FLIGHT = 52


class Cache(Protocol):
    """Text kept between runs and processes (tokens, metadata)."""

    def get(self, key: str) -> str | None:
        """What was put, unless it is too old or gone."""

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep it for so long; 0 seconds forgets it."""

    def drop(self, keys: Sequence[str]) -> None:
        """Forget all of these at once."""


class MemoryCache:
    """A cache for this process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, str]] = {}

    def get(self, key: str) -> str | None:
        until, value = self._kept.get(key, (0.0, ""))
        return value if time.monotonic() < until else None

    def put(self, key: str, value: str, seconds: float) -> None:
        self._kept[key] = (time.monotonic() + seconds, value)

    def drop(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._kept.pop(key, None)


@dataclass(frozen=True, slots=True)
class Left:
    """What an answer says is left of the service's limits: requests, seconds of execution. A hint: every server of an
    organization counts for itself. ``None``: the answer says nothing."""

    requests: float | None = None
    seconds: float | None = None


class Gate(Protocol):
    """Lets at most so many requests of one identity through at a time."""

    def slot(self) -> AbstractContextManager[None]:
        """A place for one request; waits for one, and until the organization takes requests again."""

    def note_left(self, left: Left) -> None:
        """An answer came, with what it says is left."""

    def throttled(self, seconds: float) -> None:
        """The organization asked to wait: nobody goes through for that long, and then fewer at a time."""


class LocalGate:
    """A gate for this process. After throttling half as many go through as were under way; every success lets the
    number grow again by a little."""

    def __init__(self, places: int = IN_FLIGHT) -> None:
        self._places = places
        self._limit = float(places)
        self._used = 0
        self._closed_until = 0.0
        self._free = threading.Condition()

    @property
    def limit(self) -> int:
        """How many go through at a time just now."""
        return int(self._limit)

    @contextmanager
    def slot(self) -> Iterator[None]:
        with self._free:
            while (wait := self._closed_until - time.monotonic()) > 0 or self._used >= self.limit:
                self._free.wait(wait if wait > 0 else None)
            self._used += 1
        try:
            yield
        finally:
            with self._free:
                self._used -= 1
                self._limit = min(float(self._places), self._limit + 1 / 8)
                self._free.notify_all()

    def note_left(self, left: Left) -> None:
        """One process alone, with its few connections, stays below the limits or learns of them by being throttled."""

    def throttled(self, seconds: float) -> None:
        with self._free:
            self._closed_until = max(self._closed_until, time.monotonic() + seconds)
            self._limit = max(1.0, min(self._limit, float(max(1, self._used))) // 2)
            self._free.notify_all()
