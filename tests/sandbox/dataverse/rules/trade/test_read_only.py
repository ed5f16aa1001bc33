"""Documents that are no longer in their first state are read-only; some states have messages of their own."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.trade import LINES, document

READ_ONLY = "0x8004022e"
closable = pytest.mark.parametrize(
    ("kind", "state"), [("quotes", 1), ("salesorders", 1), ("salesorders", 3), ("invoices", 2), ("invoices", 3)]
)


@closable
def test_a_document_beyond_its_first_state_is_read_only_until_it_is_set_back(
    call: Caller, kind: str, state: int
) -> None:
    deal = document(call, kind)
    row = deal.add(productdescription="Bicycle", priceperunit=300)
    line = f"{LINES[kind][0]}({row})"
    assert deal.change(statecode=state).status_code == 204

    assert deal.refused(description="Changed") == READ_ONLY
    assert deal.refused(statecode=0, description="Changed") == READ_ONLY
    assert deal.refuse_line(productdescription="Bell") == READ_ONLY
    assert call.refusal("PATCH", line, {"quantity": 2}) == (400, READ_ONLY)
    assert call.refusal("DELETE", line) == (400, READ_ONLY)
    assert deal.change(name="Bicycles for Adatum").status_code == 204  # which is what it says already

    assert deal.change(statecode=0).status_code == 204
    assert deal.change(description="Changed").status_code == 204
    assert call("PATCH", line, {"quantity": 2}).status_code == 204
    assert deal.row()["totalamount"] == 600


@closable
def test_a_read_only_document_can_be_deleted_with_its_lines(call: Caller, kind: str, state: int) -> None:
    deal = document(call, kind)
    row = deal.add(productdescription="Bicycle", priceperunit=300)
    deal.change(statecode=state)

    assert call("DELETE", deal.address).status_code == 204
    assert call("GET", f"{LINES[kind][0]}({row})").status_code == 404


def test_lines_show_the_state_of_their_document(call: Caller) -> None:
    order = document(call, "salesorders")
    row = order.add(productdescription="Bicycle")

    order.change(statecode=1)

    assert order.line(row)["salesorderstatecode"] == 1


@pytest.mark.scenario("CRMBusLogicSimulatorTest.InvoiceIsReadOnlyIfStateIsPaid")
def test_a_paid_invoice_keeps_its_reason(call: Caller) -> None:
    bill = document(call, "invoices")
    bill.change(statecode=2, statuscode=100002)

    assert bill.refused(statuscode=100001) == READ_ONLY
    assert bill.refused(statecode=2, statuscode=100001) == READ_ONLY


@pytest.mark.scenario("CRMBusLogicSimulatorTest.InvoiceIsReadOnlyIfStateIsCancelled")
def test_only_an_active_invoice_is_paid_or_canceled(call: Caller) -> None:
    canceled, paid = document(call, "invoices"), document(call, "invoices")
    canceled.change(statecode=3)
    paid.change(statecode=2)

    assert canceled.refused(statecode=2) == "0x80100000"
    assert paid.refused(statecode=3) == "0x80100001"


def test_only_a_draft_of_a_quote_is_activated(call: Caller) -> None:
    quote = document(call, "quotes")
    quote.change(statecode=1)
    assert quote.change(statecode=0).status_code == 204
    assert quote.change(statecode=1).status_code == 204
    assert quote.row()["statuscode"] == 2


@pytest.mark.parametrize(("kind", "state", "message"), [
    ("opportunities", 1, "WinOpportunity"), ("opportunities", 2, "LoseOpportunity"), ("quotes", 2, "WinQuote"),
    ("quotes", 3, "CloseQuote"),
])  # fmt: skip
def test_deals_are_closed_by_messages_of_their_own_only(call: Caller, kind: str, state: int, message: str) -> None:
    deal = document(call, kind)

    for method, path in (("PATCH", deal.address), ("POST", kind)):
        answer = call(method, path, {"name": "Bicycles", "statecode": state})

        assert answer.json()["error"]["code"] == "0x80100005"
        assert f"use the {message} message instead" in answer.json()["error"]["message"]
