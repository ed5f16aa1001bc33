"""Orders of Sales are written as the user that handles them, amounts as a user whose amounts Sales keeps."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.connection.order_writers import order_writers
from integration.connection.systems import Connected
from integration.dataverse.store import SalesOrganization
from integration.sync.rules import Context
from integration.systems.errors import NotAMember
from integration.systems.filters import Comparison
from integration.systems.memory import MemorySystem
from integration.systems.values import Row, Side
from tests.dataverse.joined import joined
from tests.organization import demo_organization
from tests.sandbox.conftest import Caller


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with demo_organization(tmp_path_factory.mktemp("writers")) as running:
        switch(running.ready, True)
        yield running.ready


@pytest.fixture
def connected(ready: dict[str, Any]) -> Iterator[Connected]:
    crm = joined(ready)
    yield Connected(MemorySystem(Side.ERP, []), crm, Context(user_id=crm.check().user_id))
    crm.close()


@pytest.fixture
def nancy(connected: Connected) -> uuid.UUID:
    """A person of Sales who may do everything."""
    return connected.crm.find("systemuser", Comparison("fullname", "=", "Nancy Anderson")).records[0].id


@pytest.fixture
def robot(ready: dict[str, Any]) -> uuid.UUID:
    """The user of another integration."""
    return uuid.UUID(Caller(ready, "administrator").get("WhoAmI")["UserId"])


def switch(ready: dict[str, Any], on: bool) -> None:
    administrator = Caller(ready, "administrator")
    row = administrator.rows("organizations")[0]["organizationid"]
    assert administrator("PATCH", f"organizations({row})", {"issopintegrationenabled": on}).ok


def written_by(crm: Any, ready: dict[str, Any]) -> tuple[str, str | None]:
    """Who a row written by this system counts as changed by, and through whom."""
    assert isinstance(crm, SalesOrganization)
    (row,) = crm.insert("salesorder", [Row(uuid.uuid4(), {"name": "Bicycles"})])
    assert row.ok
    found = Caller(ready).get(f"salesorders({row.id})")
    return found["_modifiedby_value"], found["_modifiedonbehalfby_value"]


def test_without_a_user_for_orders_we_write_ourselves(connected: Connected) -> None:
    found = order_writers(connected, None)

    assert (found.orders, found.amounts, found.keeps_amounts) == (connected.crm, connected.crm, True)


def test_a_person_handles_orders_but_writes_no_amounts(
    connected: Connected, ready: dict[str, Any], nancy: uuid.UUID
) -> None:
    found = order_writers(connected, nancy)

    us = str(connected.context.user_id)
    assert written_by(found.orders, ready) == (str(nancy), us)
    assert written_by(found.amounts, ready) == (us, None)
    assert found.keeps_amounts


def test_an_integration_user_that_handles_orders_writes_their_amounts(
    connected: Connected, ready: dict[str, Any], robot: uuid.UUID
) -> None:
    found = order_writers(connected, robot)

    assert found.amounts is found.orders
    assert written_by(found.amounts, ready) == (str(robot), str(connected.context.user_id))
    assert found.keeps_amounts


def test_what_we_write_for_somebody_is_our_own_change(connected: Connected, nancy: uuid.UUID) -> None:
    (row,) = order_writers(connected, nancy).orders.insert("salesorder", [Row(uuid.uuid4(), {"name": "Bicycles"})])

    found = connected.crm.get("salesorder", [row.id], ["name"])[row.id]

    assert found.modified_by == connected.context.user_id


def test_what_the_user_for_orders_changes_is_not_ours(
    connected: Connected, ready: dict[str, Any], robot: uuid.UUID
) -> None:
    (row,) = order_writers(connected, robot).orders.insert("salesorder", [Row(uuid.uuid4(), {"name": "Bicycles"})])

    assert Caller(ready, "administrator")("PATCH", f"salesorders({row.id})", {"name": "Bicycles, blue"}).ok

    assert connected.crm.get("salesorder", [row.id], ["name"])[row.id].modified_by == robot


def test_without_order_integration_sales_works_amounts_out(connected: Connected, ready: dict[str, Any]) -> None:
    switch(ready, False)
    try:
        assert not order_writers(connected, None).keeps_amounts
    finally:
        switch(ready, True)


def test_a_user_for_orders_who_is_gone_is_named(connected: Connected) -> None:
    with pytest.raises(NotAMember, match="does not exist"):
        order_writers(connected, uuid.uuid4())


def test_a_system_that_knows_no_users_keeps_nothing() -> None:
    crm = MemorySystem(Side.CRM, [])

    found = order_writers(Connected(MemorySystem(Side.ERP, []), crm, Context()), uuid.uuid4())

    assert (found.orders, found.amounts, found.keeps_amounts) == (crm, crm, False)
