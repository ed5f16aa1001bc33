"""The card of one order or quote of Dynamics 365 Sales."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from integration.business_central.models import SalesHeader
from integration.models import TableMapping
from integration.systems.errors import Unreachable
from integration.systems.memory import MemorySystem
from tests.business_central import trading
from tests.business_central.trading import comment, item
from tests.integration.sales.conftest import Maker, fail, make_sound

D = Decimal
DESKS = {
    "productdescription": "Desk, oak",
    "quantity": D(2),
    "priceperunit": D("100.125"),
    "extendedamount": D("200.25"),
}


def shown(client: Client, id: uuid.UUID, name: str = "sales_order") -> str:
    answer = client.get(reverse(name, args=[id]))
    assert answer.status_code == 200
    body = answer.content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def become(mapping: TableMapping, crm_id: uuid.UUID, *lines: dict[str, object], **header: object) -> SalesHeader:
    made = trading.order(*lines, **header)
    mapping.couplings.couple(made.pk, crm_id)
    return made


def test_a_card_shows_the_lines_and_totals_of_both_sides_beside_each_other(
    orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    id = sells("salesorder", DESKS, totalamount=D(200), totaltax=D(0))
    become(orders, id, item(quantity=2, price=100), comment("Deliver to gate 3"))

    page = shown(viewer, id)

    assert "(write-in) Desk, oak 2 100.125 200.25" in page
    assert "DESK Desk PCS 2 100.00 40.00 240.00" in page
    assert "Deliver to gate 3" in page
    assert "Without tax 200.00 200.00" in page
    assert "Total 200.00 240.00 (differs)" in page


def test_moments_are_told_by_the_clock_of_who_looks_and_days_as_days(
    orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    submitted = dt.datetime(2027, 1, 12, 13, 19, tzinfo=dt.UTC)
    id = sells(submitdate=submitted, lastbackofficesubmit=dt.datetime(2027, 1, 12, 10, tzinfo=dt.UTC))

    page = shown(viewer, id)

    assert "2027-01-12 13:19:00" in page
    assert "lastbackofficesubmit 2027-01-12 " in page
    assert "+00:00" not in page


def test_of_an_order_that_was_deleted_here_the_card_says_what_follows(
    orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    id = sells()
    orders.couplings.couple(uuid.uuid4(), id)

    assert "The next run makes it active in Dynamics 365 Sales again, to be submitted once more." in shown(viewer, id)


def test_lines_stand_in_the_order_of_sales(
    orders: TableMapping, organization: MemorySystem, sells: Maker, viewer: Client
) -> None:
    id = sells("salesorder", *({**DESKS, "productdescription": name} for name in ("First", "Second", "Third")))
    rows = list(organization.ids("salesorderdetail"))
    for place, row in zip((30, 20, 10), rows, strict=True):
        organization.edit("salesorderdetail", row, lineitemnumber=place)

    page = shown(viewer, id)

    assert page.index("Third") < page.index("Second") < page.index("First")


@pytest.mark.parametrize(
    ("line_tax", "header_tax", "hinted"),
    [
        pytest.param(19, 40, True, id="header ours, lines the salesperson's"),
        pytest.param(40, 40, False, id="alike"),
        pytest.param(19, 19, False, id="header not written back yet"),
    ],
)
def test_a_hint_says_that_the_lines_still_show_the_tax_of_the_salesperson(
    line_tax: int, header_tax: int, hinted: bool, orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    id = sells("salesorder", {**DESKS, "tax": D(line_tax)}, totaltax=D(header_tax), totalamount=D(200 + header_tax))
    become(orders, id, item(quantity=2, price=100))

    assert ("The lines still show the tax that was entered in Dynamics 365 Sales" in shown(viewer, id)) is hinted


def test_amounts_of_another_currency_are_shown_in_it(orders: TableMapping, sells: Maker, viewer: Client) -> None:
    id = sells()
    become(orders, id, item(quantity=2, price=100), whose="CONTOSO")

    assert "Dynamics 365 Sales (EUR) Business Central (EUR)" in shown(viewer, id)


def test_an_error_stands_on_the_card_with_what_to_do_about_it(
    orders: TableMapping, organization: MemorySystem, sells: Maker, viewer: Client
) -> None:
    id = sells(totalamountlessfreight=D(0))
    make_sound(organization)
    fail(orders, id, "rate-missing", "There is no exchange rate of EUR. Add one to the currency.")

    assert "Add one to the currency. Then the order follows by itself." in shown(viewer, id)


@pytest.mark.scenario("NavigatetoCRMfromNAVTest.TestNavigateToCRMSalesOrderFromSalesOrderList")
def test_the_card_of_an_order_that_is_not_here_yet_leads_to_sales(
    orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    id = sells()
    page = viewer.get(reverse("sales_order", args=[id])).content.decode()
    assert f"https://contoso.crm4.dynamics.com/main.aspx?pagetype=entityrecord&amp;etn=salesorder&amp;id={id}" in page


@pytest.mark.scenario("NavigatetoCRMfromNAVTest.TestNavigateToCRMQuoteFromQuotesList")
def test_the_card_of_a_quote_leads_to_sales(quotes: TableMapping, sells: Maker, viewer: Client) -> None:
    id = sells("quote", number="QUO-1")
    page = viewer.get(reverse("sales_quote", args=[id])).content.decode()
    assert f"etn=quote&amp;id={id}" in page
    assert "QUO-1 Desks for Leeds" in page


def test_while_sales_is_silent_the_card_shows_what_business_central_has(
    orders: TableMapping, organization: MemorySystem, sells: Maker, viewer: Client
) -> None:
    id = sells()
    header = become(orders, id, item(quantity=2, price=100))
    organization.fail_on("get", Unreachable("No route to contoso."))

    page = shown(viewer, id)

    assert "No route to contoso." in page
    assert f"Order {header.no}" in page
    assert "DESK Desk PCS 2" in page


def test_an_order_that_was_deleted_in_sales_still_shows_what_became_of_it(
    orders: TableMapping, organization: MemorySystem, sells: Maker, viewer: Client
) -> None:
    id = sells()
    header = become(orders, id, item())
    organization.remove("salesorder", id)

    page = shown(viewer, id)

    assert "This order does not exist any more in Dynamics 365 Sales." in page
    assert f"Order {header.no}" in page


def test_an_order_that_never_was_is_not_found(orders: TableMapping, viewer: Client) -> None:
    assert viewer.get(reverse("sales_order", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize(
    ("code", "coupled", "buttons"),
    [
        ("order-canceled", True, {"Keep", "Delete in Business Central", "Retry"}),
        ("order-changed", True, {"Keep", "Take Over", "Retry"}),
        ("order-exists", False, {"Create in Business Central", "Create Another"}),
        ("item-blocked", False, {"Create in Business Central"}),
        ("", False, {"Create in Business Central"}),
        ("", True, set()),
    ],
)
def test_a_card_offers_what_can_be_done_about_what_is_open(
    code: str, coupled: bool, buttons: set[str], orders: TableMapping, sells: Maker, integrator: Client, viewer: Client
) -> None:
    id = sells()
    if coupled:
        become(orders, id, item())
    if code:
        fail(orders, id, code, "Something is to be decided.")
    known = {"Keep", "Delete in Business Central", "Take Over", "Create in Business Central", "Create Another", "Retry"}

    page = integrator.get(reverse("sales_order", args=[id])).content.decode()

    assert set(re.findall(r">([^<]+)</button>", page)) & known == buttons
    assert (
        not set(re.findall(r">([^<]+)</button>", viewer.get(reverse("sales_order", args=[id])).content.decode()))
        & known
    )


def test_what_people_typed_in_sales_is_text_on_the_card_too(orders: TableMapping, sells: Maker, viewer: Client) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    id = sells("salesorder", {**DESKS, "productdescription": hostile, "description": hostile}, description=hostile)
    assert hostile not in viewer.get(reverse("sales_order", args=[id])).content.decode()


@pytest.mark.parametrize("state", ["not here yet", "here", "done"])
def test_the_link_in_sales_opens_the_document_here_or_what_became_of_it(
    state: str, quotes: TableMapping, sells: Maker, viewer: Client
) -> None:
    id = sells("quote", number="QUO-1", statecode=2)
    opened = reverse("sales_quote", args=[id])
    if state != "not here yet":
        header = become(quotes, id, item(), document_type=0)
        opened = reverse("document", args=[header.pk]) if state == "here" else opened
        if state == "done":
            trading.company.act("sales_header", header.pk, "close_quote")

    assert viewer.get(reverse("open", args=["quote", id]))["Location"] == opened
    assert viewer.get(opened).status_code == 200


def test_an_error_about_an_order_leads_to_its_card(orders: TableMapping, sells: Maker, viewer: Client) -> None:
    id = sells()
    fail(orders, id, "item-blocked", "Item DESK is blocked.")
    assert reverse("sales_order", args=[id]) in viewer.get(reverse("synch_errors")).content.decode()
