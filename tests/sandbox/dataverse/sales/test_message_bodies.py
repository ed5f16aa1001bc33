"""The bodies of the sales messages over HTTP: what each needs, how it says what is wrong, what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.writer import NOBODY
from tests.sandbox.trade import Document, document

CRM = "Microsoft.Dynamics.CRM"
CLOSERS = {
    "WinOpportunity": ("OpportunityClose", "opportunityid", "opportunities"),
    "LoseOpportunity": ("OpportunityClose", "opportunityid", "opportunities"),
    "WinQuote": ("QuoteClose", "quoteid", "quotes"),
    "CloseQuote": ("QuoteClose", "quoteid", "quotes"),
    "FulfillSalesOrder": ("OrderClose", "salesorderid", "salesorders"),
    "CancelSalesOrder": ("OrderClose", "salesorderid", "salesorders"),
}
MAKERS = {
    "GenerateQuoteFromOpportunity": ("OpportunityId", "opportunities", "quotes"),
    "GenerateSalesOrderFromOpportunity": ("OpportunityId", "opportunities", "salesorders"),
    "GenerateInvoiceFromOpportunity": ("OpportunityId", "opportunities", "invoices"),
    "ConvertQuoteToSalesOrder": ("QuoteId", "quotes", "salesorders"),
    "ConvertSalesOrderToInvoice": ("SalesOrderId", "salesorders", "invoices"),
    "ReviseQuote": ("QuoteId", "quotes", "quotes"),
}
LOCKERS = {
    "LockSalesOrderPricing": ("SalesOrderId", "salesorders"),
    "UnlockSalesOrderPricing": ("SalesOrderId", "salesorders"),
    "LockInvoicePricing": ("InvoiceId", "invoices"),
    "UnlockInvoicePricing": ("InvoiceId", "invoices"),
}
ALL = {"AllColumns": True}
TABLES = {"quotes": "quote", "salesorders": "salesorder", "invoices": "invoice"}


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    running = Sandbox(Options(str(tmp_path_factory.mktemp("sales") / "organization.sqlite3")))
    running.start()
    yield Caller(running.ready, "administrator")
    running.stop()


def open_document(call: Caller, set_name: str) -> Document:
    deal = document(call, set_name)
    if set_name == "quotes":
        assert deal.change(statecode=1).status_code == 204
    return deal


def state(deal: Document) -> int:
    found: int = deal.row()["statecode"]
    return found


def closing_body(name: str, deal: Document) -> dict[str, Any]:
    parameter, lookup, _ = CLOSERS[name]
    return {"Status": -1, parameter: {f"{lookup}@odata.bind": f"/{deal.address}"}}


@pytest.mark.parametrize("name", sorted(CLOSERS))
def test_a_closing_without_a_status_or_an_activity_closes_nothing(call: Caller, name: str) -> None:
    parameter, lookup, set_name = CLOSERS[name]
    deal = open_document(call, set_name)
    before, good = state(deal), closing_body(name, deal)
    wrong: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({"Status": None}, (400, "0x80060888")),
        ({"Status": "3"}, (400, "0x80060888")),
        ({"Status": True}, (400, "0x80060888")),
        ({"Status": 1.5}, (400, "0x80060888")),
        ({"Status": 77}, (400, "0x80048408")),
        ({parameter: None}, (400, "0x80060888")),
        ({parameter: []}, (400, "0x80060888")),
        ({parameter: {}}, (400, "0x80040203")),
        ({parameter: {f"{lookup}@odata.bind": f"/{set_name}({NOBODY})"}}, (404, "0x80040217")),
        ({parameter: {f"{lookup}@odata.bind": f"/accounts({NOBODY})"}}, (400, "0x80048d19")),
        ({parameter: {**good[parameter], "colour": "red"}}, (400, "0x80048d19")),
        ({parameter: {**good[parameter], "subject": "x" * 201}}, (400, "0x80044331")),
        ({parameter: {**good[parameter], "actualend": "soon"}}, (400, "0x80048d19")),
    ]

    for part, refusal in wrong:
        assert call.refusal("POST", name, {**good, **part}) == refusal, part
    assert state(deal) == before

    answer = call("POST", name, {**good, "colour": "red"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert state(deal) != before


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_a_document_is_made_of_one_that_is_named_and_shown_as_it_is_asked_for(call: Caller, name: str) -> None:
    parameter, set_name, target = MAKERS[name]
    deal = open_document(call, set_name)
    count = f"{target}?$apply=aggregate($count as rows)"
    before = call.rows(count)
    wrong: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({parameter: None}, (400, "0x80060888")),
        ({parameter: "Adatum"}, (400, "0x80060888")),
        ({parameter: 5}, (400, "0x80060888")),
        ({parameter: NOBODY}, (404, "0x80040217")),
        ({"ColumnSet": None}, (400, "0x80060888")),
        ({"ColumnSet": ["name"]}, (400, "0x80060888")),
        ({"ColumnSet": {"Columns": "name"}}, (400, "0x80060888")),
        ({"ColumnSet": {"Columns": ["colour"]}}, (400, "0x80041103")),
        ({"ColumnSet": {"Columns": [5]}}, (400, "0x80041103")),
    ]
    for part, refusal in wrong:
        assert call.refusal("POST", name, {parameter: deal.id, "ColumnSet": ALL, **part}) == refusal, part
    assert call.rows(count) == before

    body = {parameter: deal.id, "ColumnSet": {"Columns": ["name", "ownerid"]}}
    answer = call("POST", name, body)

    assert answer.status_code == 200
    found = answer.json()
    assert found["@odata.type"] == f"#{CRM}.{TABLES[target]}"
    assert found["name"] == "Bicycles for Adatum"
    assert "_ownerid_value" in found
    assert "statecode" not in found
    assert call.rows(count)[0]["rows"] == before[0]["rows"] + 1


def test_all_columns_come_when_all_are_asked_for(call: Caller) -> None:
    deal = open_document(call, "opportunities")

    found = call("POST", "GenerateQuoteFromOpportunity", {"OpportunityId": deal.id, "ColumnSet": ALL}).json()

    row = call.get(f"quotes({found['quoteid']})")
    assert set(row) - {"@odata.context"} <= set(found)


@pytest.mark.parametrize(
    ("part", "refusal"),
    [
        ({"QuoteCloseDate": "soon"}, (400, "0x80040239")),
        ({"QuoteCloseDate": 5}, (400, "0x80040239")),
        ({"QuoteCloseDate": "1700-01-01"}, (400, "0x80040239")),
        ({"QuoteCloseStatus": 5}, (400, "0x80048408")),
        ({"QuoteCloseStatus": 77}, (400, "0x80048408")),
    ],
)
def test_the_end_of_a_converted_quote_is_one_that_can_be(
    call: Caller, part: dict[str, Any], refusal: tuple[int, str]
) -> None:
    deal = open_document(call, "quotes")

    body = {"QuoteId": deal.id, "ColumnSet": ALL, **part}
    assert call.refusal("POST", "ConvertQuoteToSalesOrder", body) == refusal
    assert state(deal) == 1


def test_the_end_of_a_converted_quote_is_told_with_the_conversion(call: Caller) -> None:
    deal = open_document(call, "quotes")
    said = {"QuoteCloseSubject": "Signed", "QuoteCloseDescription": "In Bath", "QuoteCloseDate": "2026-02-27T10:00:00Z"}

    call("POST", "ConvertQuoteToSalesOrder", {"QuoteId": deal.id, "ColumnSet": ALL, "QuoteCloseStatus": 4, **said})

    (activity,) = call.rows(f"quotecloses?$filter=_quoteid_value eq {deal.id}")
    assert (activity["subject"], activity["description"]) == ("Signed", "In Bath")
    assert activity["actualend"] == "2026-02-27T10:00:00Z"
    assert deal.row()["closedon"] == "2026-02-27"


@pytest.mark.parametrize("name", sorted(LOCKERS))
def test_prices_are_locked_of_a_document_that_is_named(call: Caller, name: str) -> None:
    parameter, set_name = LOCKERS[name]
    deal = document(call, set_name)
    first = name if name.startswith("Lock") else name.removeprefix("Un").replace("lock", "Lock", 1)
    if name.startswith("Unlock"):
        assert call("POST", first, {parameter: deal.id}).status_code == 204
    for body, refusal in (
        ({}, (400, "0x80060888")),
        ({parameter: "Adatum"}, (400, "0x80060888")),
        ({parameter: NOBODY}, (404, "0x80040217")),
    ):
        assert call.refusal("POST", name, body) == refusal

    assert call("POST", f"{deal.address}/{CRM}.{name}", {}).status_code == 204
    assert deal.row()["ispricelocked"] is name.startswith("Lock")
    assert call.refusal("POST", name, {parameter: deal.id})[1] in ("0x80043b1d", "0x80043b1e")


@pytest.mark.parametrize(
    ("name", "body", "refusal"),
    [
        ("RecalculatePrice", {}, (400, "0x80060888")),
        ("RecalculatePrice", {"entityId": NOBODY}, (400, "0x80040203")),
        ("RecalculatePrice", {"entityLogicalName": "account", "entityId": NOBODY}, (400, "0x80040203")),
        ("RecalculatePrice", {"entityLogicalName": 5, "entityId": NOBODY}, (400, "0x80040203")),
        ("RecalculatePrice", {"entityLogicalName": "quote"}, (400, "0x80060888")),
        ("RecalculatePrice", {"entityLogicalName": "quote", "entityId": NOBODY}, (404, "0x80040217")),
        ("CalculatePrice", {}, (400, "0x80040203")),
        ("CalculatePrice", {"Target": "quote"}, (400, "0x80040203")),
        ("CalculatePrice", {"Target": {"@odata.type": f"#{CRM}.account"}}, (400, "0x80040203")),
        ("CalculatePrice", {"Target": {"@odata.type": f"#{CRM}.quote"}}, (400, "0x80060888")),
        ("CalculatePrice", {"Target": {"@odata.type": f"#{CRM}.quotedetail"}}, (400, "0x80060888")),
        (
            "CalculatePrice",
            {"Target": {"@odata.type": f"{CRM}.quotedetail"}, "ParentId": NOBODY},
            (404, "0x80040217"),
        ),
    ],
)
def test_prices_are_worked_out_of_a_document_that_is_named(
    call: Caller, name: str, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert call.refusal("POST", name, body) == refusal


def test_prices_are_worked_out_by_document_or_by_line(call: Caller) -> None:
    quote = document(call, "quotes")

    for body in (
        {"Target": {"@odata.type": f"#{CRM}.quote", "quoteid": quote.id}},
        {"Target": {"@odata.type": f"#{CRM}.quotedetail"}, "ParentId": quote.id},
    ):
        assert call("POST", "CalculatePrice", body).status_code == 204


@pytest.mark.parametrize("body", ["quote", [], 5])
@pytest.mark.parametrize("name", ["WinQuote", "ReviseQuote", "RecalculatePrice", "CalculatePrice"])
def test_a_body_that_is_no_object_is_refused(call: Caller, name: str, body: Any) -> None:
    status, code = call.refusal("POST", name, body)

    assert status == 400
    assert code.startswith("0x8")


@pytest.mark.parametrize("path", [f"quotes/{CRM}.FulfillSalesOrder", f"salesorders/{CRM}.WinQuote", f"quotes/{CRM}.X"])
def test_a_message_of_another_table_is_no_resource(call: Caller, path: str) -> None:
    assert call.refusal("POST", path, {})[0] == 404
