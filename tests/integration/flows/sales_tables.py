"""The tables of Sales that orders are made of, as an organization in memory has them."""

from __future__ import annotations

from dataclasses import replace

from integration.documents.sources import ADDRESSES
from integration.systems.values import Field, FieldType, Option, Table
from tests.makers import crm_tables, moment, option, reference, table, text

STATES = tuple(Option(*one) for one in enumerate(("Active", "Submitted", "Canceled", "Fulfilled", "Invoiced")))
QUOTE_STATES = tuple(Option(*one) for one in enumerate(("Draft", "Active", "Won", "Closed")))
PRODUCT_STATES = tuple(Option(*one) for one in enumerate(("Active", "Retired", "Draft", "Under Revision")))
TYPES = tuple(Option(*one) for one in ((1, "Sales Inventory"), (2, "Miscellaneous Charges"), (3, "Services")))
TERMS = tuple(Option(*one) for one in ((1, "Net 30"), (2, "2% 10, Net 30")))
METHODS = tuple(Option(*one) for one in ((1, "Airborne"), (2, "DHL")))
FREIGHT = tuple(Option(*one) for one in ((1, "FOB"), (2, "No Charge")))


def money(name: str) -> Field:
    return Field(name, FieldType.DECIMAL, scale=4)


def memo(name: str) -> Field:
    return Field(name, FieldType.MEMO)


def sales_tables() -> list[Table]:
    """Accounts, contacts, users and currencies, and what orders need besides."""
    return [*crm_tables(), *_goods(), _order(), _line(), _note(), quote_table(), quote_lines()]


def _goods() -> list[Table]:
    return [
        table("uomschedule", "Unit Group", [text("name")]),
        table("uom", "Unit", [text("name"), reference("uomscheduleid", "uomschedule")]),
        table("product", "Product", [
            text("name"), text("productnumber"), option("statecode", PRODUCT_STATES), option("producttypecode", TYPES),
        ]),
    ]  # fmt: skip


def _order() -> Table:
    order = table("salesorder", "Order", [
        text("name", 300), text("ordernumber"), text("bci_number", 20), option("statecode", STATES),
        Field("statuscode", FieldType.INTEGER), moment("lastbackofficesubmit"), moment("modifiedon"),
        reference("customerid", "account", "contact"), reference("transactioncurrencyid", "transactioncurrency"),
        reference("quoteid", "quote"), moment("requestdeliveryby"), memo("description"),
        option("shippingmethodcode", METHODS), option("paymenttermscode", TERMS), option("freighttermscode", FREIGHT),
        Field("discountpercentage", FieldType.DECIMAL, scale=5),
        *map(money, ("discountamount", "freightamount", "totalamountlessfreight", "totalamount", "totaltax")),
        *(text(name, 250) for name in ADDRESSES),
    ])  # fmt: skip
    return replace(order, state_field="statecode")


def _line() -> Table:
    return table("salesorderdetail", "Order Product", [
        reference("salesorderid", "salesorder"), reference("productid", "product"), reference("uomid", "uom"),
        Field("quantity", FieldType.DECIMAL, scale=5), memo("description"), text("productdescription", 500),
        Field("sequencenumber", FieldType.INTEGER), Field("lineitemnumber", FieldType.INTEGER),
        *map(money, ("priceperunit", "volumediscountamount", "manualdiscountamount", "tax", "extendedamount")),
    ], named="productdescription")  # fmt: skip


def quote_table() -> Table:
    """As orders are, with revisions and days."""
    own = ("ordernumber", "bci_number", "lastbackofficesubmit", "quoteid", "statecode")
    shared = [field for name, field in _order().fields.items() if name not in own]
    days = (Field("effectivefrom", FieldType.DATE), Field("effectiveto", FieldType.DATE))
    states = option("statecode", QUOTE_STATES)
    return table(
        "quote", "Quote", [text("quotenumber"), Field("revisionnumber", FieldType.INTEGER), states, *days, *shared]
    )


def quote_lines() -> Table:
    shared = [field for name, field in _line().fields.items() if name != "salesorderid"]
    return table("quotedetail", "Quote Product", [reference("quoteid", "quote"), *shared], named="productdescription")


def _note() -> Table:
    return table("annotation", "Note", [
        reference("objectid", "salesorder", "quote"), memo("notetext"), Field("isdocument", FieldType.BOOLEAN),
    ], named="notetext")  # fmt: skip
