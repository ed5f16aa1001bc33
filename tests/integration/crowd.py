"""One company and one organization for workers in processes of their own, and everybody asking at once.

    python -m tests.integration.crowd prepare '{"url": ..., ...}'     a company of CUSTOMERS, connected and enabled
    python -m tests.integration.crowd ask                             one full run and 20 runs of one customer
    python -m tests.integration.crowd wait                            until all have ended; what became of them, as JSON

The environment says which database and which queue.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

CUSTOMERS, SINGLE = 600, 20
PATIENCE = 240.0


def prepare(ready: dict[str, Any]) -> None:
    from integration.business_central import demo
    from tests.bench.world import connect

    demo.fill(customers=CUSTOMERS)
    connect(ready)


def ask() -> None:
    from integration import jobs
    from integration.business_central.models import Customer
    from integration.models import TableMapping
    from integration.sync.rules import Direction
    from integration.sync.run import Options, Scope

    mapping = TableMapping.objects.get(name="CUSTOMER")
    jobs.start(mapping, Direction.TO_CRM, options=Options(scope=Scope.EVERYTHING, create=True))
    for id in Customer.objects.filter(blocked=0).order_by("-no").values_list("system_id", flat=True)[:SINGLE]:
        jobs.start(mapping, Direction.TO_CRM, options=Options(scope=Scope.IDS, ids=(id,), create=True, force=True))


def wait() -> None:
    from integration.models import SyncJob

    end = time.monotonic() + PATIENCE
    asked = SyncJob.objects.filter(mapping__name="CUSTOMER").order_by("queued_at")
    while asked.filter(status__in=("queued", "running")).exists() and time.monotonic() < end:
        time.sleep(0.1)
    sys.stdout.write(json.dumps([_described(job) for job in asked]) + "\n")


def _described(job: Any) -> dict[str, Any]:
    done = {"status": job.status, "urgent": job.urgent, "message": job.message, "resumed": job.resumed}
    return done | {"done": job.records_done, "total": job.records_total, "counters": job.counters.as_dict()}


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "integration.project.settings"
    django.setup()
    what = sys.argv[1]
    if what == "prepare":
        prepare(json.loads(sys.argv[2]))
    else:
        {"ask": ask, "wait": wait}[what]()


if __name__ == "__main__":
    main()
