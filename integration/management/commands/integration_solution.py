"""``manage.py integration_solution``: the solution as a file, for an administrator who imports it by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integration.dataverse import solution
from integration.systems.text import on_one_line


class Command(BaseCommand):
    help = "Writes the integration solution as the zip that Dynamics 365 Sales imports."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", metavar="FILE", required=True, help="the zip to write")

    def handle(self, *args: Any, **options: Any) -> None:
        described = solution.describe()
        path = Path(options["output"])
        try:
            path.write_bytes(solution.build())
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}") from error
        self.stdout.write(on_one_line(f"{described.name} {described.version} is in {path}."))
