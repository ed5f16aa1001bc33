"""The commands of django-axes that let people try to sign in again, recorded."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from integration.models.stored.audit import COMMAND_LINE, AuditEntry, acting, record


class RecordedUnlocking(BaseCommand):
    """Put in front of a command of django-axes; its arguments say who is unlocked."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        given = [options[name] for name in ("username", "ip") if options.get(name)]
        names = [one for each in given for one in ([each] if isinstance(each, str) else each)]
        with acting(COMMAND_LINE):
            record(AuditEntry.Action.UNLOCKED, "sign-in", ", ".join(names) or "everybody")
