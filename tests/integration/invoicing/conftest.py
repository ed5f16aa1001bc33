"""One organization for the tests that need a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from integration.connection.enabling import enable, order_integration_switched
from integration.dataverse import solution
from integration.dataverse.session import Credentials, Session
from integration.jobs import queue
from integration.models import ConnectionSetup
from integration.systems.system import every
from integration.systems.values import Row
from tests.integration.invoicing.organization import Organization
from tests.opened import opened
from tests.organization import demo_organization, fill_in


@pytest.fixture
def organization(settings: Settings, tmp_path: Path) -> Iterator[Organization]:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    settings.DEVELOPMENT = True
    with demo_organization(tmp_path) as running:
        ready = running.ready
        one = ready["clients"]["administrator"]
        credentials = Credentials(ready["tenant"], one["client_id"], one["client_secret"], ready["token_endpoint"])
        with closing(Session(ready["url"], credentials)) as administrator:
            solution.import_into(administrator, redeploy=True)
        enable(fill_in(ready))
        order_integration_switched(ConnectionSetup.current(), True)
        with opened() as connected:
            seeded = list(every(connected.crm, "salesorder"))
            assert all(one.ok for one in connected.crm.delete("salesorder", [Row(one.id) for one in seeded]))
            yield Organization(connected.crm, ready)
