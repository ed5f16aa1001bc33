"""The signs of life of a run, written by the process that does the work, also while one request takes minutes."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from integration.gate import Gate
from integration.models.jobs.claimable import Claimable
from integration.odata.shared import Left
from integration.sync.run import Canceled

POLL_SECONDS = 1.0
"""Seconds after which a run notices that it is to stop, also between two requests of one page."""

log = logging.getLogger(__name__)


class Heartbeat:
    """A thread beside the run, as a context manager; it stops by itself where the claim is lost.

    It is also the gate of the run's requests: counts them, and shows on the job's page when they are throttled.
    """

    def __init__(self, row: Claimable, gate: Gate) -> None:
        self.row, self.gate = row, gate
        self.requests = 0
        self.throttled_until: dt.datetime | None = None
        self.stops: Callable[[], str] = str
        self.stopped = ""
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._live, name=f"heartbeat {row.pk}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._wake.set()
        self._thread.join()

    # --- the gate -----------------------------------------------------------------------------------------

    def slot(self) -> AbstractContextManager[None]:
        """A place for one request. Raises ``Canceled`` once nothing more may be written: what is under way is left as
        by a worker that died, and the next run completes it."""
        if self.stopped:
            raise Canceled(self.stopped)
        with self._lock:
            self.requests += 1
        return self.gate.slot()

    def note_left(self, left: Left) -> None:
        self.gate.note_left(left)

    def throttled(self, seconds: float) -> None:
        self.throttled_until = timezone.now() + dt.timedelta(seconds=seconds)
        self._wake.set()
        self.gate.throttled(seconds)

    # --- the thread ---------------------------------------------------------------------------------------

    def _live(self) -> None:
        beaten = time.monotonic()
        try:
            while not self._over:
                due = beaten + settings.JOB_HEARTBEAT
                woken = self._wake.wait(max(0.0, min(POLL_SECONDS, due - time.monotonic())))
                self._wake.clear()
                if self._over:
                    return
                self._look()
                if woken or time.monotonic() >= due:
                    beaten = time.monotonic()
                    if not self._beat():
                        return
        finally:
            connection.close()

    def _look(self) -> None:
        """Does anybody want the run to stop before its page is through?"""
        try:
            self.stopped = self.stopped or self.stops()
        except DatabaseError as error:
            log.warning("Nobody knows whether %s is to stop: %s", self.row, error)

    def _beat(self) -> bool:
        """``False``: the claim is lost; the run finds that out with its next page."""
        try:
            throttled = {} if self.throttled_until is None else {"throttled_until": self.throttled_until}
            return self.row.beat(**throttled)
        except DatabaseError as error:
            log.warning("No sign of life could be written for %s: %s", self.row, error)
            return True
