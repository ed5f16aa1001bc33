"""The audit log in words: entries of Django's administration and of the queue hold ids and addresses.

::

    /queues/queues/0/requeue-all/                               all failed jobs: put back into the queue
    /queues/queues/0/customer_statistics-6f0c…/delete/          Customer Statistics …: deleted
    /queues/queues/actions/0/               action: stop        the selected jobs: stopped
    group 3                                                     Integrators
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import IntegerField

from integration.defaults.tasks import Task, caption
from integration.models import AuditEntry, CachedText

QUEUE = "queue"
"""What entries of the queue's pages are about."""
OURS = ("integration", "business_central", "coupling", "setup_wizard")
"""What is changed of these is called by its name, or has an id that is no number."""
KEPT = str(CachedText._meta.verbose_name)
AN_ANSWER = "an answer of Dynamics 365 Sales"
GONE = "one that is deleted"
ADDRESS = re.compile(
    r"/(?:(?P<chosen>actions)/\d+|\d+/(?P<all>empty|failed/clear|requeue-all)|\d+/(?P<job>[^/]+)/(?P<verb>[a-z]+))/?$"
)
"""How the address of a page of the queue ends: what is done with chosen jobs, with all of a kind, with one."""
TOGETHER = {
    "empty": ("all waiting jobs", "delete"),
    "failed/clear": ("all failed jobs", "delete"),
    "requeue-all": ("all failed jobs", "requeue"),
}
DONE = {"delete": "deleted", "requeue": "put back into the queue", "enqueue": "put into the queue", "stop": "stopped"}


def done_at_the_queue(entry: AuditEntry) -> tuple[str, str]:
    """With what something was done at the queue, and what; blank where nobody knows."""
    place, asked = ADDRESS.search(entry.subject), str(entry.after.get("action", ""))
    if place is None:
        jobs, verb = "the queue", asked
    elif place["chosen"]:
        jobs, verb = "the selected jobs", asked
    elif place["all"]:
        jobs, verb = TOGETHER[place["all"]]
    else:
        jobs, verb = _job(place["job"]), place["verb"]
    return jobs, DONE.get(verb, "")


def _job(id: str) -> str:
    """One of a task carries its name; one of a run has an id that the queue gave it."""
    return next((caption(task) for task in Task if id.startswith(f"{task}-")), "a job of the queue")


def named(entries: Iterable[AuditEntry]) -> dict[int, str]:
    """By the key of the entry, what those are called now that are only known by the number of their row; a query for
    each kind."""
    found: dict[int, str] = {}
    ids: dict[str, dict[int, int]] = {}
    for entry in entries:
        if entry.kind == KEPT:
            found[entry.pk] = AN_ANSWER
        elif entry.subject.isdecimal() and entry.kind in _numbered():
            ids.setdefault(entry.kind, {})[entry.pk] = int(entry.subject)
    for kind, wanted in ids.items():
        there = _numbered()[kind]._default_manager.in_bulk(set(wanted.values()))
        found |= {pk: str(there[id]) if id in there else GONE for pk, id in wanted.items()}
    return found


@cache
def _numbered() -> dict[str, Any]:
    """Kind -> the model of a package whose rows have numbers, and nothing else in the log."""
    models = (one for one in apps.get_models() if one._meta.app_label not in OURS)
    return {str(one._meta.verbose_name): one for one in models if isinstance(one._meta.pk, IntegerField)}
