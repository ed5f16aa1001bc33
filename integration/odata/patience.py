"""How long somebody waits for an organization."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field

from integration.http import Limits

TRIES = 5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request may take: the times of one attempt, how often it is made, whether also after a time-out,
    and for how many seconds in all throttling may hold it up (a run: twice the 5 minutes in which the service counts).
    ``total``: seconds for everything a session asks, sign-in, repeats and pauses included, from its first request on;
    what is asked later is answered with ``TimedOut`` at once.
    """

    limits: Limits = field(default_factory=Limits)
    tries: int = TRIES
    after_time_out: bool = True
    throttled: float = 600.0
    total: float | None = None


OF_A_PERSON = Patience(Limits(connect=4, read=10, deadline=10), tries=2, after_time_out=False, throttled=5, total=10)
"""For what is asked while a person waits for a page: after 4 seconds an address where nobody answers is given up, after
10 seconds everything."""


class Budget:
    """The seconds a session has in all; they begin with its first request."""

    def __init__(self, total: float | None) -> None:
        self._total, self._until = total, math.inf
        self._begun = threading.Event()

    @property
    def until(self) -> float:
        if self._total is not None and not self._begun.is_set():
            self._until = time.monotonic() + self._total
            self._begun.set()
        return self._until
