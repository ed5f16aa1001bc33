"""What waits on Home for an Order Processor: orders to ship, and orders of Sales to create here."""

from __future__ import annotations

import pytest
from django.test import Client

from integration.business_central.models import SalesHeader
from integration.business_central.posting.shipping import ship
from integration.business_central.posting.states import hold, release
from integration.models import ConnectionSetup, User
from integration.pages.home import desk
from integration.pages.home.desk import desk_of
from integration.pages.home.inbox import Waiting, waiting_for
from tests.business_central.trading import item, order
from tests.integration.open_documents.pages import at
from tests.people import INTEGRATOR, ORDER_PROCESSOR, VIEWER, made


def released(number: int) -> list[SalesHeader]:
    orders = [order(item(quantity=1)) for _ in range(number)]
    for one in orders:
        release(one.pk)
    return orders


def waits_for(group: str) -> list[Waiting]:
    person = User.objects.get(pk=made("percy", group).pk)
    return waiting_for(desk_of(person, ConnectionSetup.current()))


def test_a_released_order_waits_for_who_ships_it_one_click_away(olga: Client) -> None:
    [one, shipped, held] = released(3)
    ship(shipped.pk)
    hold(held.pk, "CRM")

    [waits] = waits_for(ORDER_PROCESSOR)

    assert (waits.title, waits.text) == (f"Sales Order {one.no} is released: ship it", "Adatum")
    assert (waits.caption, waits.url) == ("Ship", at(one, "ship/"))
    asked = olga.get(waits.url).content.decode()
    assert "leaves the stock" in asked
    assert waits.title in olga.get("/").content.decode()


def test_many_orders_to_ship_are_one_line_that_leads_to_exactly_these(olga: Client) -> None:
    hold(released(5)[0].pk, "CRM")

    [waits] = waits_for(ORDER_PROCESSOR)

    assert (waits.title, waits.caption) == ("4 released orders to ship", "See Them")
    assert len(olga.get(waits.url).context["list"].lines) == 4


def test_who_only_looks_is_asked_to_ship_nothing(olga: Client) -> None:
    released(1)
    assert waits_for(VIEWER) == []


@pytest.mark.parametrize("group", [ORDER_PROCESSOR, INTEGRATOR])
def test_submitted_orders_that_nothing_became_of_wait_while_nobody_makes_them_by_itself(
    monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    monkeypatch.setattr(desk, "submitted_orders", lambda _, **__: 2)
    ConnectionSetup.current()
    ConnectionSetup.objects.update(is_enabled=True, installation_id="i", order_integration_enabled=True)

    [waits] = waits_for(group)

    assert (waits.title, waits.caption) == ("2 submitted Sales orders to create in Business Central", "See Them")
    assert waits.url == waits.look == "/sales/orders/"
    ConnectionSetup.objects.update(auto_create_orders=True)
    person = User.objects.get(username="percy")
    assert waiting_for(desk_of(person, ConnectionSetup.current())) == []
