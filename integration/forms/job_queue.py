"""When a job queue entry runs."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator

from integration.forms.versioned import VersionedForm
from integration.models import JobQueueEntry

WEEK_IN_MINUTES = 7 * 24 * 60


class TimesForm(VersionedForm):
    """Minutes between runs, minutes of sleep after a run that changed nothing, attempts and their delay."""

    class Meta:
        model = JobQueueEntry
        fields = ["minutes", "inactivity_minutes", "max_attempts", "rerun_seconds", "wakes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("minutes", "inactivity_minutes", "max_attempts"):
            self.fields[name].validators.append(MinValueValidator(1))
        for name in ("minutes", "inactivity_minutes"):
            self.fields[name].validators.append(MaxValueValidator(WEEK_IN_MINUTES))
