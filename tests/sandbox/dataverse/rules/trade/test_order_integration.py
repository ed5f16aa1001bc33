"""With sales order integration, orders and invoices keep the amounts that an integration user writes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.organization import demo_organization
from tests.sandbox.conftest import Caller
from tests.sandbox.trade import LINES, Document, amounts, document

PLAIN = {"productdescription": "Bolt", "quantity": 30, "priceperunit": 0.33}
KEPT = ("salesorders", "invoices")


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The integration user of an organization with sales order integration."""
    with demo_organization(tmp_path_factory.mktemp("orders")) as running:
        administrator = Caller(running.ready, "administrator")
        row = administrator.rows("organizations")[0]["organizationid"]
        assert administrator("PATCH", f"organizations({row})", {"issopintegrationenabled": True}).ok
        yield Caller(running.ready)


@pytest.fixture(scope="module")
def seller(call: Caller) -> str:
    """A person who may change everything, no integration."""
    return str(call.rows("systemusers?$filter=fullname eq 'Nancy Anderson'")[0]["systemuserid"])


def patch(call: Caller, address: str, values: dict[str, Any], **headers: str) -> None:
    answer = call("PATCH", address, values, **headers)
    assert answer.ok, answer.text


def line_address(deal: Document, row: str) -> str:
    return f"{LINES[deal.set][0]}({row})"


@pytest.mark.parametrize("kind", KEPT)
def test_amounts_of_an_integration_user_are_kept(call: Caller, kind: str) -> None:
    deal = document(call, kind)
    row = deal.add(**PLAIN)

    patch(call, line_address(deal, row), {"baseamount": 10, "extendedamount": 12, "tax": 2})
    deal.change(totalamountlessfreight=10, totaltax=2, totalamount=12, discountamount=1)

    assert amounts(deal.line(row), "priceperunit", "baseamount", "extendedamount") == (Decimal("0.33"), 10, 12)
    assert amounts(deal.row(), "totalamountlessfreight", "totaltax", "totalamount") == (10, 2, 12)


@pytest.mark.parametrize("kind", KEPT)
def test_amounts_cannot_be_created(call: Caller, kind: str) -> None:
    deal = document(call, kind, totalamount=12)
    row = deal.add(**PLAIN, baseamount=10, extendedamount=12)

    assert (deal.row()["totalamount"], deal.line(row)["baseamount"]) == (None, None)


@pytest.mark.parametrize("kind", KEPT)
def test_what_a_salesperson_writes_is_calculated(call: Caller, seller: str, kind: str) -> None:
    deal = document(call, kind)
    row = deal.add(**PLAIN)

    patch(call, line_address(deal, row), {"quantity": 10, "baseamount": 99}, MSCRMCallerID=seller)

    assert deal.line(row)["baseamount"] == Decimal("3.30")
    assert deal.row()["totalamount"] == Decimal("3.30")


def test_amounts_written_on_behalf_of_an_integration_user_are_kept(call: Caller) -> None:
    robot = Caller(call.ready, "administrator").get("WhoAmI")["UserId"]
    bill = document(call, "invoices")

    patch(call, bill.address, {"totalamount": 12}, MSCRMCallerID=robot)

    assert bill.row()["totalamount"] == 12


@pytest.mark.parametrize("kind", ["quotes", "opportunities"])
def test_quotes_and_opportunities_are_always_calculated(call: Caller, kind: str) -> None:
    deal = document(call, kind)
    row = deal.add(**PLAIN)

    patch(call, line_address(deal, row), {"baseamount": 99})

    assert deal.line(row)["baseamount"] == Decimal("9.90")


@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.parametrize("name", ["discountamount", "freightamount"])
def test_no_amount_that_is_taken_off_is_negative(call: Caller, kind: str, name: str) -> None:
    assert document(call, kind).refused(**{name: -1}) == "0x80044330"


@pytest.mark.parametrize("kind", KEPT)
def test_no_discount_of_a_line_is_negative(call: Caller, kind: str) -> None:
    assert document(call, kind).refuse_line(**PLAIN, manualdiscountamount=-1) == "0x80044330"


def test_a_submitted_order_is_read_only_for_an_integration_user_too(call: Caller) -> None:
    deal = document(call, "salesorders")
    deal.change(statecode=1, statuscode=3)

    assert deal.refused(totalamount=12) == "0x8004022e"


def test_an_amount_worked_out_anew_says_for_whom_it_was(call: Caller, seller: str) -> None:
    deal = document(call, "quotes")
    row = deal.add(**PLAIN)
    patch(call, line_address(deal, row), {"quantity": 2}, MSCRMCallerID=seller)
    by = ("_modifiedby_value", "_modifiedonbehalfby_value")
    assert tuple(deal.row()[name] for name in by) == (seller, call.get("WhoAmI")["UserId"])

    patch(call, line_address(deal, row), {"quantity": 3})

    assert tuple(deal.row()[name] for name in by) == (call.get("WhoAmI")["UserId"], None)
