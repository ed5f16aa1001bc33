"""The page of Dynamics 365 Sales asks our service over HTTP, with what enabling the connection wrote for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from integration.connection.notifying import notify_sales
from integration.models import ConnectionSetup, TableMapping
from integration.models.people.access_key import change_key, revoke_key
from tests.integration.published.shop import COMPANY, couple, furniture, open_shop
from tests.organization import demo_organization, fill_in
from tests.people import AVAILABILITY, made
from tests.sandbox import trade
from tests.sandbox.company import bring_solution
from tests.sandbox.conftest import Caller
from tests.sandbox.salesperson import Browser, id_of


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[dict[str, Any]]:
    with demo_organization(tmp_path) as running:
        bring_solution(running.ready)
        yield running.ready


def connected(ready: dict[str, Any], address: str) -> ConnectionSetup:
    """The connection is enabled, and Sales was given where to ask, as Phyllis."""
    setup = fill_in(ready)
    setup.solution_version, setup.is_enabled = "1.0.0.0", True
    setup.item_availability_enabled, setup.odata_user = True, made("phyllis", AVAILABILITY)
    setup.use_default_addresses(address, COMPANY)
    setup.save()
    change_key(setup.odata_user)
    assert notify_sales(ConnectionSetup.current()), ConnectionSetup.current().last_error
    return ConnectionSetup.current()


@pytest.mark.django_db(transaction=True)
def test_a_salesperson_sees_what_there_is_of_a_product_until_the_key_is_revoked(
    live_server: LiveServer, ready: dict[str, Any]
) -> None:
    call = Caller(ready, "administrator")
    bicycle = trade.product(call, *trade.unit_group(call))
    open_shop()
    couple(TableMapping.objects.get(name="ITEM-PRODUCT"), furniture("BIKE", "Bicycle", "PIECE", "7.5"), bicycle)
    setup = connected(ready, live_server.url)
    peter = Browser(ready).sign_in("Peter Saddow")
    order = peter.made("salesorders", name="Spring", customerid_account=id_of(peter.made("accounts", name="Coho")))
    product = f"{order}/availability?productid={bicycle}"

    assert peter.get(product).text == "Available: 7.5 PIECE"
    other = trade.product(call, *trade.unit_group(call))
    assert "not coupled" in peter.get(f"{order}/availability?productid={other}").text
    pressed = peter.post(f"{order}/lines", ask="availability", productid=bicycle, quantity="3").text
    assert re.search(r'role="status">Available: 7.5 PIECE<', pressed)

    revoke_key(setup.odata_user)
    assert "does not accept the access key" in peter.get(product).text
    ConnectionSetup.objects.update(item_availability_enabled=False)
    assert "does not publish it" in peter.get(product).text
