"""``manage.py synchronize CUSTOMER``: make the passes of one mapping, here and now."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration import jobs
from integration.jobs.full_synch import directions
from integration.management.console import WRONG_USE, ConsoleCommand, counted, job_answer, mapping_named, record_id
from integration.management.planned import pair_of, planned
from integration.models import SyncJob, TableMapping
from integration.pages.runs.captions import Captions
from integration.pages.runs.titles import names_here
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope


class Command(ConsoleCommand):
    help = "Synchronizes the records of one mapping. Ends with 1 where a run or a record failed."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("mapping", help="name of the mapping, such as CUSTOMER")
        parser.add_argument(
            "--direction", choices=[direction.value for direction in Direction], help="default: the mapping's"
        )
        parser.add_argument("--dry-run", action="store_true", help="show what would be done and write nothing")
        parser.add_argument("--force", action="store_true", help="also unchanged and skipped records; the source wins")
        parser.add_argument("--create", action="store_true", help="also records that are not coupled")
        parser.add_argument("--ids", nargs="+", metavar="KEY", help="only these records: id, number or code")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        mapping = mapping_named(options["mapping"])
        passes = self._passes(mapping, options)
        run_options = self._run_options(mapping, passes, options)
        if options["dry_run"]:
            plans = [self._plan(mapping, direction, run_options, options) for direction in passes]
            return {"mapping": mapping.name, "plans": plans}, not any(plan["failing"] for plan in plans)
        runs = [jobs.start(mapping, direction, options=run_options, inline=True) for direction in passes]
        for job in runs:
            self._report(job, options)
        well = all(job.status == SyncJob.Status.FINISHED and not job.failed for job in runs)
        return {"mapping": mapping.name, "runs": [job_answer(job) for job in runs]}, well

    def _passes(self, mapping: TableMapping, options: dict[str, Any]) -> list[Direction]:
        usual = directions(mapping)
        wanted = Direction(options["direction"]) if options["direction"] else None
        if wanted is None or wanted is Direction.BOTH:
            passes = usual if wanted is None else list(wanted.passes)
        else:
            passes = [wanted]
        if options["ids"] and wanted is None:
            passes = passes[:1]
        for direction in passes:
            if not Direction(mapping.direction).includes(direction):
                raise CommandError(f"{mapping.name} is not configured to go {direction.value}.", returncode=WRONG_USE)
        if options["ids"] and len(passes) > 1:
            raise CommandError("--ids names records of one side: choose --direction.", returncode=WRONG_USE)
        return passes

    def _run_options(self, mapping: TableMapping, passes: list[Direction], options: dict[str, Any]) -> Options:
        flags = {name: options[name] for name in ("force", "create", "dry_run")}
        if not options["ids"]:
            return Options(**flags)
        with jobs.open_now() as connected:
            ours = passes[0] is Direction.TO_CRM
            system, table = (connected.erp, mapping.erp_table) if ours else (connected.crm, mapping.crm_table)
            ids = tuple(record_id(system, table, key) for key in options["ids"])
        return Options(scope=Scope.IDS, ids=ids, **flags)

    def _plan(
        self, mapping: TableMapping, direction: Direction, run_options: Options, options: dict[str, Any]
    ) -> dict[str, Any]:
        actions, captions = list(jobs.plan(mapping, direction, run_options)), Captions()
        pairs = [pair.erp_id for action in actions if (pair := pair_of(action)) is not None]
        names = names_here(mapping.erp_table, pairs) if pairs else {}
        called = partial(captions.of_field, mapping, direction.destination)
        lines = [line for action in actions if (line := planned(action, called, names)) is not None]
        self.say(f"{mapping.describe_way(direction)}, dry run: {len(lines)} record(s)", options)
        for line in lines:
            self.say(f"  {line.text}", options)
        failing = sum(line.action in ("fail", "source-deleted") for line in lines)
        return {"direction": direction.value, "failing": failing, "actions": [line.as_dict() for line in lines]}

    def _report(self, job: SyncJob, options: dict[str, Any]) -> None:
        summary = job.message or counted(job.counters.as_dict())
        self.say(
            f"{job.mapping.describe_way(Direction(job.direction))}: {job.get_status_display()}, {summary}", options
        )
        for error in job.errors.all():
            self.say(f"  {error}", options)
