"""A line to the running organization on which calls can get lost, and firms to send over it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.store import SalesOrganization
from integration.systems.values import Row
from tests.dataverse.relay import Relay, relay
from tests.organization import demo_organization

BULK = "Microsoft.Dynamics.CRM.CreateMultiple"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """An organization of its own: the thousands of rows written here would make others read for long."""
    with demo_organization(tmp_path_factory.mktemp("bulk")) as running:
        yield running.ready


@pytest.fixture
def line(sandbox: dict[str, Any]) -> Iterator[Relay]:
    with relay(sandbox) as running:
        yield running


@pytest.fixture
def organization(line: Relay) -> Iterator[SalesOrganization]:
    made = line.organization()
    yield made
    made.close()


def firms(count: int, name: str = "Adatum") -> list[Row]:
    tag = uuid.uuid4().hex[:8]
    return [Row(uuid.uuid4(), {"name": f"{name} {tag} {n}", "telephone1": "030 1"}) for n in range(count)]


def there(organization: SalesOrganization, rows: list[Row], table: str = "account") -> list[uuid.UUID]:
    return [row.id for row in rows if row.id in organization.get(table, [r.id for r in rows], [])]


def sent(line: Relay, part: str) -> int:
    return len([asked for asked in line.asked if part in asked.path])
