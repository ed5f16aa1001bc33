"""What people do in Django's administration and with the queues goes into the audit log, like everything else.

Tables that have a page of their own are only looked at there. What is left (business data of the embedded company,
caches, failed sign-ins, jobs of the queue) belongs to Django and to packages, which keep a log of their own or none.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from integration.models.stored.audit import AuditEntry, record
from integration.pages.audited_admin import QUEUE

ACTIONS = {ADDITION: AuditEntry.Action.CREATED, DELETION: AuditEntry.Action.DELETED}
ADMINISTRATION, QUEUES = "admin", "django_rq"


class RecordedAdministration:
    """Middleware, behind the one that says who acts. Of records the log holds ids, never names or values."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        place = _place(request)
        if place == ADMINISTRATION:
            return self._in_administration(request)
        return self._at_the_queues(request) if place == QUEUES else self.get_response(request)

    def _in_administration(self, request: HttpRequest) -> HttpResponse:
        """One entry for each that Django itself writes down."""
        mine = LogEntry.objects.filter(user_id=request.user.pk or 0).order_by("pk")
        last = mine.values_list("pk", flat=True).last() or 0
        answer = self.get_response(request)
        for entry in mine.filter(pk__gt=last).select_related("content_type"):
            model = entry.content_type.model_class() if entry.content_type else None
            kind = str(model._meta.verbose_name) if model else ADMINISTRATION
            record(ACTIONS.get(entry.action_flag, AuditEntry.Action.CHANGED), kind, entry.object_id)
        return answer

    def _at_the_queues(self, request: HttpRequest) -> HttpResponse:
        """Django-rq asks first, with a page; what is done leads on to another one."""
        answer = self.get_response(request)
        if answer.status_code == 302 and request.user.is_staff:
            record(AuditEntry.Action.CHANGED, QUEUE, request.path, after={"action": request.POST.get("action", "")})
        return answer


def _place(request: HttpRequest) -> str:
    """``admin`` or ``django_rq`` where a form is sent there, else blank."""
    if request.method != "POST":
        return ""
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return ""
    return ADMINISTRATION if found.app_name == "admin" else found.func.__module__.partition(".")[0]
