"""``manage.py create_orders``: make orders of submitted orders of Sales, here and now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration import jobs
from integration.documents.sources import ORDER
from integration.management.console import WRONG_USE, ConsoleCommand, counted, job_answer
from integration.models import ConnectionSetup, SyncJob
from integration.systems.filters import OneOf
from integration.systems.system import every


class Command(ConsoleCommand):
    help = "Makes orders of submitted orders of Dynamics 365 Sales. Ends with 1 where one failed, with 2 if refused."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", nargs="*", help="Order ID in Sales; none: all that were never sent here")
        parser.add_argument("--another", action="store_true", help="also where a document refers to the order already")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        if options["another"] and not options["number"]:
            raise CommandError("--another needs the numbers of orders.", returncode=WRONG_USE)
        if not ConnectionSetup.current().order_integration_enabled:
            raise CommandError("Sales order integration is off. Switch it on first.", returncode=WRONG_USE)
        ids = _ids(list(dict.fromkeys(options["number"])))
        job = jobs.create_orders(ids, another=options["another"], inline=True)
        self.say(f"Orders: {job.get_status_display()}, {job.message or counted(job.counters.as_dict())}", options)
        for error in job.errors.all():
            self.say(f"  {error}", options)
        return job_answer(job), job.status == SyncJob.Status.FINISHED and not job.failed


def _ids(numbers: Sequence[str]) -> list[uuid.UUID]:
    """The orders of Sales with these numbers, in their order. Raises ``CommandError`` for one that is not there."""
    if not numbers:
        return []
    with jobs.open_now() as connected:
        rows = every(connected.crm, ORDER.table, OneOf(ORDER.number, tuple(numbers)), [ORDER.number])
        found = {str(row.values[ORDER.number]).casefold(): row.id for row in rows}
    missing = [number for number in numbers if number.casefold() not in found]
    if missing:
        raise CommandError(f"Dynamics 365 Sales has no order {missing[0]}.", returncode=WRONG_USE)
    return [found[number.casefold()] for number in numbers]
