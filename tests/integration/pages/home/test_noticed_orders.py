"""Home says what happened in Sales to orders that are here, apart from those that are still to be made."""

from __future__ import annotations

import uuid

import pytest

from integration.models import ConnectionSetup, User
from integration.pages.home import desk as home
from integration.pages.home.desk import desk_of
from integration.pages.home.inbox import Waiting, waiting_for
from integration.systems.values import Row
from tests.integration.flows.desk import Desk, desk
from tests.integration.flows.orders.following import nova_shop, regular_look
from tests.people import INTEGRATOR, made

__all__ = ["desk"]


@pytest.fixture
def ines(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> User:
    """An integrator; one submitted order waits in Sales."""
    monkeypatch.setattr(home, "submitted_orders", lambda _, **__: 1)
    return User.objects.get(pk=made("ines", INTEGRATOR).pk)


def created(desk: Desk, number: int = 1) -> list[uuid.UUID]:
    orders = [desk.order(desk.line()) for _ in range(number)]
    assert desk.run(*orders).inserted == number
    return orders


def said(person: User) -> list[Waiting]:
    found = waiting_for(desk_of(person, ConnectionSetup.current()))
    return [one for one in found if "order" in one.title.lower()]


def test_a_canceled_order_is_named_and_hides_no_order_that_is_to_be_created(desk: Desk, ines: User) -> None:
    [order] = created(desk)
    desk.touch(order, statecode=2, statuscode=4)
    regular_look(desk)

    canceled, submitted = said(ines)

    assert (canceled.title, canceled.url) == (
        "Sales order ORD-00001 Order ORD-00001: canceled in Sales",
        f"/sales/orders/{order}/",
    )
    assert submitted.title == "1 submitted Sales order to create in Business Central"


def test_of_an_order_deleted_in_sales_the_one_here_is_opened(desk: Desk, ines: User) -> None:
    [order] = created(desk)
    here = desk.made(order)
    desk.crm.delete("salesorder", [Row(order)])
    regular_look(desk)

    deleted, _ = said(ines)

    assert deleted.url == f"/documents/{here.pk}/"


def test_an_order_that_failed_is_counted_once(desk: Desk, ines: User) -> None:
    _, order = nova_shop(desk)
    desk.run(order)

    [failed] = said(ines)

    assert failed.title.endswith("the account is not coupled")


def test_many_are_said_with_how_many_are_here_already(desk: Desk, ines: User) -> None:
    orders = created(desk, 5)
    for order in orders[:4]:
        desk.touch(order, statecode=2, statuscode=4)
    regular_look(desk)
    assert said(ines)[0].title == "4 Sales orders waiting"
    assert said(ines)[0].text == "4 are here already: changed, canceled or deleted in Sales since."
    assert said(ines)[0].url == "/sales/orders/?state=all&there=open"

    desk.crm.delete("salesorder", [Row(orders[4])])
    regular_look(desk)

    assert said(ines)[0].url == "/synch/errors/"
