"""One document out of another: orders from quotes, invoices from orders, revisions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from integration.sandbox.dataverse.sales.messages import ACTIONS
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.sales.closings import closing, state, won_quote
from tests.sandbox.trade import Document, amounts, document, on_sale, price_list

KEYS = {"quotes": "quoteid", "salesorders": "salesorderid", "invoices": "invoiceid"}


def made(call: Caller, message: str, parameter: str, source: Document, kind: str, **more: Any) -> Document:
    """The document that a message makes."""
    body = {parameter: source.id, "ColumnSet": {"AllColumns": False, "Columns": [KEYS[kind]]}, **more}
    answer = call("POST", message, body)
    assert answer.status_code == 200, answer.text
    return Document(call, kind, answer.json()[KEYS[kind]])


def adatum(call: Caller) -> dict[str, str]:
    account = call.create("accounts", name="Adatum")
    return {"customerid_account_at_bind": f"/accounts({account})"}


@pytest.mark.parametrize(("message", "kind"), [
    ("GenerateQuoteFromOpportunity", "quotes"), ("GenerateSalesOrderFromOpportunity", "salesorders"),
    ("GenerateInvoiceFromOpportunity", "invoices"),
])  # fmt: skip
def test_a_document_takes_over_what_the_opportunity_is_about(call: Caller, message: str, kind: str) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    deal = document(call, "opportunities", retail, discountpercentage=10, freightamount=50, **adatum(call))
    deal.add(bicycle, unit, quantity=2, tax=100)
    deal.add(productdescription="Assembly", priceperunit=80)

    found = made(call, message, "OpportunityId", deal, kind)

    row, origin = found.row(), deal.row()
    for name in ("name", "_customerid_value", "_accountid_value", "_pricelevelid_value", "_ownerid_value"):
        assert row[name] == origin[name]
    assert row["_opportunityid_value"] == deal.id
    assert (row["statecode"], row["totalamount"]) == (0, origin["totalamount"])
    assert [(one["productdescription"], one["priceperunit"], one["quantity"]) for one in found.lines()] == [
        (None, 4000, 2), ("Assembly", 80, 1),
    ]  # fmt: skip


def test_a_won_quote_becomes_an_order_with_the_prices_it_promised(call: Caller) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    quote = document(call, "quotes", retail, **adatum(call))
    row = quote.add(bicycle, unit, quantity=2)
    (price,) = call.rows(f"productpricelevels?$filter=_productid_value eq {bicycle}")
    call("PATCH", f"productpricelevels({price['productpricelevelid']})", {"amount": 5000})
    quote.change(statecode=1)
    call("POST", "WinQuote", closing(quote, 4))

    order = made(call, "ConvertQuoteToSalesOrder", "QuoteId", quote, "salesorders")

    (sold,) = order.lines()
    assert amounts(sold, "priceperunit", "baseamount") == (4000, 8000)
    assert sold["_quotedetailid_value"] == row
    assert (order.row()["_quoteid_value"], order.row()["totalamount"]) == (quote.id, 8000)
    assert order.row()["ordernumber"] != quote.row()["quotenumber"]


def test_an_active_quote_is_won_by_its_conversion(call: Caller) -> None:
    quote = document(call, "quotes")
    quote.change(statecode=1)

    made(call, "ConvertQuoteToSalesOrder", "QuoteId", quote, "salesorders", QuoteCloseSubject="They called",
         QuoteCloseDate="2026-03-01T09:00:00Z", QuoteCloseStatus=4)  # fmt: skip

    assert (state(quote), quote.row()["closedon"]) == ((2, 4), "2026-03-01")
    assert [row["subject"] for row in call.rows(f"quotes({quote.id})/Quote_QuoteClose")] == ["They called"]


def test_a_draft_is_not_converted(call: Caller) -> None:
    quote = document(call, "quotes")

    body = {"QuoteId": quote.id, "ColumnSet": {"AllColumns": True}}

    assert call.refusal("POST", "ConvertQuoteToSalesOrder", body) == (400, "0x80048408")


def test_an_order_becomes_an_invoice_and_stays_as_it_is(call: Caller) -> None:
    order = document(call, "salesorders", freightamount=20, **adatum(call))
    row = order.add(productdescription="Bicycle", priceperunit=300, tax=60)
    order.change(statecode=1)

    bill = made(call, "ConvertSalesOrderToInvoice", "SalesOrderId", order, "invoices")

    assert (bill.row()["_salesorderid_value"], bill.row()["totalamount"]) == (order.id, 380)
    assert bill.lines()[0]["_salesorderdetailid_value"] == row
    assert (state(order)[0], state(bill)) == (1, (0, 1))


@pytest.mark.parametrize("ended", [2, 4])
def test_a_canceled_or_invoiced_order_becomes_no_invoice(call: Caller, ended: int) -> None:
    order = document(call, "salesorders")
    order.change(statecode=ended)

    body = {"SalesOrderId": order.id, "ColumnSet": {"AllColumns": True}}

    assert call.refusal("POST", "ConvertSalesOrderToInvoice", body) == (400, "0x80048408")


def test_a_column_set_that_names_no_list_is_refused_and_makes_nothing(call: Caller) -> None:
    order = document(call, "salesorders")
    body = {"SalesOrderId": order.id, "ColumnSet": {"Columns": True}}

    assert call("POST", "ConvertSalesOrderToInvoice", body).status_code == 400
    assert call.rows(f"invoices?$filter=_salesorderid_value eq {order.id}") == []


def test_an_active_quote_is_revised_under_its_number(call: Caller) -> None:
    quote = document(call, "quotes")
    quote.add(productdescription="Bicycle", priceperunit=300)
    quote.change(statecode=1)

    second = made(call, "ReviseQuote", "QuoteId", quote, "quotes")

    assert (state(quote), state(second)) == ((3, 7), (0, 1))
    first, row = quote.row(), second.row()
    assert (row["quotenumber"], row["revisionnumber"]) == (first["quotenumber"], 1)
    assert row["totalamount"] == 300
    assert call.refusal("POST", "ReviseQuote", {"QuoteId": quote.id, "ColumnSet": {}}) == (400, "0x80048d00")
    assert call.refusal("POST", "ReviseQuote", {"QuoteId": second.id, "ColumnSet": {}}) == (400, "0x80048d00")


def test_a_closed_quote_is_revised_and_keeps_its_reason(call: Caller) -> None:
    quote = document(call, "quotes")
    quote.change(statecode=1)
    call("POST", "CloseQuote", closing(quote, 5))

    second = made(call, "ReviseQuote", "QuoteId", quote, "quotes")

    assert state(quote) == (3, 5)
    second.change(statecode=1)
    third = made(call, "ReviseQuote", "QuoteId", second, "quotes")
    assert third.row()["revisionnumber"] == 2


def test_a_won_quote_is_not_revised(call: Caller) -> None:
    body = {"QuoteId": won_quote(call).id, "ColumnSet": {"AllColumns": True}}

    assert call.refusal("POST", "ReviseQuote", body) == (400, "0x80048408")


def test_the_answer_holds_the_columns_that_are_asked_for(call: Caller) -> None:
    quote = won_quote(call)

    def ask(**columns: Any) -> Any:
        return call("POST", "ConvertQuoteToSalesOrder", {"QuoteId": quote.id, "ColumnSet": columns}).json()

    few = ask(AllColumns=False, Columns=["name", "quoteid", "totalamount"])
    assert few["@odata.type"] == "#Microsoft.Dynamics.CRM.salesorder"
    assert {name for name in few if "@" not in name} == {
        "salesorderid", "name", "_quoteid_value", "totalamount", "_transactioncurrencyid_value",
    }  # fmt: skip
    assert "ordernumber" in ask(AllColumns=True)
    assert ask(AllColumns=False, Columns=["nothing"])["error"]["code"] == "0x80041103"


def test_a_quote_can_go_when_its_order_is_long_fulfilled(call: Caller) -> None:
    quote = document(call, "quotes")
    quote.add(productdescription="Bicycle", priceperunit=300)
    quote.change(statecode=1)
    order = made(call, "ConvertQuoteToSalesOrder", "QuoteId", quote, "salesorders")
    call("POST", "FulfillSalesOrder", closing(order, 100001))

    assert call("DELETE", quote.address).status_code == 204

    assert (order.row()["_quoteid_value"], order.lines()[0]["_quotedetailid_value"]) == (None, None)


@pytest.mark.scenario("CRMBusLogicSimulatorTest.SalesOrderAmountsShouldBeRecalculatedOnLineModify")
def test_an_order_is_worked_out_again_whenever_a_line_or_its_discounts_change(call: Caller) -> None:
    deal = document(call, "opportunities")  # where a volume discount can be given
    for quantity in (1, 2):
        deal.add(productdescription="Bicycles", quantity=quantity, priceperunit=1, volumediscountamount=280)
    order = made(call, "GenerateSalesOrderFromOpportunity", "OpportunityId", deal, "salesorders")
    first, second = (f"salesorderdetails({row['salesorderdetailid']})" for row in order.lines())

    values = {"quantity": 10, "priceperunit": 4000, "manualdiscountamount": 400, "tax": 5000}
    call("PATCH", first, values)
    call("PATCH", second, {**values, "quantity": 5, "manualdiscountamount": 250, "tax": 3000})

    row = call.get(first)
    assert (row["baseamount"], row["extendedamount"]) == ((4000 - 280) * 10, (4000 - 280) * 10 - 400 + 5000)
    net = 37200 - 400 + 18600 - 250
    names = ("totallineitemamount", "totalamountlessfreight", "totaltax", "totalamount")
    assert amounts(order.row(), *names) == (net, net, 8000, net + 8000)
    assert amounts(order.row(), "totallineitemdiscountamount", "totaldiscountamount") == (650, 650)

    order.change(discountamount=3500, freightamount=1020, discountpercentage=9)

    percentage = Decimal("4963.5")
    less = net - percentage - 3500
    assert amounts(order.row(), *names) == (net, less, 8000, less + 1020 + 8000)
    assert order.row()["totaldiscountamount"] == 650 + percentage + 3500


# --- prices --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize(("kind", "word", "parameter"), [
    ("salesorders", "SalesOrder", "SalesOrderId"), ("invoices", "Invoice", "InvoiceId"),
])  # fmt: skip
def test_prices_are_locked_and_unlocked(call: Caller, kind: str, word: str, parameter: str, bound: bool) -> None:
    deal = document(call, kind)
    row = deal.add(productdescription="Bicycle", priceperunit=300)

    def ask(message: str) -> int:
        path = f"{deal.address}/Microsoft.Dynamics.CRM.{message}" if bound else message
        return call("POST", path, {parameter: deal.id}).status_code

    assert ask(f"Lock{word}Pricing") == 204
    assert deal.row()["ispricelocked"] is True
    assert deal.line(row)[f"{word.lower()}ispricelocked"] is True
    assert ask(f"Unlock{word}Pricing") == 204
    assert deal.row()["ispricelocked"] is False


def test_the_prices_of_a_submitted_order_are_not_locked(call: Caller) -> None:
    order = document(call, "salesorders")
    order.change(statecode=1)

    assert call.refusal("POST", "LockSalesOrderPricing", {"SalesOrderId": order.id}) == (400, "0x8004022e")


def test_prices_are_worked_out_again_on_demand(call: Caller) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    quote = document(call, "quotes", retail)
    quote.add(bicycle, unit)
    (price,) = call.rows(f"productpricelevels?$filter=_productid_value eq {bicycle}")
    call("PATCH", f"productpricelevels({price['productpricelevelid']})", {"amount": 5000})
    body = {"entityLogicalName": "quote", "entityId": quote.id}

    assert quote.row()["totalamount"] == 4000
    assert call("POST", "RecalculatePrice", body).status_code == 204

    assert quote.row()["totalamount"] == 5000
    call("PATCH", f"productpricelevels({price['productpricelevelid']})", {"amount": 6000})
    (line,) = call.rows(f"quotedetails?$select=quotedetailid&$filter=_quoteid_value eq {quote.id}")
    target = {"@odata.type": "#Microsoft.Dynamics.CRM.quotedetail", "quotedetailid": line["quotedetailid"]}
    assert call("POST", "CalculatePrice", {"Target": target, "ParentId": quote.id}).status_code == 204
    assert quote.row()["totalamount"] == 6000
    target = {"@odata.type": "#Microsoft.Dynamics.CRM.quote", "quoteid": quote.id}
    assert call("POST", "CalculatePrice", {"Target": target}).status_code == 204
    assert call.refusal("POST", "CalculatePrice", {"Target": {"@odata.type": "account"}}) == (400, "0x80040203")
    assert call.refusal("POST", "CalculatePrice", {"Target": "quote"}) == (400, "0x80040203")
    assert call.refusal("POST", "RecalculatePrice", {**body, "entityLogicalName": "account"}) == (400, "0x80040203")


# --- in the schema -------------------------------------------------------------------------------------------


def test_the_schema_declares_every_message_of_sales_with_its_parameters(call: Caller) -> None:
    schema = ElementTree.fromstring(call("GET", "$metadata").content)
    edm = "{http://docs.oasis-open.org/odata/ns/edm}"
    declared = {
        action.get("Name"): [(each.get("Name"), each.get("Type")) for each in action.iter(f"{edm}Parameter")]
        for action in schema.iter(f"{edm}Action")
    }

    assert set(declared) == set(ACTIONS)
    assert declared["WinQuote"] == [("QuoteClose", "mscrm.quoteclose"), ("Status", "Edm.Int32")]
    assert declared["FulfillSalesOrder"][0] == ("entityset", "Collection(mscrm.salesorder)")
    imported = {each.get("Name") for each in schema.iter(f"{edm}ActionImport")}
    assert imported == set(ACTIONS) - {"FulfillSalesOrder"}
