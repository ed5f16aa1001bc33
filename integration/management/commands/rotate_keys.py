"""``manage.py rotate_keys``: encrypt every stored secret with the newest key, so that older ones can go."""

from __future__ import annotations

from typing import Any

from integration.management.console import ConsoleCommand
from integration.models.audit import AuditEntry, record
from integration.models.cache import SharedCache
from integration.models.secret import rotate

LEFT = (
    "{number} could not be read and stay as they are: {names}. Bring the key that encrypted them back into "
    "FIELD_ENCRYPTION_KEYS, or type them anew."
)
DONE = "{number} secret(s) are encrypted with the first key of FIELD_ENCRYPTION_KEYS. The other keys can go."
HALF = "{number} secret(s) are encrypted with the first key of FIELD_ENCRYPTION_KEYS."


class Command(ConsoleCommand):
    help = "Encrypts all stored secrets anew with the first key of FIELD_ENCRYPTION_KEYS. Run it again at any time."

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        SharedCache.forget_unreadable()
        done, unreadable = rotate()
        record(AuditEntry.Action.ROTATED, "encryption keys", after={"encrypted": done, "unreadable": len(unreadable)})
        self.say((HALF if unreadable else DONE).format(number=done), options)
        if unreadable:
            self.say(LEFT.format(number=len(unreadable), names=", ".join(unreadable)), options)
        return {"encrypted": done, "unreadable": unreadable}, not unreadable
