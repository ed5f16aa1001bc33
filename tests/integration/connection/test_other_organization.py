"""Over night another organization answers at the address: nothing of it is read as ours, nothing is written to it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration import jobs
from integration.connection import notifying
from integration.connection.enabling import enable
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from tests.opened import opened
from tests.organization import fill_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def swapped(ready: dict[str, Any], settings: Settings) -> ConnectionSetup:
    """The connection was enabled for Contoso; now Fabrikam answers there, and takes the same secret."""
    settings.DEVELOPMENT = True
    enable(fill_in(ready))
    setup = ConnectionSetup.current()
    setup.note(organization_id=uuid.uuid4(), organization_name="Contoso")
    return setup


def accounts() -> int:
    """How many the organization has, whoever it is."""
    with opened(anybody=True) as connected:
        return connected.crm.count("account")


@pytest.mark.parametrize("direction", [Direction.TO_CRM, Direction.TO_ERP])
def test_a_run_writes_nothing_to_another_organization_behind_the_same_address(
    swapped: ConnectionSetup, direction: Direction
) -> None:
    there, mapping = accounts(), TableMapping.objects.get(name="CUSTOMER")
    options = Options(scope=Scope.EVERYTHING, create=True)
    job = jobs.start(mapping, direction, options=options, inline=True)
    assert job.status == SyncJob.Status.FAILED
    assert (job.code, job.records_done) == ("other-organization", 0)
    assert "Another organization answers" in job.message
    assert accounts() == there


def test_pages_and_notices_speak_with_no_other_organization_either(swapped: ConnectionSetup, admin: Client) -> None:
    setup = ConnectionSetup.current()
    setup.note(pending_notice="addresses", solution_version="1.0.0.0")
    assert notifying.notify_sales(setup) is False
    assert "Another organization answers" in setup.last_error
    page = admin.get("/records/crm/account/").content.decode()
    assert "Another organization answers" in page


def test_the_test_and_the_preflight_name_the_other_organization(swapped: ConnectionSetup, admin: Client) -> None:
    page = admin.post("/connection/test/").content.decode()
    assert "but the connection is enabled for Contoso. Disable it first." in page
    assert ConnectionSetup.current().is_enabled
