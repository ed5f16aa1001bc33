"""What a bench yields, and the clock it uses."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """One measured value with its unit, and the limit it has to keep (``None``: only told)."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def ok(self) -> bool:
        return self.limit is None or self.value <= self.limit


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The best of some runs, without the garbage collector."""
    best = float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(times):
            begin = time.perf_counter()
            work()
            best = min(best, time.perf_counter() - begin)
    finally:
        gc.enable()
    return best
