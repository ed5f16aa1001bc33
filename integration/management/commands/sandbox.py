"""``python manage.py sandbox``: run a Dataverse organization on this machine."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from integration.dataverse.sandbox.arguments import add_arguments, options_from
from integration.dataverse.sandbox.server import serve


class Command(BaseCommand):
    help = "Runs a Dataverse organization on this machine, with its own database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser, database=str(settings.DATA_DIR / "sandbox.sqlite3"))

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(serve(options_from(argparse.Namespace(**options))))
