"""A sales desk that processes share: a company in a database file, and an organization where many orders are submitted.

Each function is called in a process of its own, by ``manage.py shell``.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from integration.connection.enabling import enable, order_integration_switched
from integration.dataverse import solution
from integration.dataverse.session import Credentials, Session
from integration.dataverse.store import SalesOrganization
from integration.models import ConnectionSetup, SyncError, SyncJob, TableMapping
from integration.systems.filters import Comparison
from integration.systems.system import every
from integration.systems.values import Ref, Row
from tests.integration.flows.organization import Organization
from tests.opened import opened
from tests.organization import fill_in

AT_ONCE = 500


def open_desk(ready: Mapping[str, Any], orders: int) -> None:
    """Enable the connection and submit so many orders of a desk each."""
    one = ready["clients"]["administrator"]
    credentials = Credentials(ready["tenant"], one["client_id"], one["client_secret"], ready["token_endpoint"])
    with closing(Session(ready["url"], credentials)) as session:
        solution.import_into(session, redeploy=True)
        enable(fill_in(ready))
        order_integration_switched(ConnectionSetup.current(), True)
        people = SalesOrganization(session)
        for table in ("salesorder", "quote"):
            assert all(one.ok for one in people.delete(table, [Row(row.id) for row in list(every(people, table))]))
        with opened() as connected:
            _sell(Organization(connected.crm, people, dict(ready)), orders)


def _sell(desk: Organization, orders: int) -> None:
    [account] = every(desk.crm, "account", Comparison("name", "=", "Adatum Corporation"))
    ids = [uuid.uuid4() for _ in range(orders)]
    headers = [Row(id, {"name": "Desks", "customerid": Ref("account", account.id)}) for id in ids]
    lines = [Row(uuid.uuid4(), {"salesorderid": Ref("salesorder", id), **desk.desk(1, 100)}) for id in ids[:1]]
    lines += [Row(uuid.uuid4(), {**lines[0].values, "salesorderid": Ref("salesorder", id)}) for id in ids[1:]]
    submitted = [Row(id, {"statecode": 1, "statuscode": 3}) for id in ids]
    for table, rows, write in (
        ("salesorder", headers, desk.crm.insert),
        ("salesorderdetail", lines, desk.crm.insert),
        ("salesorder", submitted, desk.crm.update),
    ):
        for start in range(0, len(rows), AT_ONCE):
            assert not [one.error for one in write(table, rows[start : start + AT_ONCE]) if one.error]


def silence() -> None:
    """A minute passes in which nobody hears of the workers that were killed."""
    for job in SyncJob.objects.filter(status=SyncJob.Status.RUNNING, heartbeat_at__isnull=False):
        assert job.heartbeat_at is not None
        SyncJob.objects.filter(pk=job.pk).update(heartbeat_at=job.heartbeat_at - dt.timedelta(minutes=1))


def look() -> None:
    """Print as JSON what has become of the orders: how many documents each has, how many Sales knows of."""
    from integration.business_central.models import SalesHeader, SalesLine

    couplings = TableMapping.objects.get(name="SALESORDER-ORDER").couplings
    numbers = dict(SalesHeader.objects.values_list("pk", "no"))
    pairs = {pair.crm_id: numbers.get(pair.erp_id, "") for pair in couplings.filter(state="coupled")}
    documents = Counter(SalesHeader.objects.values_list("your_reference", flat=True))
    with opened() as connected:
        rows = list(every(connected.crm, "salesorder", Comparison("statecode", "=", 1), ["ordernumber", "bci_number"]))
    known = sum(row.values["bci_number"] == pairs.get(row.id, "") != "" for row in rows)
    found = {
        "submitted": len(rows), "documents": len(numbers), "lines": SalesLine.objects.count(), "known": known,
        "doubled": [number for number, times in documents.items() if times > 1],
        "owed": couplings.filter(owed_erp=True).count(), "errors": SyncError.objects.open().count(),
    }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")
