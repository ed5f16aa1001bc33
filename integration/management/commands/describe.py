"""``manage.py describe environment``: what the program knows of itself, as a page of docs/ shows it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integration.management.describing import TOPICS_PRINTED, renewed


class Command(BaseCommand):
    help = "Prints what the program knows of its environment, commands or rights, as Markdown."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("topic", choices=TOPICS_PRINTED)
        parser.add_argument("--write", action="store_true", help="put it into its page in docs/ instead")

    def handle(self, *args: Any, **options: Any) -> None:
        topic = options["topic"]
        if not options["write"]:
            self.stdout.write(TOPICS_PRINTED[topic]())
            return
        page = settings.BASE_DIR / "docs" / f"{topic}.md"
        try:
            page.write_text(renewed(page.read_text(encoding="utf-8"), topic), encoding="utf-8")
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"docs/{topic}.md is written.")
