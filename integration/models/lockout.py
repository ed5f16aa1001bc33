"""Who may not sign in for a while after too many wrong passwords. Counting is left to django-axes, which does it for
every way of signing in and for names that do not exist alike."""

from __future__ import annotations

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from integration.models.audit import AuditEntry, record
from integration.models.user import User


def is_locked_out(user: User) -> bool:
    """Are there as many recent failures under this name as lock it?"""
    recent = AccessAttempt.objects.filter(
        username=user.get_username(), attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME
    )
    failures = recent.aggregate(number=Sum("failures_since_start"))["number"] or 0
    return bool(failures >= settings.AXES_FAILURE_LIMIT)


def unlock(user: User) -> None:
    """Let the person try again at once."""
    reset(username=user.get_username())
    record(AuditEntry.Action.UNLOCKED, "sign-in", user)
