"""``manage.py run_job "Customer Statistics"``: run one recurring job here and now, whenever it is due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Q

from integration import jobs, scheduler
from integration.jobs import tasks
from integration.management.console import WRONG_USE, ConsoleCommand, counted, job_answer
from integration.models import JobQueueEntry, SyncJob, TaskRun
from integration.sync.rules import Direction


class Command(ConsoleCommand):
    help = (
        "Runs one recurring job now, as Run now does, and waits for its end. Ends with 1 where a run or record failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="description of the job queue entry, its mapping or its task")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        entry = _entry(options["name"])
        try:
            scheduler.run_now(entry)
        except scheduler.NotNow as reason:
            raise CommandError(str(reason), returncode=WRONG_USE) from reason
        entry.refresh_from_db()
        if entry.mapping is None and entry.task in tasks.TASKS:
            return self._task(entry, options)
        runs = [jobs.run_here(job) for job in entry.runs]
        for job in runs:
            summary = job.message or counted(job.counters.as_dict())
            way = job.mapping.describe_way(Direction(job.direction))
            self.say(f"{job.get_kind_display()}, {way}: {job.get_status_display()}, {summary}", options)
            for error in job.errors.all():
                self.say(f"  {error}", options)
        well = all(job.status == SyncJob.Status.FINISHED and not job.failed for job in runs)
        return {"job": entry.name, "runs": [job_answer(job) for job in runs]}, well

    def _task(self, entry: JobQueueEntry, options: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        run = tasks.run_here(entry.task)
        self.say(f"{entry.name}: {run.get_status_display()}, {run.message}", options)
        answer = {"job": entry.name, "task": entry.task, "status": run.status, "message": run.message}
        return answer, run.status == TaskRun.Status.FINISHED


def _entry(name: str) -> JobQueueEntry:
    """The entry with this description (a beginning of it that is no other's), mapping or task. Raises
    ``CommandError``."""
    exactly = Q(name__iexact=name) | Q(task__iexact=name) | Q(mapping__name__iexact=name)
    entries = JobQueueEntry.objects.select_related("mapping")
    for found in (entries.filter(exactly), entries.filter(name__istartswith=name)):
        if len(found) == 1:
            return found[0]
    listed = ", ".join(sorted(entry.task or entry.name for entry in entries))
    there = f"There are: {listed}." if listed else "Enable the connection first."
    raise CommandError(f"There is no recurring job {name}. {there}", returncode=WRONG_USE)
