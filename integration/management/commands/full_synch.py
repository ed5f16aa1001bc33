"""``manage.py full_synch``: run the full synchronization and show the review lines."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count

from integration import jobs
from integration.connection.systems import Connected
from integration.management.console import ConsoleCommand, counted
from integration.models import ConnectionSetup, FullSynchLine, Plan, SyncJob
from integration.sync.run import Counters
from integration.systems.values import Side

POLL_SECONDS = 0.3
WINNERS = {"business-central": Side.ERP, "sales": Side.CRM, "nobody": None}


class Command(ConsoleCommand):
    help = (
        "Runs the full synchronization: all lines of the review page that have not been started, by dependency, on "
        "the workers there are, else in this process. Ends with 1 unless every line is Finished without a failure."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reported: set[str] = set()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reset", action="store_true", help="start all lines anew, finished ones too")
        parser.add_argument("--create-unmatched", action="store_true", help="create what finds no match")
        parser.add_argument(
            "--winner",
            choices=WINNERS,
            help="whose values go over where both records of a matched pair hold something different (as chosen on the "
            "review page where this is left out; nobody: each such field is a conflict)",
        )
        parser.add_argument("--dry-run", action="store_true", help="keep a plan of what would be done; write nothing")
        parser.add_argument("--inline", action="store_true", help="do not use workers")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        began = time.monotonic()
        with jobs.open_now() as connected:
            self._prepare(options, connected)
        if options["dry_run"]:
            return self._plan(options)
        jobs.full_synch.start()
        _work(options, lambda: FullSynchLine.objects.active().exists(), self._say_what_waits)
        lines = list(FullSynchLine.objects.select_related("mapping", *FullSynchLine.JOBS))
        self._table(lines)
        answer = answer_of(lines, round(time.monotonic() - began, 2))
        return answer, all(_went_well(line) for line in lines)

    def _plan(self, options: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Make the plan, and tell how much of what is in it; the rest is on its page."""
        plan = jobs.plans.plan_full()
        _work(options, lambda: plan.jobs.active().exists())
        plan.refresh_from_db()
        counted = plan.changes.values_list("mapping__name", "action").annotate(number=Count("pk"))
        for name, action, number in counted.order_by("mapping__position", "action"):
            self.write(f"{name:<22}{action:<12}{number}")
        self.write(f"{plan}: {plan.get_status_display()} {plan.message}".rstrip())
        if unshown := jobs.plans.unshown(plan):
            self.write(unshown)
        answer = {"plan": str(plan.pk), "actions": {action: number for action, _, number in plan.counts()}}
        return answer, plan.status == Plan.Status.READY

    def _prepare(self, options: dict[str, Any], connected: Connected) -> None:
        parts = ConnectionSetup.current().parts()
        if options["reset"]:
            # Nothing is thrown away while the connection is disabled or Sales does not answer.
            connected.crm.check()
            FullSynchLine.objects.reset()
        jobs.full_synch.refresh(connected, parts)
        if options["create_unmatched"]:
            for line in FullSynchLine.objects.filter(status=FullSynchLine.Status.BLANK):
                line.choose_create_unmatched(True)
        if options["winner"]:
            for line in FullSynchLine.objects.filter(status=FullSynchLine.Status.BLANK):
                line.choose_winner(WINNERS[options["winner"]])

    def _say_what_waits(self) -> None:
        """A run that nobody answers goes on by itself; who looks on is to know why nothing moves."""
        for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED, next_try_at__isnull=False):
            if job.suspended not in self.reported:
                self.reported.add(job.suspended)
                self.stderr.write(f"{job}: {job.suspended}")

    def _table(self, lines: list[FullSynchLine]) -> None:
        self.write(f"{'Mapping':<22}{'Status':<12}{'To Sales':<36}From Sales")
        for line in lines:
            there, back = (counted(_counters(job)) if job else "" for job in (line.to_crm_job, line.to_erp_job))
            self.write(f"{line.mapping.name:<22}{line.get_status_display():<12}{there:<36}{back}".rstrip())
            if line.message:
                self.write(f"    {line.message}")


def answer_of(lines: list[FullSynchLine], seconds: float) -> dict[str, Any]:
    """The review lines and their totals as JSON shows them."""
    runs = [job for line in lines for job in line.jobs]
    return {
        "lines": [
            {
                "name": line.mapping.name,
                "status": line.get_status_display().strip(),
                "to_crm": _counters(line.to_crm_job),
                "to_erp": _counters(line.to_erp_job),
            }
            for line in lines
        ],
        "records": sum(job.records_done for job in runs),
        "requests": sum(job.requests for job in runs),
        "seconds": seconds,
    }


def _counters(job: SyncJob | None) -> dict[str, int]:
    return (job.counters if job is not None else Counters()).as_dict()


def _went_well(line: FullSynchLine) -> bool:
    return line.status == FullSynchLine.Status.FINISHED and not any(job.failed for job in line.jobs)


def _work(options: dict[str, Any], goes_on: Callable[[], bool], look: Callable[[], None] = lambda: None) -> None:
    """Wait for the workers, or be one where there is none."""
    runs_inline = options["inline"] or not jobs.queue_state().workers
    while goes_on():
        if not (runs_inline and _run_next()):
            look()
            time.sleep(POLL_SECONDS)


def _run_next() -> bool:
    """Run the next job that is ready, in this process; ``False`` where there is none to run now."""
    return any(jobs.run(job.pk) for job in SyncJob.objects.ready())
