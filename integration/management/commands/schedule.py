"""``manage.py schedule``: the scheduler, until it is asked to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from integration import scheduler
from integration.management.console import check_migrated


class Command(BaseCommand):
    help = "Starts what is due, sends again what nobody took, has dead runs resumed; until SIGTERM or SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        check_migrated()
        if options["once"]:
            scheduler.tick()
            return
        stop, wake = threading.Event(), threading.Event()

        def end(*_: object) -> None:
            stop.set()
            wake.set()

        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, end)
        scheduler.loop(stop, wake)
