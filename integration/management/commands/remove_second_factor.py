"""``manage.py remove_second_factor NAME``: for the last administrator who lost the device."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration.management.console import WRONG_USE, ConsoleCommand
from integration.models import User
from integration.people.second_factor import remove


class Command(ConsoleCommand):
    help = "Lets a person sign in with the password alone again."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("username")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is no user {options['username']}.", returncode=WRONG_USE)
        gone = remove(person)
        self.say(f"{person} signs in with a password alone." if gone else f"{person} has no second factor.", options)
        return {"removed": gone}, True
