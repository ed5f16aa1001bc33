"""Orders of Sales are written as the user that handles them, and that is our own change."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.connection.order_user import as_order_user
from integration.dataverse.store import SalesOrganization
from integration.models import ConnectionSetup
from integration.systems.errors import NotAMember
from integration.systems.filters import Comparison
from integration.systems.memory import MemorySystem
from integration.systems.system import System
from integration.systems.values import Row, Side
from tests.dataverse.joined import joined
from tests.organization import demo_organization
from tests.sandbox.conftest import Caller


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with demo_organization(tmp_path_factory.mktemp("order-user")) as running:
        yield running.ready


@pytest.fixture
def crm(ready: dict[str, Any]) -> Iterator[SalesOrganization]:
    made = joined(ready)
    yield made
    made.close()


@pytest.fixture
def nancy(crm: SalesOrganization) -> uuid.UUID:
    """A person of Sales who may do everything."""
    return crm.find("systemuser", Comparison("fullname", "=", "Nancy Anderson")).records[0].id


def made_by(crm: System) -> uuid.UUID:
    (row,) = crm.insert("salesorder", [Row(uuid.uuid4(), {"name": "Bicycles"})])
    assert row.ok, row.error
    return row.id


def test_what_we_write_for_somebody_shows_that_user_and_is_our_own_change(
    crm: SalesOrganization, ready: dict[str, Any], nancy: uuid.UUID
) -> None:
    us = crm.check().user_id

    row = made_by(as_order_user(crm, ConnectionSetup(order_user_id=nancy)))

    shown = Caller(ready).get(f"salesorders({row})")
    assert (shown["_modifiedby_value"], shown["_modifiedonbehalfby_value"]) == (str(nancy), str(us))
    assert crm.get("salesorder", [row], ["name"])[row].modified_by == us


def test_what_that_user_changes_afterwards_is_not_ours(crm: SalesOrganization, ready: dict[str, Any]) -> None:
    robot = uuid.UUID(Caller(ready, "administrator").get("WhoAmI")["UserId"])
    row = made_by(as_order_user(crm, ConnectionSetup(order_user_id=robot)))

    assert Caller(ready, "administrator")("PATCH", f"salesorders({row})", {"name": "Bicycles, blue"}).ok

    assert crm.get("salesorder", [row], ["name"])[row].modified_by == robot


def test_without_such_a_user_we_write_ourselves(crm: SalesOrganization) -> None:
    twin = MemorySystem(Side.CRM, [])

    assert as_order_user(crm, ConnectionSetup()) is crm
    assert as_order_user(twin, ConnectionSetup(order_user_id=uuid.uuid4())) is twin


def test_a_user_who_is_gone_is_named(crm: SalesOrganization) -> None:
    with pytest.raises(NotAMember, match="does not exist"):
        as_order_user(crm, ConnectionSetup(order_user_id=uuid.uuid4()))
