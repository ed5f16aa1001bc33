"""What the commands of this project have in common: ``--json``, errors in one line, records found by what people
call them. Text of records is written without what a terminal would obey."""

from __future__ import annotations

import argparse
import json
import uuid
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from integration.connection.findings import NotReady
from integration.jobs.dry_run.plans import PlanError
from integration.management import entry
from integration.models import SyncError, SyncJob, TableMapping
from integration.models.jobs.full_synch import FullSynchError
from integration.models.stored.audit import COMMAND_LINE, acting
from integration.models.stored.secret import SecretUnreadable
from integration.systems.errors import Problem
from integration.systems.filters import Comparison
from integration.systems.system import System
from integration.systems.text import on_one_line

WRONG_USE = entry.WRONG_USE
EXPECTED = (Problem, FullSynchError, PlanError, NotReady, SecretUnreadable, *entry.EXPECTED)
HIGHEST_PORT = 65535


class ConsoleCommand(BaseCommand):
    """A command that ends with 0 (all went well), 1 (something failed) or 2 (used wrongly), and never with a stack
    trace. Subclasses write ``perform``, which gives what ``--json`` prints and whether all went well."""

    expected: tuple[type[Exception], ...] = EXPECTED

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object, as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting(COMMAND_LINE):
                answer, well = self.perform(**options)
        except BrokenPipeError:
            raise  # Nobody reads what would be said about it.
        except self.expected as error:
            self._refuse(entry.sentence_of(error), options["json"])
        except CommandError as error:
            self._refuse(str(error), options["json"], error.returncode)
        if options["json"]:
            self.stdout.write(json.dumps(answer, default=str))
        if not well:
            raise SystemExit(1)

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """(answer, well)"""
        raise NotImplementedError

    def say(self, text: str, options: dict[str, Any]) -> None:
        """A line for people; not among JSON."""
        if not options["json"]:
            self.write(text)

    def write(self, line: str) -> None:
        """A line for people, whatever is asked for."""
        self.stdout.write(on_one_line(line))

    def _refuse(self, message: str, as_json: bool, status: int = 1) -> NoReturn:
        one_line = on_one_line(" ".join(message.split()))
        if as_json:
            self.stdout.write(json.dumps({"error": one_line}))
        raise CommandError(one_line, returncode=status)


def port(text: str) -> int:
    """For ``argparse``: a number of a port; 0 takes a free one."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(HIGHEST_PORT)) and int(text) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {HIGHEST_PORT}, not {on_one_line(text)!r}")
    return int(text)


def whole_number(text: str) -> int:
    """For ``argparse``: a number of things, at least one."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise argparse.ArgumentTypeError(f"a whole number from 1 on is needed, not {on_one_line(text)!r}")
    return int(text)


def check_migrated() -> None:
    """For what lives on: it would fail with every page. Raises ``CommandError``."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError(entry.NOT_MIGRATED)


def mapping_named(name: str) -> TableMapping:
    """The mapping, whatever the case it is typed in."""
    mapping = TableMapping.objects.filter(name__iexact=name).first()
    if mapping is not None:
        return mapping
    names = ", ".join(TableMapping.objects.values_list("name", flat=True))
    raise CommandError(
        f"There is no mapping {name}. " + (f"There are: {names}." if names else "Enable the connection first."),
        returncode=WRONG_USE,
    )


def record_id(system: System, table: str, key: str) -> uuid.UUID:
    """The id of a row named by its id, its number or its code."""
    try:
        return uuid.UUID(key)
    except ValueError:
        described = system.describe(table)
    column = described.number_field or described.name_field
    found = system.find(table, Comparison(column, "=", key), [column], size=2).records
    if len(found) != 1:
        how_many = "More than one" if found else "No"
        raise CommandError(f"{how_many} {described.label} has the {described.fields[column].label or column} {key}.")
    return found[0].id


def job_answer(job: SyncJob) -> dict[str, Any]:
    """A job as JSON shows it, with the records that failed."""
    errors = SyncError.objects.filter(job=job).values("label", "erp_id", "crm_id", "code", "message")
    return {
        "job": str(job.pk),
        "direction": job.direction,
        "status": job.status,
        "message": job.message,
        "counters": job.counters.as_dict(),
        "records": job.records_done,
        "requests": job.requests,
        "errors": list(errors),
    }


def counted(counters: dict[str, int]) -> str:
    """ "inserted 3, failed 1"; what is zero is left out."""
    return ", ".join(f"{name} {value}" for name, value in counters.items() if value) or "nothing to do"
