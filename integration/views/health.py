"""Liveness of database, queue, workers and scheduler, for whoever watches the machines."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integration.jobs import queue_state
from integration.jobs.alive import scheduler_is_alive


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where everything lives, else 503; what is wrong is named, not explained: anybody may ask."""
    queue = queue_state()
    lives = {
        "database": _database_lives(),
        "queue": not queue.problem,
        "workers": queue.workers > 0,
        "scheduler": scheduler_is_alive(),
    }
    answer = {name: "ok" if well else "down" for name, well in lives.items()}
    return JsonResponse(answer, status=200 if all(lives.values()) else 503)


def _database_lives() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
