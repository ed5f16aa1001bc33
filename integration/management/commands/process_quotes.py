"""``manage.py process_quotes``: make quotes of activated quotes of Sales and follow them, here and now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration import jobs
from integration.documents.sources import QUOTE, integer
from integration.management.console import WRONG_USE, ConsoleCommand, counted, job_answer
from integration.models import ConnectionSetup, SyncJob
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.values import Record


class Command(ConsoleCommand):
    help = "Makes quotes of activated quotes of Dynamics 365 Sales. Ends with 1 where one failed, with 2 if refused."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", nargs="*", help="Quote ID in Sales (its newest revision); none: all that changed")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        if not ConnectionSetup.current().order_integration_enabled:
            raise CommandError("Sales order integration is off. Switch it on first.", returncode=WRONG_USE)
        ids = _ids(list(dict.fromkeys(options["number"])))
        job = jobs.process_quotes(ids, inline=True)
        self.say(f"Quotes: {job.get_status_display()}, {job.message or counted(job.counters.as_dict())}", options)
        for error in job.errors.all():
            self.say(f"  {error}", options)
        return job_answer(job), job.status == SyncJob.Status.FINISHED and not job.failed


def _ids(numbers: Sequence[str]) -> list[uuid.UUID]:
    """The newest revisions of the quotes of Sales with these numbers. Raises ``CommandError`` for one that is not
    there."""
    if not numbers:
        return []
    newest: dict[str, Record] = {}
    with jobs.open_now() as connected:
        columns = (QUOTE.number, "revisionnumber")
        for row in every(connected.crm, QUOTE.table, OneOf(QUOTE.number, tuple(numbers)), columns):
            number = str(row.values[QUOTE.number]).casefold()
            if number not in newest or _revision(newest[number]) < _revision(row):
                newest[number] = row
    missing = [number for number in numbers if number.casefold() not in newest]
    if missing:
        raise CommandError(f"Dynamics 365 Sales has no quote {missing[0]}.", returncode=WRONG_USE)
    return [newest[number.casefold()].id for number in numbers]


def _revision(row: Record) -> int:
    return integer(row, "revisionnumber") or 0
