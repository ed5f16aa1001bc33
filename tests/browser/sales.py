"""The organization as an administrator sees it: what the page of salespeople does not offer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests

from tests.browser.conftest import Demo

PRODUCT = "1101"


@dataclass(frozen=True)
class Trade:
    """What is sold in which currency, and what it comes to: the quote, the order as it was revised (``net`` and with
    VAT), the invoice of two of its three desks and the one of the rest, and a first payment."""

    currency: str
    firm: str
    price: str
    quoted: str
    net: str
    total: str
    first: str
    second: str
    paid: str
    rest: str


class Sales:
    """The organization as an administrator sees it: what the page of salespeople does not offer."""

    def __init__(self, demo: Demo) -> None:
        about = json.loads((demo.home / "sandbox.json").read_text())
        self.url = about["url"]
        asked = {**demo.client("administrator"), "grant_type": "client_credentials", "scope": f"{self.url}/.default"}
        token = requests.post(about["token_endpoint"], asked, timeout=10).json()["access_token"]
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {token}"

    def rows(self, query: str) -> list[dict[str, Any]]:
        answer = self.http.get(f"{self.url}/api/data/v9.2/{query}", timeout=10)
        assert answer.ok, answer.text
        return list(answer.json()["value"])

    def create(self, table: str, **values: Any) -> str:
        answer = self.http.post(f"{self.url}/api/data/v9.2/{table}", json=values, timeout=10)
        assert answer.ok, answer.text
        return answer.headers["OData-EntityId"].split("(")[-1].rstrip(")")

    def change(self, row: str, **values: Any) -> None:
        answer = self.http.patch(f"{self.url}/api/data/v9.2/{row}", json=values, timeout=10)
        assert answer.ok, answer.text

    def open_price_list(self, trade: Trade) -> str:
        """An account of the firm and a price list in its currency with one product; answers the product's name."""
        currency = self.one("transactioncurrencies", "isocurrencycode", trade.currency)["transactioncurrencyid"]
        peter = self.one("systemusers", "fullname", "Peter Saddow")["systemuserid"]
        product = self.one("products", "productnumber", PRODUCT)
        money = {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({currency})"}
        owner = {"ownerid@odata.bind": f"/systemusers({peter})"}
        self.create("accounts", name=trade.firm, customertypecode=3, **owner, **money)
        prices = self.create("pricelevels", name=f"Prices in {trade.currency}", **money)
        about = {
            "pricelevelid@odata.bind": f"/pricelevels({prices})",
            "productid@odata.bind": f"/products({product['productid']})",
            "uomid@odata.bind": f"/uoms({product['_defaultuomid_value']})",
        }
        self.create("productpricelevels", amount=float(trade.price), **about)
        return str(product["name"])

    def one(self, table: str, column: str, value: str) -> dict[str, Any]:
        [row] = self.rows(f"{table}?$filter={column} eq '{value}'")
        return row
