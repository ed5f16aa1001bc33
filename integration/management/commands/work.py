"""``manage.py work``: one worker, until it is asked to stop."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integration import jobs
from integration.management.console import check_migrated


class Command(BaseCommand):
    help = "Takes jobs from the queue and runs each in a process of its own, until it gets SIGTERM or SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--burst", action="store_true", help="end when no job is left")

    def handle(self, *args: Any, **options: Any) -> None:
        check_migrated()
        try:
            jobs.work(burst=options["burst"], level="WARNING" if options["verbosity"] < 2 else "INFO")
        except jobs.NoQueue as error:
            raise CommandError(str(error)) from error
