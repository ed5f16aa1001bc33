"""A company of 20,000 customers and an organization to load them into: the world of the larger benches.

The company is in a SQLite file of its own, or, with ``DATABASE_URL``, in a database made beside that one on its
PostgreSQL; the sandbox is a process of its own. One process has one world: Django's settings are read once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

CUSTOMERS = 20_000
HOME = "BENCH_HOME"


@cache
def home() -> Path:
    """A directory for this run's databases; a child of a bench is told its parent's."""
    return Path(os.environ.get(HOME) or tempfile.mkdtemp(prefix="bench-"))


@cache
def company() -> None:
    """Set Django up on a fresh database and fill CRONUS with its customers."""
    os.environ |= {"DEVELOPMENT": "true", "DATA_DIR": str(home()), "LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "integration.project.settings"
    import django
    from django.core.management import call_command

    django.setup()
    if HOME in os.environ:
        return
    if "DATABASE_URL" in os.environ:
        _beside()
    else:
        call_command("migrate", verbosity=0)
    from integration.business_central import demo

    demo.fill(customers=CUSTOMERS)


def _beside() -> None:
    """Make a database beside the one that ``DATABASE_URL`` names, for this process and its children."""
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    os.environ["DATABASE_URL"] = f"{server}/{name}"


@contextmanager
def sandbox(name: str, row_ms: float = 0) -> Iterator[dict[str, Any]]:
    """A running organization; its ready line."""
    database = home() / f"{name}.sqlite3"
    command = [sys.executable, "-m", "integration.sandbox", "--port", "0", "--database", str(database)]
    command += ["--seed", "demo", "--row-ms", str(row_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def connect(ready: dict[str, Any]) -> None:
    """Enable the connection to this organization, forgetting every coupling with another one, and couple what
    customers refer to."""
    from integration.connection.enabling import disable, enable
    from integration.models import ConnectionSetup, TableMapping

    for mapping in TableMapping.objects.all():
        mapping.couplings.all().delete()
    TableMapping.objects.update(erp_cursor="", crm_cursor="")
    setup = ConnectionSetup.current()
    disable(setup)
    for name in ("url", "tenant", "client_id", "client_secret", "token_endpoint"):
        setattr(setup, name, ready[name])
    setup.organization_id = None
    setup.save()
    enable(setup)
    full("SALESPEOPLE", kind="couple")
    for name in ("SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT"):
        full(name)


def full(name: str, kind: str = "synchronize") -> list[Any]:
    """The passes of a full synchronization of one mapping, here and now."""
    from integration.models import TableMapping
    from integration.sync.rules import Direction

    passes = Direction(TableMapping.objects.get(name=name).direction).passes
    return [one_pass(name, direction, kind=kind, everything=True) for direction in passes]


def one_pass(name: str, direction: Any, *, kind: str = "synchronize", everything: bool = False) -> Any:
    """One pass through the door that every button uses. Raises where it did not finish without a failure."""
    from integration import jobs
    from integration.models import SyncJob, TableMapping
    from integration.sync.run import Options, Scope

    mapping = TableMapping.objects.get(name=name)
    options = Options(scope=Scope.EVERYTHING if everything else Scope.CHANGED, create=everything)
    job = jobs.start(mapping, direction, kind=SyncJob.Kind(kind), options=options, inline=True)
    if job.status != SyncJob.Status.FINISHED or job.failed:
        raise RuntimeError(f"{job}: {job.status}, {job.failed} failed. {job.message}")
    return job
