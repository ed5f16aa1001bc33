"""The signs of life of a run, written by the process that does the work, also while one request takes minutes."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from contextlib import AbstractContextManager

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from integration.gate import Gate
from integration.models import SyncJob

log = logging.getLogger(__name__)


class Pulse:
    """A thread beside the run, as a context manager; it stops by itself where the claim is lost.

    It is also the gate of the run's requests: counts them, and shows on the job's page when they are throttled.
    """

    def __init__(self, job: SyncJob, gate: Gate) -> None:
        self.job, self.gate = job, gate
        self.requests = 0
        self.throttled_until: dt.datetime | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._live, name=f"pulse {job.pk}", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._wake.set()
        self._thread.join()

    # --- the gate -----------------------------------------------------------------------------------------

    def slot(self) -> AbstractContextManager[None]:
        with self._lock:
            self.requests += 1
        return self.gate.slot()

    def throttled(self, seconds: float) -> None:
        self.throttled_until = timezone.now() + dt.timedelta(seconds=seconds)
        self._wake.set()
        self.gate.throttled(seconds)

    # --- the thread ---------------------------------------------------------------------------------------

    def _live(self) -> None:
        try:
            while not self._over:
                self._wake.wait(settings.JOB_HEARTBEAT)
                self._wake.clear()
                if self._over or not self._beat():
                    return
        finally:
            connection.close()

    def _beat(self) -> bool:
        """``False``: the claim is lost; the run finds that out with its next page."""
        try:
            return self.job.beat(throttled_until=self.throttled_until)
        except DatabaseError as error:
            log.warning("No sign of life could be written for %s: %s", self.job, error)
            return True
