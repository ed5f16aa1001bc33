"""The pages of a company of 100,000 customers against those of one of 60, one behind the other.

What is measured is the server time of ours: Sales is a stand-in at the seam of ``System`` whose own time is taken off
(``standin.py``), so a network, the metadata of Sales and its searches are not in it. ``queries`` are those of our own
database, ``calls`` those of Sales. On SQLite; with ``DATABASE_URL`` on databases beside that one on its PostgreSQL.
With ``BENCH_KEEP``, a directory, the companies stay there and the next run begins at once. Where a page of the small
company shows a few rows only, that of the large one is asked for as few.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from unittest import mock

from tests.bench.measure import Number
from tests.bench.standin import StandIn
from tests.bench.world import HOME

Size = tuple[int, int, int, int]
"""Customers (and open and posted documents), accounts, couplings, jobs."""
SMALL = (60, 108, 108, 60)
LARGE = (100_000, 180_000, 180_000, 1_000_000)
KEEP, KEPT_SALES, ROWS = "BENCH_KEEP", "sales.pickle", "BENCH_ROWS"
TIMES_SLOWER, QUERIES, FLOOR = 2.0, 20, 0.010
"""A page of less than so many seconds counts as one of so many: what is smaller is noise."""
REPEATS, PAGES_ON, HEAD = 5, 20, 1
LISTS = {
    "Orders": "/documents/orders/",
    "Posted invoices": "/documents/posted-invoices/",
    "Ledger": "/ledger/",
}
SORTED = {
    "Customers by name": "/records/erp/customer/?order=name",
    "Customers by name, down": "/records/erp/customer/?order=-name",
    "Orders by customer": "/documents/orders/?order=sell_to_customer_name",
    "Orders by total": "/documents/orders/?order=-amount_including_vat",
    "Posted invoices by due date": "/documents/posted-invoices/?order=due_date",
    "Ledger by due date": "/ledger/?order=due_date",
    "Invoices of the records": "/records/erp/sales_invoice_header/?order=posting_date",
}
"""Lists in another order than their own."""
SEARCHED = {"searched": "ltd", "searched in vain": "qqzz", "searched with a common word": "nobody"}
"""What a thousand customers of the large company are called, what nobody is, and what most are who are not coupled."""
MARKED = ("coupled", "uncoupled")
"""Standings that the catalog marks: a word is looked for among their rows only."""
NEXT = re.compile(r'href="\?([^"]*(?:after|page)=[^"]+)"[^>]*>\s*Next')


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page took: seconds of ours, queries of our database, calls of Sales; and how many rows it shows."""

    seconds: float
    queries: int
    calls: int
    rows: int


def run() -> Iterator[Number]:
    """Each company in a process of its own: Django's settings, and with them the database, are read once."""
    with tempfile.TemporaryDirectory(prefix="bench-") as thrown_away:
        folder = Path(os.environ.get(KEEP) or thrown_away)
        small = dict(_costs(folder, SMALL))
        for name, cost in _costs(folder, LARGE, {name: cost.rows for name, cost in small.items()}):
            before = small[name]
            times = max(cost.seconds, FLOOR) / max(before.seconds, FLOOR)
            yield Number(f"{name}: milliseconds, small company", round(before.seconds * 1000, 1), "ms")
            yield Number(f"{name}: milliseconds", round(cost.seconds * 1000, 1), "ms")
            yield Number(f"{name}: times the small company", round(times, 1), "x", TIMES_SLOWER)
            yield Number(f"{name}: queries", cost.queries, "queries", QUERIES)
            yield Number(f"{name}: calls of Sales", cost.calls, "calls", before.calls + 1)
            yield Number(f"{name}: rows shown", cost.rows, "rows", before.rows)


def _costs(folder: Path, size: Size, rows: Mapping[str, int] | None = None) -> Iterator[tuple[str, Cost]]:
    """What the pages of a company of this size cost, by name. ``rows``: how many a page shows at most, where it is one
    of a list: a page of 50 rows takes longer than one of 10, however many there are behind it."""
    command = [sys.executable, "-m", "tests.bench.pages", *map(str, size)]
    environment = os.environ | {HOME: str(folder), ROWS: json.dumps(rows or {})}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            name, cost = json.loads(line)
            yield name, Cost(**cost)
    if process.returncode:
        raise RuntimeError("The bench of the pages broke off.")


def main(size: Size) -> None:
    """Measure one company, made where there is none yet."""
    folder = Path(os.environ[HOME])
    with _company(folder, size) as sales, mock.patch("integration.connection.systems.open_crm", return_value=sales):
        for name, cost in _measured(sales):
            sys.stdout.write(json.dumps((name, asdict(cost))) + "\n")
            sys.stdout.flush()


@contextmanager
def _company(folder: Path, size: Size) -> Iterator[StandIn]:
    """Its Sales; its own side is in the database. Both stay where a run keeps its companies."""
    named = f"{'server' if 'DATABASE_URL' in os.environ else 'file'}{size[0]}"
    own = folder / named
    if not (own / KEPT_SALES).exists():
        shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True, exist_ok=True)
    os.environ |= {"DEVELOPMENT": "true", "DATA_DIR": str(own), "LOG_LEVEL": "ERROR", HOME: str(own)}
    os.environ["DJANGO_SETTINGS_MODULE"] = "integration.project.settings"
    server, _, database = os.environ.get("DATABASE_URL", "").rpartition("/")
    if database:
        os.environ["DATABASE_URL"] = f"{server}/{database}{size[0]}"
    import django
    from django.db import connection
    from django.test.utils import setup_test_environment

    django.setup()
    if connection.vendor != "sqlite":
        connection.creation.create_test_db(0, autoclobber=True, serialize=False, keepdb=(own / KEPT_SALES).exists())
    setup_test_environment()
    try:
        yield _filled(own / KEPT_SALES, size)
    finally:
        if connection.vendor != "sqlite" and KEEP not in os.environ:
            connection.creation.destroy_test_db(f"{database}{size[0]}", verbosity=0)


def _filled(kept: Path, size: Size) -> StandIn:
    from django.core.management import call_command

    from integration.business_central import demo
    from tests.bench import company

    call_command("migrate", verbosity=0)
    if kept.exists():
        sales: StandIn = pickle.loads(kept.read_bytes())
    else:
        demo.fill()
        sales = company.described()
        company.grow(sales, *size)
        kept.write_bytes(pickle.dumps(sales))
    with mock.patch("integration.connection.systems.open_crm", return_value=sales):
        company.catch_up(sales)
    company.analyze()
    sales.clock = clock
    return sales


def _measured(sales: Any) -> Iterator[tuple[str, Cost]]:
    from django.test import Client

    from integration.models import User
    from integration.pages import rows

    client = Client()
    most: dict[str, int] = json.loads(os.environ.get(ROWS, "{}"))
    client.force_login(
        User.objects.get_or_create(username="bench", defaults={"is_superuser": True, "is_staff": True})[0]
    )
    for name, address in _addresses(client).items():
        size = min(rows.ROWS, most.get(name, rows.ROWS + HEAD) - HEAD)
        with mock.patch.object(rows, "ROWS", max(size, 1)):
            yield name, _cost(sales, client, address)


def clock() -> float:
    """Seconds of work, which no neighbour disturbs: those of this process, and of that of PostgreSQL which answers it,
    where it runs on this machine; else a server is waited for."""
    backend = _backend()
    if backend is None:
        return time.process_time()
    try:
        worked = int(backend.read_text().split()[0]) / 1e9
    except OSError:
        return time.perf_counter()
    return time.process_time() + worked


@cache
def _backend() -> Path | None:
    """Where Linux says how long the process of PostgreSQL has worked that answers us, alone; ``None`` on SQLite."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def _cost(sales: Any, client: Any, address: str) -> Cost:
    """The best of some visits behind a first one."""
    from django.db import connection

    queries: list[str] = []

    def counted(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        queries.append(sql)
        return execute(sql, *more)

    best = Cost(float("inf"), 0, 0, 0)
    for _ in range(REPEATS + 1):
        queries.clear()
        sales.calls, sales.seconds = 0, 0.0
        begin = clock()
        with connection.execute_wrapper(counted):
            answer = client.get(address)
        seconds = clock() - begin - sales.seconds
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}.")
        rows = answer.content.count(b"<tr")
        best = min(best, Cost(seconds, len(queries), sales.calls, rows), key=lambda cost: cost.seconds)
        if seconds > 1:
            break
    return best


def _addresses(client: Any) -> dict[str, str]:
    """The pages by name."""
    from integration.business_central.models import Customer
    from integration.models import SyncJob, TableMapping

    mapping = TableMapping.objects.get(name="CUSTOMER")
    pairs = mapping.couplings.order_by("pk")
    some = pairs[pairs.count() // 2]
    free = Customer.objects.order_by("no").values_list("pk", flat=True).last()
    pages = {"Home": "/", "Mappings": "/mappings/", "Mapping": "/mappings/CUSTOMER/"}
    pages |= {"Fields": "/mappings/CUSTOMER/fields/", "Skipped": "/synch/skipped/", "Jobs": "/synch/jobs/"}
    pages |= {"Jobs, far page": _far(client, "/synch/jobs/"), "Errors": "/synch/errors/"}
    pages |= {"Jobs failed": "/synch/jobs/?status=failed", "Errors, far page": _far(client, "/synch/errors/")}
    pages |= {"Job": f"/synch/jobs/{SyncJob.objects.earliest('queued_at').pk}/"}
    pages |= {"Skipped, far page": _far(client, "/synch/skipped/")}
    for label, path in (("Customers", "/records/erp/customer/"), ("Accounts", "/records/crm/account/")):
        pages |= {label: path, f"{label}, far page": _far(client, path)}
        pages |= {f"{label} by city": f"{path}?order={'city' if 'erp' in path else 'address1_city'}"}
        pages |= {f"{label} {how}": f"{path}?q={text}" for how, text in SEARCHED.items()}
        states = re.findall(r"[?&;]state=([a-z]+)", client.get(path).content.decode())
        for state in dict.fromkeys(states):
            pages[f"{label} {state}"] = f"{path}?state={state}"
            pages[f"{label} {state}, far page"] = _far(client, f"{path}?state={state}")
            if state in MARKED:
                pages |= {f"{label} {state} {how}": f"{path}?state={state}&q={text}" for how, text in SEARCHED.items()}
    pages |= {"Customer": f"/records/erp/customer/{some.erp_id}/", "Account": f"/records/crm/account/{some.crm_id}/"}
    pages |= {"Customer not coupled": f"/records/erp/customer/{free}/"}
    pages |= {"Set Up Coupling": f"/couplings/CUSTOMER/{free}/", "Contacts": "/records/erp/contact/"}
    for how in ("searched in vain", "searched with a common word"):
        pages[f"Set Up Coupling {how}"] = f"/couplings/CUSTOMER/{free}/?q={SEARCHED[how]}"
    for label, path in LISTS.items():
        pages |= {label: path, f"{label}, far page": _far(client, path)}
    for label, path in SORTED.items():
        pages[f"{label} sorted"] = path
    pages |= {"Search": "/search/?q=ltd", "Search in vain": "/search/?q=qqzz"}
    pages |= {"Customer, log": f"/synch/records/erp/customer/{some.erp_id}/", "Audit": "/audit/"}
    pages |= {"Set Up Coupling, coupled": f"/couplings/CUSTOMER/{some.erp_id}/"}
    return pages | {"Match": "/couplings/CUSTOMER/match/", "Connection": "/connection/", "Full synch.": "/full-synch/"}


def _far(client: Any, address: str) -> str:
    """The page some pages on, or the last there is."""
    path = address.partition("?")[0]
    for _ in range(PAGES_ON):
        following = NEXT.search(client.get(address).content.decode())
        if following is None:
            return address
        address = f"{path}?{unescape(following[1])}"
    return address


if __name__ == "__main__":
    main(tuple(int(part) for part in sys.argv[1:]))  # type: ignore[arg-type]
