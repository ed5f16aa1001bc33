"""``manage.py update_statistics 10000``: bring account statistics into Dynamics 365 Sales, here and now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from integration import jobs
from integration.defaults.tasks import TASK_PASSES, Task
from integration.management.console import ConsoleCommand, counted, job_answer, mapping_named, record_id
from integration.models import SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope


class Command(ConsoleCommand):
    help = "Updates the account statistics of customers. Ends with 1 where the run or a customer failed."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "customers", nargs="*", metavar="CUSTOMER", help="number or id; default: all that moved since the last run"
        )

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        [usual] = TASK_PASSES[Task.STATISTICS]
        mapping = mapping_named(usual.mapping)
        asked = self._options(mapping, options["customers"])
        kind = SyncJob.Kind(usual.kind)
        job = jobs.start(mapping, Direction(usual.direction), kind=kind, options=asked, inline=True)
        summary = job.message or counted(job.counters.as_dict())
        self.say(f"{job.get_kind_display()}: {job.get_status_display()}, {summary}", options)
        for error in job.errors.all():
            self.say(f"  {error}", options)
        return job_answer(job), job.status == SyncJob.Status.FINISHED and not job.failed

    def _options(self, mapping: TableMapping, customers: list[str]) -> Options:
        if not customers:
            return Options()
        with jobs.open_now() as connected:
            ids = tuple(record_id(connected.erp, mapping.erp_table, key) for key in customers)
        return Options(scope=Scope.IDS, ids=ids)
