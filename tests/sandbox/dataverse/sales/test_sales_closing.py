"""Winning, losing, fulfilling and canceling, as salespeople ask for it."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.http.batches import change_set, part, request_text, send
from tests.sandbox.dataverse.sales.closings import NAMESPACE, closing, state, won_quote
from tests.sandbox.trade import document

WRONG_STATE = "0x80048408"


def test_a_won_opportunity_keeps_when_why_and_for_how_much(call: Caller) -> None:
    deal = document(call, "opportunities", estimatedvalue=900)
    body = closing(deal, 3, subject="Signed", actualrevenue=1000, actualend="2026-03-01T10:00:00Z")

    assert call("POST", "WinOpportunity", body).status_code == 204

    row = deal.row()
    assert (row["statecode"], row["statuscode"], row["actualvalue"], row["actualclosedate"]) == (
        1, 3, 1000, "2026-03-01",
    )  # fmt: skip
    (close,) = call.rows(f"opportunities({deal.id})/Opportunity_OpportunityClose")
    assert (close["subject"], close["actualrevenue"], close["statecode"]) == ("Signed", 1000, 1)


def test_an_opportunity_that_is_won_without_a_word_brings_what_was_expected(call: Caller) -> None:
    won, lost = document(call, "opportunities", estimatedvalue=900), document(call, "opportunities", estimatedvalue=900)

    call("POST", "WinOpportunity", closing(won, -1))
    call("POST", "LoseOpportunity", closing(lost, 5))

    assert (state(won), won.row()["actualvalue"]) == ((1, 3), 900)
    assert (state(lost), lost.row()["actualvalue"]) == ((2, 5), 0)


def test_a_closed_opportunity_is_not_closed_again_but_can_be_opened(call: Caller) -> None:
    deal = document(call, "opportunities")
    call("POST", "LoseOpportunity", closing(deal, 4))

    assert call.refusal("POST", "WinOpportunity", closing(deal, 3)) == (400, "0x80040515")
    assert deal.change(statecode=0).status_code == 204
    assert call("POST", "WinOpportunity", closing(deal, 3)).status_code == 204


def test_a_quote_is_won_while_it_is_active(call: Caller) -> None:
    quote = document(call, "quotes")
    row = quote.add(productdescription="Bicycle", priceperunit=300)
    assert call.refusal("POST", "WinQuote", closing(quote, 4)) == (400, WRONG_STATE)
    quote.change(statecode=1)

    assert call("POST", "WinQuote", closing(quote, 4, subject="They liked it")).status_code == 204

    assert state(quote) == (2, 4)
    assert quote.row()["closedon"] is not None
    assert quote.line(row)["quotestatecode"] == 2
    (close,) = call.rows(f"quotes({quote.id})/Quote_QuoteClose")
    assert (close["subject"], close["quotenumber"]) == ("They liked it", quote.row()["quotenumber"])
    assert call.refusal("POST", "WinQuote", closing(quote, 4)) == (400, WRONG_STATE)


@pytest.mark.parametrize(("status", "kept"), [(5, 5), (6, 6), (7, 7), (-1, 5)])
def test_a_quote_is_closed_with_a_reason(call: Caller, status: int, kept: int) -> None:
    quote = document(call, "quotes")
    quote.change(statecode=1)

    assert call("POST", "CloseQuote", closing(quote, status)).status_code == 204

    assert state(quote) == (3, kept)


def test_a_reason_belongs_to_the_state_that_is_reached(call: Caller) -> None:
    quote = document(call, "quotes")
    quote.change(statecode=1)

    for status in (5, 0, 999):
        assert call.refusal("POST", "WinQuote", closing(quote, status)) == (400, WRONG_STATE)
    assert call.rows(f"quotes({quote.id})/Quote_QuoteClose") == []


@pytest.mark.parametrize("path", ["FulfillSalesOrder", f"salesorders/{NAMESPACE}FulfillSalesOrder"])
@pytest.mark.parametrize("submitted", [False, True])
def test_an_order_is_fulfilled_by_either_address(call: Caller, path: str, submitted: bool) -> None:
    order = document(call, "salesorders")
    if submitted:
        order.change(statecode=1)

    assert call("POST", path, closing(order, 100002)).status_code == 204

    assert state(order) == (3, 100002)
    assert order.row()["datefulfilled"] is not None
    assert [row["ordernumber"] for row in call.rows(f"salesorders({order.id})/SalesOrder_OrderClose")] == [
        order.row()["ordernumber"]
    ]


def test_a_canceled_order_is_not_fulfilled(call: Caller) -> None:
    order = document(call, "salesorders")

    assert call("POST", "CancelSalesOrder", closing(order, 4)).status_code == 204

    assert state(order) == (2, 4)
    assert call.refusal("POST", "FulfillSalesOrder", closing(order, 100001)) == (400, WRONG_STATE)


def test_a_closing_that_says_too_little_is_refused(call: Caller) -> None:
    quote = document(call, "quotes")
    whole = closing(quote, 4)

    assert call.refusal("POST", "WinQuote", {"QuoteClose": whole["QuoteClose"]}) == (400, "0x80060888")
    assert call.refusal("POST", "WinQuote", {"Status": 4}) == (400, "0x80060888")
    assert call.refusal("POST", "WinQuote", {"Status": 4, "QuoteClose": {}}) == (400, "0x80040203")
    gone = {"quoteid@odata.bind": "/quotes(0f8fad5b-d9cb-469f-a165-70867728950e)"}
    assert call.refusal("POST", "WinQuote", {"Status": 4, "QuoteClose": gone}) == (404, "0x80040217")
    assert call.refusal("GET", "WinQuote")[0] == 404
    assert call.refusal("GET", f"salesorders/{NAMESPACE}FulfillSalesOrder")[0] == 404


def test_closing_activities_go_with_what_they_closed(call: Caller) -> None:
    quote = won_quote(call)
    (close,) = call.rows(f"quotes({quote.id})/Quote_QuoteClose")

    assert call("DELETE", quote.address).status_code == 204

    assert call("GET", f"quotecloses({close['activityid']})").status_code == 404


def test_a_change_set_closes_all_of_its_deals_or_none(call: Caller) -> None:
    won, draft = document(call, "quotes"), document(call, "quotes")
    won.change(statecode=1)
    parts = [part(request_text("POST", "WinQuote", closing(quote, 4)), quote.id) for quote in (won, draft)]

    answer = send(call, change_set(*parts))

    assert WRONG_STATE in answer.text
    assert state(won) == (1, 2)
    assert call.rows(f"quotes({won.id})/Quote_QuoteClose") == []
