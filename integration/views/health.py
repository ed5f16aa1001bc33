"""Liveness of database, queue, workers and scheduler, for whoever watches the machines."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integration.jobs import queue_state
from integration.jobs.scheduler_heartbeat import scheduler_is_alive


class QueueAway:
    """Middleware for the pages of the queue: where it does not answer they say so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        asked = request.resolver_match
        problem = queue_state().problem if asked is not None and "django_rq" in asked.app_names else ""
        if not problem:
            return None
        return render(request, "integration/queue_away.html", {"why": problem}, status=503)


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
