"""``manage.py rotate_keys``: encrypt every stored secret with the newest key, so that older ones can go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration.management.console import ConsoleCommand
from integration.models.stored import key_holders
from integration.models.stored.audit import AuditEntry, record
from integration.models.stored.cache import SharedCache
from integration.models.stored.secret import rotate

LEFT = (
    "{number} could not be read and stay as they are: {names}. Bring the key that encrypted them back into "
    "FIELD_ENCRYPTION_KEYS, or type them anew."
)
DONE = "{number} secret(s) are encrypted with the first key of FIELD_ENCRYPTION_KEYS. The other keys can go."
LACKING = (
    "Nothing is rotated: these processes do not hold the first key of FIELD_ENCRYPTION_KEYS yet: {names}. Start them "
    "again with the new key. One that has ended is forgotten after a quarter of an hour, or at once with --anyway."
)
HALF = "{number} secret(s) are encrypted with the first key of FIELD_ENCRYPTION_KEYS."


class Command(ConsoleCommand):
    help = "Encrypts all stored secrets anew with the first key of FIELD_ENCRYPTION_KEYS. Run it again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--anyway", action="store_true", help="though a process does not hold the new key yet")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        lacking = [one.name for one in key_holders.holders() if not one.holds_first]
        if lacking and not options["anyway"]:
            raise CommandError(LACKING.format(names=", ".join(lacking)))
        SharedCache.forget_unreadable()
        done, unreadable = rotate()
        record(AuditEntry.Action.ROTATED, "encryption keys", after={"encrypted": done, "unreadable": len(unreadable)})
        self.say((HALF if unreadable else DONE).format(number=done), options)
        if unreadable:
            self.say(LEFT.format(number=len(unreadable), names=", ".join(unreadable)), options)
        return {"encrypted": done, "unreadable": unreadable}, not unreadable
