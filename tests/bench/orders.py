"""2,000 submitted orders of 10 lines become orders: requests, queries, and wall time by a floor.

The floor reads the same orders with their lines over the same client and inserts the same finished rows, headers,
lines and couplings, without any rule, in the same database.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from unittest import mock

from tests.bench.load import _Queries
from tests.bench.measure import Number
from tests.bench.world import company, connect, full, sandbox

ORDERS, LINES = 2_000, 10
BUYERS = 20
AT_ONCE = 500


def run() -> Iterator[Number]:
    company()
    with sandbox("orders") as ready:
        connect(ready)
        crm = _organization()
        _sell(crm)
        yield from _created(crm)


def _organization() -> Any:
    from integration.connection import systems
    from integration.dataverse.session import Patience
    from integration.models import ConnectionSetup

    ConnectionSetup.objects.update(order_integration_enabled=True)
    return systems.open_crm(ConnectionSetup.current(), patience=Patience())


def _sell(crm: Any) -> None:
    """Couple units, items and some customers, and submit the orders."""
    from integration.business_central.models import Customer
    from integration.models import TableMapping
    from integration.systems.filters import Comparison
    from integration.systems.system import every
    from integration.systems.values import Ref, Row

    full("UNIT OF MEASURE")
    full("ITEM-PRODUCT")
    accounts = [row.id for row in every(crm, "account", Comparison("customertypecode", "=", 3))][:BUYERS]
    buyers = Customer.objects.filter(blocked=0).order_by("no")[: len(accounts)]
    mapping = TableMapping.objects.get(name="CUSTOMER")
    for customer, account in zip(buyers, accounts, strict=True):
        mapping.couplings.couple(customer.pk, account)
    goods = [
        {"productid": Ref("product", row.id), "uomid": row.values["defaultuomid"]}
        for row in every(crm, "product", Comparison("statecode", "=", 0), ["defaultuomid"])
    ]
    orders = [uuid.uuid4() for _ in range(ORDERS)]
    rows = [
        Row(id, {"name": f"Order {at}", "customerid": Ref("account", accounts[at % len(accounts)])})
        for at, id in enumerate(orders)
    ]
    lines = [
        Row(uuid.uuid4(), {"salesorderid": Ref("salesorder", id), **goods[(at + number) % len(goods)],
                           "ispriceoverridden": True, "quantity": Decimal(number), "priceperunit": Decimal("19.99")})
        for at, id in enumerate(orders)
        for number in range(1, LINES + 1)
    ]  # fmt: skip
    submitted = [Row(id, {"statecode": 1, "statuscode": 3}) for id in orders]
    for table, wanted, write in (
        ("salesorder", rows, crm.insert),
        ("salesorderdetail", lines, crm.insert),
        ("salesorder", submitted, crm.update),
    ):  # fmt: skip
        for start in range(0, len(wanted), AT_ONCE):
            failed = [one.error for one in write(table, wanted[start : start + AT_ONCE]) if one.error is not None]
            if failed:
                raise RuntimeError(f"{table}: {failed[0]}")


def _created(crm: Any) -> Iterator[Number]:
    from django.db import connection

    from integration import jobs
    from integration.business_central.models import SalesLine

    queries = _Queries()
    started = time.perf_counter()
    with connection.execute_wrapper(queries), _copies(queries):
        job = jobs.create_orders(inline=True)
    seconds = time.perf_counter() - started
    if job.inserted < ORDERS or SalesLine.objects.count() < ORDERS * LINES:
        raise RuntimeError(f"only {job.inserted} orders were made. {job.message}")
    floor = _read(crm) + _inserted()
    label = f"{ORDERS} orders of {LINES} lines"
    yield Number(f"{label}: requests an order", round(job.requests / ORDERS, 3), "requests", 0.1)
    yield Number(f"{label}: queries for 100", round(queries.number * 100 / ORDERS, 1), "queries", 12)
    yield Number(f"{label}: floor", round(floor, 2), "s")
    yield Number(f"{label}: wall time", round(seconds, 2), "s")
    yield Number(f"{label}: times the floor", round(seconds / floor, 2), "x", 2.5)


@contextmanager
def _copies(queries: _Queries) -> Iterator[None]:
    """Counts what goes past Django's counting: each COPY into a table of PostgreSQL is a query, too."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    from django.db.backends.postgresql.base import Cursor

    def counted(self: Any, *args: Any, **more: Any) -> Any:
        queries.number += 1
        return copy(self, *args, **more)

    copy = Cursor.copy
    with mock.patch.object(Cursor, "copy", counted):
        yield


def _read(crm: Any) -> float:
    """Seconds for reading the orders with their lines."""
    from integration.documents.reading import SalesReader
    from integration.documents.sources import ORDER
    from integration.systems.filters import Comparison

    reader = SalesReader(crm, ORDER)
    started = time.perf_counter()
    for page in crm.changes(ORDER.table, reader.columns, None, Comparison("statecode", "=", 1), "modifiedon"):
        for at in range(0, len(page.records), AT_ONCE):
            reader.documents(page.records[at : at + AT_ONCE])
    return time.perf_counter() - started


def _inserted() -> float:
    """Seconds for inserting the finished rows once more, as they are."""
    from django.db import models, transaction

    from integration.business_central.models import SalesHeader, SalesLine
    from integration.models import TableMapping

    couplings = TableMapping.objects.get(name="SALESORDER-ORDER").couplings
    kept = [list(SalesHeader.objects.all()), list(SalesLine.objects.all()), list(couplings.all())]
    plain = [models.QuerySet(type(rows[0])) for rows in kept]
    for rows in reversed(plain):
        rows.all()._raw_delete(rows.db)
    started = time.perf_counter()
    with transaction.atomic():
        for rows, queryset in zip(kept, plain, strict=True):
            queryset.bulk_create(rows)
    return time.perf_counter() - started


if __name__ == "__main__":
    os.environ.setdefault("DEVELOPMENT", "true")
    for number in run():
        print(number)  # noqa: T201
