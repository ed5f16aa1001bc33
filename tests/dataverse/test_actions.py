"""Winning, revising, fulfilling: what is asked of the Web API, and what becomes of an answer that got lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.session import Credentials, Session
from integration.dataverse.writing.actions import ACTIONS, Actor
from integration.http import Limits, Transport
from integration.systems.errors import BadAnswer, PrivilegeMissing, Refused, Unreachable
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart

JSON = {"Content-Type": "application/json"}
ID = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
MADE = uuid.UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
ABSENT = {"error": {"code": "0x8006088a", "message": "Resource not found for the segment 'FulfillSalesOrder'."}}


class Sales:
    """An organization that answers actions with what a test says."""

    def __init__(self, server: Counterpart) -> None:
        self.server, self.answers, self.state = server, list[Says](), 0
        server.route = self.route
        credentials = Credentials("adatum.example", "client", "s3cret", f"{server.url}/token")
        transport = Transport(Limits(read=2, deadline=2))
        self.session = Session(server.url, credentials, transport=transport, sleep=lambda seconds: None)
        self.actor = Actor(self.session, lambda table, row: self.state)

    def route(self, asked: Asked) -> Says:
        if asked.path == "/token":
            return Says(200, {"access_token": "first", "expires_in": 3599}, JSON)
        return self.answers.pop(0) if self.answers else Says(204)

    @property
    def calls(self) -> list[tuple[str, Any]]:
        asked = self.server.asked_for("/api/data/v9.2/")
        return [(each.path.removeprefix("/api/data/v9.2/"), each.json()) for each in asked]


@pytest.fixture
def sales() -> Iterator[Sales]:
    with counterpart() as server:
        made = Sales(server)
        yield made
        made.session.close()


COLUMNS = {"AllColumns": False}


@pytest.mark.parametrize(("table", "verb", "given", "path", "body"), [
    ("opportunity", "win_opportunity", {"subject": "Signed"}, "WinOpportunity", {"Status": 3, "OpportunityClose": {
        "@odata.type": "#Microsoft.Dynamics.CRM.opportunityclose", "opportunityid@odata.bind": f"/opportunities({ID})",
        "subject": "Signed"}}),
    ("opportunity", "lose_opportunity", {"status": 5}, "LoseOpportunity", {"Status": 5, "OpportunityClose": {
        "@odata.type": "#Microsoft.Dynamics.CRM.opportunityclose",
        "opportunityid@odata.bind": f"/opportunities({ID})"}}),
    ("quote", "win_quote", {}, "WinQuote", {"Status": 4, "QuoteClose": {
        "@odata.type": "#Microsoft.Dynamics.CRM.quoteclose", "quoteid@odata.bind": f"/quotes({ID})"}}),
    ("quote", "close_quote", {"status": 5, "description": "Too dear"}, "CloseQuote", {"Status": 5, "QuoteClose": {
        "@odata.type": "#Microsoft.Dynamics.CRM.quoteclose", "quoteid@odata.bind": f"/quotes({ID})",
        "description": "Too dear"}}),
    ("salesorder", "fulfill_order", {"status": 100002},
     "salesorders/Microsoft.Dynamics.CRM.FulfillSalesOrder", {"Status": 100002, "OrderClose": {
        "@odata.type": "#Microsoft.Dynamics.CRM.orderclose", "salesorderid@odata.bind": f"/salesorders({ID})"}}),
    ("salesorder", "cancel_order", {}, "CancelSalesOrder", {"Status": 4, "OrderClose": {
        "@odata.type": "#Microsoft.Dynamics.CRM.orderclose", "salesorderid@odata.bind": f"/salesorders({ID})"}}),
    ("salesorder", "lock_pricing", {}, "LockSalesOrderPricing", {"SalesOrderId": str(ID)}),
    ("invoice", "unlock_pricing", {}, "UnlockInvoicePricing", {"InvoiceId": str(ID)}),
])  # fmt: skip
def test_an_action_is_asked_for_as_the_protocol_says(
    sales: Sales, table: str, verb: str, given: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    assert sales.actor.perform(table, ID, verb, given) is None

    assert sales.calls == [(path, body)]


@pytest.mark.parametrize(("table", "verb", "message", "parameter", "key"), [
    ("quote", "revise_quote", "ReviseQuote", "QuoteId", "quoteid"),
    ("quote", "convert_quote", "ConvertQuoteToSalesOrder", "QuoteId", "salesorderid"),
    ("salesorder", "convert_order", "ConvertSalesOrderToInvoice", "SalesOrderId", "invoiceid"),
    ("opportunity", "generate_quote", "GenerateQuoteFromOpportunity", "OpportunityId", "quoteid"),
    ("opportunity", "generate_order", "GenerateSalesOrderFromOpportunity", "OpportunityId", "salesorderid"),
    ("opportunity", "generate_invoice", "GenerateInvoiceFromOpportunity", "OpportunityId", "invoiceid"),
])  # fmt: skip
def test_an_action_that_makes_a_record_answers_with_its_id(
    sales: Sales, table: str, verb: str, message: str, parameter: str, key: str
) -> None:
    sales.answers = [Says(200, {"@odata.context": "x", key: str(MADE)}, JSON)]

    assert sales.actor.perform(table, ID, verb, {}) == MADE
    assert sales.calls == [(message, {parameter: str(ID), "ColumnSet": {**COLUMNS, "Columns": [key]}})]


def test_an_order_is_fulfilled_also_where_the_action_is_not_bound_and_the_place_is_remembered(sales: Sales) -> None:
    sales.answers = [Says(404, ABSENT, JSON)]

    for _ in range(2):
        sales.actor.perform("salesorder", ID, "fulfill_order", {})

    bound = "salesorders/Microsoft.Dynamics.CRM.FulfillSalesOrder"
    assert [path for path, _ in sales.calls] == [bound, "FulfillSalesOrder", "FulfillSalesOrder"]


def test_pricing_is_locked_also_where_the_action_is_bound_to_the_row(sales: Sales) -> None:
    message = "No HTTP resource was found that matches the request URI 'x'."
    sales.answers = [Says(404, {"error": {"code": "", "message": message}}, JSON)]

    sales.actor.perform("salesorder", ID, "lock_pricing", {})

    assert sales.calls[-1][0] == f"salesorders({ID})/Microsoft.Dynamics.CRM.LockSalesOrderPricing"


def test_a_missing_privilege_is_not_taken_for_a_missing_action(sales: Sales) -> None:
    message = "Principal user (Id=1) is missing prvWriteSalesOrder privilege"
    sales.answers = [Says(403, {"error": {"code": "0x80040220", "message": message}}, JSON)]

    with pytest.raises(PrivilegeMissing, match="prvWriteSalesOrder"):
        sales.actor.perform("salesorder", ID, "fulfill_order", {})

    assert len(sales.calls) == 1


def test_a_quote_whose_winning_was_not_answered_but_is_won_counts_as_won(sales: Sales) -> None:
    sales.answers, sales.state = [Says(drop=True)], 2

    sales.actor.perform("quote", ID, "win_quote", {})

    assert len(sales.calls) == 1


def test_a_quote_whose_winning_was_not_answered_and_is_still_active_is_told_and_not_won_twice(sales: Sales) -> None:
    sales.answers, sales.state = [Says(drop=True)], 1

    with pytest.raises(Unreachable):
        sales.actor.perform("quote", ID, "win_quote", {})

    assert len(sales.calls) == 1


def test_a_revision_whose_answer_got_lost_is_never_asked_for_twice(sales: Sales) -> None:
    sales.answers = [Says(drop=True)]

    with pytest.raises(Unreachable):
        sales.actor.perform("quote", ID, "revise_quote", {})

    assert len(sales.calls) == 1


def test_what_the_organization_says_to_an_action_reaches_the_person(sales: Sales) -> None:
    message = "The quote cannot be closed because it is not in the correct state."
    sales.answers = [Says(400, {"error": {"code": "0x80100003", "message": message}}, JSON)]

    with pytest.raises(Refused, match="correct state"):
        sales.actor.perform("quote", ID, "win_quote", {})


def test_an_argument_the_action_does_not_take_is_refused_before_anything_is_sent(sales: Sales) -> None:
    with pytest.raises(Refused, match="discount"):
        sales.actor.perform("quote", ID, "win_quote", {"discount": 5})

    assert sales.calls == []


@pytest.mark.parametrize("told", [{}, {"quoteid": "no id"}, []])
def test_an_answer_without_the_new_record_is_a_bad_answer(sales: Sales, told: dict[str, Any] | list[Any]) -> None:
    sales.answers = [Says(200, told, JSON)]

    with pytest.raises(BadAnswer):
        sales.actor.perform("quote", ID, "revise_quote", {})


def test_every_action_that_closes_a_record_says_in_which_state_it_ends() -> None:
    closing = {name for verbs in ACTIONS.values() for name, action in verbs.items() if action.takes}

    assert closing == {name for verbs in ACTIONS.values() for name, action in verbs.items() if action.state is not None}
