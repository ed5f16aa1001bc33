"""``manage.py axes_reset_ip``: as django-axes has it, with an entry in the audit log."""

from __future__ import annotations

from axes.management.commands import axes_reset_ip as original

from integration.management.unlocking import RecordedUnlocking


class Command(RecordedUnlocking, original.Command):
    pass
