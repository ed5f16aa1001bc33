"""When a run that met a passing problem tries again: soon at first, then ever later, and not for ever.

try         1     2     3     4     5      6       7      8      9      10
after       30 s  1 min 2 min 4 min 8 min  16 min  32 min 1 h    1 h    given up, some three hours after the first
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from integration.models import JobQueueEntry, SyncJob
from integration.systems.errors import Throttled

ATTEMPTS = 10
FIRST, LONGEST = 30.0, 3600.0


def attempts_of(job: SyncJob) -> int:
    """How often a run may try: as often as its recurring entry says, if it has one."""
    ours = JobQueueEntry.objects.filter(Q(last_job=job) | Q(last_job__after=job))
    return ours.values_list("max_attempts", flat=True).first() or ATTEMPTS


def pause_before(number: int, problem: Exception) -> dt.timedelta:
    """How long to wait after so many tries in vain (1: the first)."""
    seconds = min(LONGEST, FIRST * 2 ** (number - 1))
    asked = problem.retry_after if isinstance(problem, Throttled) else 0.0
    return dt.timedelta(seconds=max(seconds, asked))
