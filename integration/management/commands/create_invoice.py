"""``manage.py create_invoice 103021``: make invoices of Sales of posted sales invoices, here and now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration import jobs
from integration.connection.document_passes import INVOICES
from integration.connection.systems import open_erp
from integration.management.console import WRONG_USE, ConsoleCommand, counted, job_answer
from integration.models import ConnectionSetup, SyncJob
from integration.systems.filters import OneOf
from integration.systems.system import every


class Command(ConsoleCommand):
    help = (
        "Makes invoices of Dynamics 365 Sales of posted sales invoices, with what these need there first. Ends with 1 "
        "where one failed, with 2 if refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", nargs="+", help="No. of a posted sales invoice")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        if not ConnectionSetup.current().sales_enabled:
            raise CommandError("The connection with Dynamics 365 Sales is off. Enable it first.", returncode=WRONG_USE)
        job = jobs.create_invoices(_ids(list(dict.fromkeys(options["number"]))), inline=True)
        self.say(f"Invoices: {job.get_status_display()}, {job.message or counted(job.counters.as_dict())}", options)
        for error in job.errors.all():
            self.say(f"  {error}", options)
        well = job.status == SyncJob.Status.FINISHED and not (job.failed or job.skipped)
        return job_answer(job), well


def _ids(numbers: Sequence[str]) -> list[uuid.UUID]:
    """The posted invoices with these numbers, in their order. Raises ``CommandError`` for one that is not there."""
    rows = every(open_erp(), INVOICES[0], OneOf("no", tuple(numbers)), ["no"])
    found = {str(row.values["no"]).casefold(): row.id for row in rows}
    missing = [number for number in numbers if number.casefold() not in found]
    if missing:
        raise CommandError(f"There is no posted sales invoice {missing[0]}.", returncode=WRONG_USE)
    return [found[number.casefold()] for number in numbers]
