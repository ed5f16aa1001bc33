"""Who may close deals, make documents, lock prices and listen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.sales.closings import closing
from tests.sandbox.dataverse.security.office import MISSING, TOO_FAR, Office
from tests.sandbox.trade import Document, document

READING = tuple(f"prvRead{name}" for name in ("Quote", "Order", "Opportunity", "Invoice", "Activity"))


def asking(quote: Document, message: str) -> dict[str, Any]:
    if message in ("WinQuote", "CloseQuote"):
        return closing(quote, -1)
    return {"QuoteId": quote.id, "ColumnSet": {"AllColumns": False, "Columns": ["name"]}}


def active_quote(call: Caller) -> Document:
    quote = document(call, "quotes")
    assert quote.change(statecode=1).status_code == 204
    return quote


@pytest.mark.parametrize(("message", "needed"), [
    ("WinQuote", ("prvWriteQuote", "prvCreateActivity")), ("CloseQuote", ("prvWriteQuote", "prvCreateActivity")),
    ("ReviseQuote", ("prvWriteQuote", "prvCreateQuote")),
    ("ConvertQuoteToSalesOrder", ("prvWriteQuote", "prvCreateOrder")),
])  # fmt: skip
def test_a_message_takes_the_privileges_of_what_it_does(office: Office, message: str, needed: tuple[str, str]) -> None:
    quote = active_quote(office.boss)

    for held in ((), needed[:1], needed[1:]):
        office.may("Global", *READING, *held)
        assert office.app.refusal("POST", message, asking(quote, message)) == MISSING
    office.may("Global", *READING, *needed)

    assert office.app("POST", message, asking(quote, message)).ok


def test_a_salesperson_closes_own_deals_only(office: Office) -> None:
    office.assign("systemusers", office.user, office.role_named("Salesperson"))
    own, foreign = active_quote(office.app), active_quote(office.boss)

    assert office.app.refusal("POST", "WinQuote", closing(foreign, 4)) == TOO_FAR
    assert office.app("POST", "WinQuote", closing(own, 4)).status_code == 204
    assert len(office.app.rows(f"quotes({own.id})/Quote_QuoteClose")) == 1


@pytest.mark.parametrize("bound", [False, True])
def test_prices_are_locked_by_who_may_write_the_order(office: Office, bound: bool) -> None:
    order = document(office.boss, "salesorders")
    path = f"{order.address}/Microsoft.Dynamics.CRM.LockSalesOrderPricing" if bound else "LockSalesOrderPricing"
    office.may("Global", *READING)

    assert office.app.refusal("POST", path, {"SalesOrderId": order.id}) == MISSING
    again = {"entityLogicalName": "salesorder", "entityId": order.id}
    assert office.app.refusal("POST", "RecalculatePrice", again) == MISSING


def test_a_salesperson_registers_no_webhooks(office: Office) -> None:
    office.assign("systemusers", office.user, office.role_named("Salesperson"))
    body = {"name": "Litware", "contract": 8, "url": "https://litware.example", "authtype": 4, "authvalue": "s3cret"}

    assert office.app.refusal("POST", "serviceendpoints", body) == MISSING
    assert office.app.refusal("GET", "serviceendpoints") == MISSING


def test_a_salesperson_posts_on_an_order(office: Office) -> None:
    office.assign("systemusers", office.user, office.role_named("Salesperson"))
    order = document(office.app, "salesorders")

    row = office.app.create("posts", text="Called", regardingobjectid_salesorder_at_bind=f"/{order.address}")

    assert office.app.get(f"posts({row})")["text"] == "Called"
