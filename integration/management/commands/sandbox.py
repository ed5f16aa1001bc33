"""``python manage.py sandbox``: run a Dataverse organization on this machine."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integration.management.console import WRONG_USE, port
from integration.sandbox.dataverse.arguments import add_arguments, options_from
from integration.sandbox.dataverse.server import serve


class Command(BaseCommand):
    help = "Runs a Dataverse organization on this machine, with its own database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser, database=str(settings.DATA_DIR / "sandbox.sqlite3"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            port(str(options["port"]))
        except argparse.ArgumentTypeError as error:
            raise CommandError(f"--port: {error}.", returncode=WRONG_USE) from error
        sys.exit(serve(options_from(argparse.Namespace(**options))))
