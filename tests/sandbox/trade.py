"""What salespeople trade with in the sandbox: units, products, price lists, currencies, and documents about them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests

from tests.sandbox.conftest import Caller

numbers = itertools.count(1)
LINES = {
    "opportunities": ("opportunityproducts", "opportunityid"),
    "quotes": ("quotedetails", "quoteid"),
    "salesorders": ("salesorderdetails", "salesorderid"),
    "invoices": ("invoicedetails", "invoiceid"),
}


def unit_group(call: Caller, unit: str = "PIECE") -> tuple[str, str]:
    """A new unit group and its base unit."""
    group = call.create("uomschedules", name=f"NAV {unit} {next(numbers)}", baseuomname=unit)
    (base,) = call.rows(f"uoms?$filter=_uomscheduleid_value eq {group}")
    return group, base["uomid"]


def product(call: Caller, group: str, unit: str, **values: Any) -> str:
    number = f"P{next(numbers):05d}"
    return call.create(
        "products",
        name="Bicycle",
        productnumber=number,
        defaultuomscheduleid_at_bind=f"/uomschedules({group})",
        defaultuomid_at_bind=f"/uoms({unit})",
        **values,
    )


def price_list(call: Caller, **values: Any) -> str:
    return call.create("pricelevels", name=f"Retail {next(numbers)}", **values)


def currency(call: Caller, code: str, rate: float) -> str:
    return call.create(
        "transactioncurrencies", isocurrencycode=code, currencyname=code, currencysymbol=code, currencyprecision=2,
        exchangerate=rate,
    )  # fmt: skip


def line(price_list: str, product: str, unit: str, **values: Any) -> dict[str, Any]:
    return {
        "pricelevelid@odata.bind": f"/pricelevels({price_list})",
        "productid@odata.bind": f"/products({product})",
        "uomid@odata.bind": f"/uoms({unit})",
        "amount": 10,
        **values,
    }


def on_sale(call: Caller, amount: float | None = None, retail: str = "", **values: Any) -> tuple[str, str]:
    """An active product and its unit, with a price in the list."""
    group, unit = unit_group(call)
    made = product(call, group, unit, **{"quantitydecimal": 2, **values})
    assert call("PATCH", f"products({made})", {"statecode": 0}).status_code == 204
    if amount is not None:
        assert call("POST", "productpricelevels", line(retail, made, unit, amount=amount)).status_code == 204
    return made, unit


@dataclass
class Document:
    """An opportunity, quote, order or invoice and the lines added to it."""

    call: Caller
    set: str
    id: str

    @property
    def address(self) -> str:
        return f"{self.set}({self.id})"

    def row(self) -> dict[str, Any]:
        return self.call.get(self.address)

    def change(self, **values: Any) -> requests.Response:
        return self.call("PATCH", self.address, _bound(values))

    def refused(self, **values: Any) -> str:
        """The code a change is refused with."""
        status, code = self.call.refusal("PATCH", self.address, _bound(values))
        assert status == 400
        return code

    def add(self, product: str = "", unit: str = "", **values: Any) -> str:
        """The id of a new line: of a product, or what ``productdescription`` says."""
        return self.call.create(LINES[self.set][0], **self._line(product, unit, values))

    def refuse_line(self, product: str = "", unit: str = "", **values: Any) -> str:
        body = _bound(self._line(product, unit, values))
        status, code = self.call.refusal("POST", LINES[self.set][0], body)
        assert status == 400
        return code

    def _line(self, product: str, unit: str, values: dict[str, Any]) -> dict[str, Any]:
        about = {"productid_at_bind": f"/products({product})"} if product else {}
        measured = {"uomid_at_bind": f"/uoms({unit})"} if unit else {}
        _, lookup = LINES[self.set]
        return {f"{lookup}_at_bind": f"/{self.address}", **about, **measured, **values}

    def line(self, row: str) -> dict[str, Any]:
        return self.call.get(f"{LINES[self.set][0]}({row})")

    def lines(self) -> list[dict[str, Any]]:
        line_set, lookup = LINES[self.set]
        return self.call.rows(f"{line_set}?$filter=_{lookup}_value eq {self.id}&$orderby=lineitemnumber")


def document(call: Caller, set_name: str, retail: str = "", **values: Any) -> Document:
    listed = {"pricelevelid_at_bind": f"/pricelevels({retail})"} if retail else {}
    return Document(call, set_name, call.create(set_name, name="Bicycles for Adatum", **listed, **values))


def amounts(row: dict[str, Any], *names: str) -> tuple[Decimal, ...]:
    return tuple(row[name] for name in names)


def _bound(values: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("_at_bind", "@odata.bind"): value for name, value in values.items()}
