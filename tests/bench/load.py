"""20,000 customers: to Sales for the first time, again with nothing changed, again with 100 changed.

The floor of the first load is a bare loop that posts the very same bodies over as many connections.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tests.bench.measure import Number
from tests.bench.world import CUSTOMERS, HOME, company, connect, home, one_pass, sandbox

CONNECTIONS = 4
AT_ONCE = 500
CHANGED = 100


def run() -> Iterator[Number]:
    company()
    for row_ms, limit in ((1, 1.5), (0, 3.0)):
        with sandbox(f"load-{row_ms}", row_ms) as ready:
            connect(ready)
            yield from _first_load(row_ms, limit)
            if row_ms == 0:
                yield from _again()
                yield _memory_of_a_worker()


def _first_load(row_ms: int, limit: float) -> Iterator[Number]:
    from integration.models import TableMapping
    from integration.sync.rules import Direction

    bodies = _bodies()
    floor = _posted(bodies)
    started = time.perf_counter()
    job = one_pass("CUSTOMER", Direction.TO_CRM, everything=True)
    seconds = time.perf_counter() - started
    if job.inserted < CUSTOMERS * 0.95:
        raise RuntimeError(f"only {job.inserted} customers were loaded")
    label = f"first load, {row_ms} ms a row"
    if row_ms == 0:
        floor += _bulk_created(TableMapping.objects.get(name="CUSTOMER"))
    yield Number(f"{label}: floor", round(floor, 2), "s")
    yield Number(f"{label}: wall time", round(seconds, 2), "s")
    yield Number(f"{label}: times the floor", round(seconds / floor, 2), "x", limit)
    yield Number(f"{label}: requests", job.requests, "requests", CUSTOMERS // AT_ONCE + 20)


def _again() -> Iterator[Number]:
    from django.db import connection

    from integration.business_central.models import Customer
    from integration.sync.rules import Direction

    passes = (Direction.TO_CRM, Direction.TO_ERP)
    for direction in passes:
        one_pass("CUSTOMER", direction)
    whole, inside = _Queries(), _Queries()
    with connection.execute_wrapper(whole), _counting_the_engine(inside):
        jobs = [one_pass("CUSTOMER", direction) for direction in passes]
    yield Number("nothing changed: requests", sum(job.requests for job in jobs), "requests", 2)
    yield Number("nothing changed: database queries a pass", inside.number / 2, "queries", 10)
    yield Number("nothing changed: with starting and ending its job", whole.number / 2, "queries")
    for customer in Customer.objects.filter(blocked=0).order_by("no")[:CHANGED]:
        customer.phone_no = f"0800 {customer.no[-4:]}"
        customer.save()
    jobs = [one_pass("CUSTOMER", direction) for direction in passes]
    if jobs[0].modified != CHANGED:
        raise RuntimeError(f"{jobs[0].modified} customers were updated, not {CHANGED}")
    yield Number(f"{CHANGED} changed: requests", sum(job.requests for job in jobs), "requests", 8)


class _Queries:
    """Counts statements but those that only begin or end transactions."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")):
            self.number += 1
        return execute(sql, params, many, context)


@contextmanager
def _counting_the_engine(counted: _Queries) -> Iterator[None]:
    """Counts what a pass itself asks of the database: reading, ledger, journal."""
    from django.db import connection

    from integration.jobs import passes

    synchronize = passes.synchronize

    def watched(*args: Any) -> Any:
        with connection.execute_wrapper(counted):
            return synchronize(*args)

    passes.synchronize = watched
    try:
        yield
    finally:
        passes.synchronize = synchronize


def _memory_of_a_worker() -> Number:
    """How much a fresh process grows while it synchronizes all customers both ways, as a worker does."""
    from integration.models import TableMapping

    TableMapping.objects.get(name="CUSTOMER").couplings.all().delete()
    command = [sys.executable, "-m", "tests.bench.worker"]
    told = subprocess.run(command, env={**os.environ, HOME: str(home())}, capture_output=True, text=True, check=True)
    return Number("full synchronization of 20,000 customers: memory grown", float(told.stdout), "MB", 150)


def _bodies() -> list[bytes]:
    """What the pass is going to post, with other ids: made by planning it."""
    from integration import jobs
    from integration.connection import systems
    from integration.dataverse.session import Patience
    from integration.dataverse.writing.bulk import Writer
    from integration.http import encode
    from integration.models import ConnectionSetup, TableMapping
    from integration.sync.actions import Insert
    from integration.sync.rules import Direction
    from integration.sync.run import Options, Scope
    from integration.systems.values import Row

    mapping = TableMapping.objects.get(name="CUSTOMER")
    options = Options(scope=Scope.EVERYTHING, create=True, dry_run=True)
    inserts = [action for action in jobs.plan(mapping, Direction.TO_CRM, options) if isinstance(action, Insert)]
    organization: Any = systems.open_crm(ConnectionSetup.current(), patience=Patience())
    writer = Writer(organization.session, organization.metadata.entity("account"))
    targets = [writer._target(Row(uuid.uuid4(), action.values)) for action in inserts]
    return [encode({"Targets": targets[start : start + AT_ONCE]}) for start in range(0, len(targets), AT_ONCE)]


def _posted(bodies: list[bytes]) -> float:
    """Seconds for posting these bodies and nothing else."""
    from integration.connection import systems
    from integration.dataverse.session import Patience
    from integration.models import ConnectionSetup

    organization: Any = systems.open_crm(ConnectionSetup.current(), patience=Patience())
    organization.session.request("GET", "WhoAmI")
    path = "accounts/Microsoft.Dynamics.CRM.CreateMultiple"
    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda body: organization.session.request("POST", path, raw=body), bodies))
    return time.perf_counter() - started


def _bulk_created(mapping: Any) -> float:
    """Seconds for one ``bulk_create`` of the finished couplings."""
    rows = list(mapping.couplings.all())
    mapping.couplings.all().delete()
    for row in rows:
        row.pk = None
    started = time.perf_counter()
    mapping.couplings.bulk_create(rows)
    return time.perf_counter() - started
