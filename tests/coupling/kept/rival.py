"""Somebody else who is at work in the same database at the same moment, on a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

from django.db import connection, connections, transaction

PATIENCE, PAUSE = 20.0, 0.02


class Rival:
    """Another process that has done ``what`` and commits as soon as somebody waits for it, or it is to ``end``."""

    def __init__(self, what: Callable[[], Any]) -> None:
        self.what, self.holds, self.is_over = what, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._go)
        self.was_waited_for = False

    def begin(self) -> None:
        self.thread.start()
        assert self.holds.wait(PATIENCE)

    def _go(self) -> None:
        with closing(connections["default"]), transaction.atomic():
            self.what()
            self.holds.set()
            while not (self.was_waited_for or self.is_over.wait(PAUSE)):
                self.was_waited_for = _waiting() > 0

    def end(self) -> None:
        self.is_over.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def _waiting() -> int:
    """How many others wait for what this one holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        (number,) = cursor.fetchone()
    return int(number)
