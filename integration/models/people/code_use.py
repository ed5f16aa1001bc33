"""What is counted of a person's codes. The factors themselves (authenticator app, passkeys, recovery codes) are rows of
django-allauth; its cache of used codes belongs to one process, and this row to all."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

WRONG_AT_MOST, REST = 10, dt.timedelta(minutes=15)


class CodeUse(models.Model):
    """``last_step``: the latest step of time whose code was used, counted from 1970. Whoever checks a code holds the
    row, so that one code is never used twice."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="code_use")
    last_step = models.BigIntegerField(default=0, editable=False)
    wrong = models.PositiveSmallIntegerField(default=0, editable=False)
    wrong_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "use of codes"
        verbose_name_plural = "uses of codes"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)

    @property
    def rests(self) -> bool:
        """Were there so many wrong codes lately that none is taken?"""
        if self.wrong < WRONG_AT_MOST or self.wrong_at is None:
            return False
        return timezone.now() - self.wrong_at < REST

    def note_wrong(self) -> None:
        """Count one more; after a rest the count begins anew."""
        self.wrong = 1 if self.wrong >= WRONG_AT_MOST else self.wrong + 1
        self.wrong_at = timezone.now()
        self.save(update_fields=["wrong", "wrong_at"])
