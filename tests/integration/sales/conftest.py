"""CRONUS that sells, and a Sales organization in memory with orders and quotes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from integration.business_central.models import Currency, Customer
from integration.business_central.store import EmbeddedCompany
from integration.connection import systems
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Failure
from integration.systems.memory import MemorySystem
from integration.systems.values import Field, FieldType, Option, Ref, Side, Table
from tests.business_central import trading
from tests.integration.conftest import setup
from tests.makers import account, amount, crm_tables, moment, option, reference, table, text
from tests.people import INTEGRATOR, signed_in

__all__ = ["setup"]

D = Decimal
ORDER_STATES = tuple(
    Option(value, label) for value, label in enumerate(("Active", "Submitted", "Canceled", "Fulfilled", "Invoiced"))
)
QUOTE_STATES = tuple(Option(value, label) for value, label in enumerate(("Draft", "Active", "Won", "Closed")))
REASONS = (Option(1, "In Progress"), Option(4, "Won"), Option(5, "Lost"), Option(6, "Canceled"), Option(7, "Revised"))
TOTALS = ("totalamountlessfreight", "freightamount", "totaltax", "totalamount", "discountamount")


def sales_tables() -> list[Table]:
    """What the pages read of orders and quotes."""
    shared = [
        text("name", 300), reference("customerid", "account", "contact"), moment("createdon"),
        reference("transactioncurrencyid", "transactioncurrency"), *(amount(name) for name in TOTALS),
        Field("discountpercentage", FieldType.DECIMAL, scale=10), option("statuscode", REASONS),
        Field("description", FieldType.MEMO), Field("requestdeliveryby", FieldType.DATE),
    ]  # fmt: skip
    line = [
        text("productdescription", 500), Field("description", FieldType.MEMO),
        Field("lineitemnumber", FieldType.INTEGER), Field("quantity", FieldType.DECIMAL, scale=5),
        Field("priceperunit", FieldType.DECIMAL, scale=4),
        amount("volumediscountamount"), amount("manualdiscountamount"), amount("tax"), amount("extendedamount"),
    ]  # fmt: skip
    order = [text("ordernumber"), option("statecode", ORDER_STATES), moment("submitdate"),
             reference("quoteid", "quote"), moment("lastbackofficesubmit")]  # fmt: skip
    quote = [text("quotenumber"), option("statecode", QUOTE_STATES), Field("revisionnumber", FieldType.INTEGER),
             Field("effectivefrom", FieldType.DATE), Field("effectiveto", FieldType.DATE)]  # fmt: skip
    return [
        table("quote", "Quote", [*quote, *shared], numbered="quotenumber"),
        table("quotedetail", "Quote Product", [reference("quoteid", "quote"), *line], named="productdescription"),
        table("salesorder", "Order", [*order, *shared], numbered="ordernumber"),
        table("salesorderdetail", "Order Product", [reference("salesorderid", "salesorder"), *line],
              named="productdescription"),
    ]  # fmt: skip


@pytest.fixture
def company(db: None) -> EmbeddedCompany:
    trading.open_company()
    return EmbeddedCompany()


@pytest.fixture
def organization() -> MemorySystem:
    currencies = table("transactioncurrency", "Currency", [text("isocurrencycode", 5), text("currencyname"),
                       Field("currencyprecision", FieldType.INTEGER)], named="currencyname")  # fmt: skip
    known = [one for one in crm_tables() if one.name != "transactioncurrency"]
    return MemorySystem(Side.CRM, [*known, currencies, *sales_tables()])


@pytest.fixture
def ends(
    monkeypatch: pytest.MonkeyPatch, company: EmbeddedCompany, organization: MemorySystem
) -> tuple[EmbeddedCompany, MemorySystem]:
    """Both, in the place where the connection opens its systems."""
    monkeypatch.setattr(systems, "open_erp", lambda: company)
    monkeypatch.setattr(systems, "connect", lambda **_: organization)
    return company, organization


@pytest.fixture
def connected(setup: ConnectionSetup) -> ConnectionSetup:
    """Enabled, with order integration and the standard mappings."""
    ConnectionSetup.objects.update(is_enabled=True, order_integration_enabled=True)
    create_missing()
    return ConnectionSetup.current()


@pytest.fixture
def orders(connected: ConnectionSetup) -> TableMapping:
    return TableMapping.objects.get(name="SALESORDER-ORDER")


@pytest.fixture
def quotes(connected: ConnectionSetup) -> TableMapping:
    return TableMapping.objects.get(name="SALESQUOTE-QUOTE")


@pytest.fixture
def integrator(db: None) -> Client:
    """Susan, who creates documents and processes them."""
    return signed_in("susan", INTEGRATOR)


@pytest.fixture
def viewer(db: None) -> Client:
    """Otto, who only looks."""
    return signed_in("otto")


Maker = Callable[..., uuid.UUID]


@pytest.fixture
def sells(organization: MemorySystem) -> Maker:
    """Makes an order or a quote of Sales for Adatum in euros, with lines."""
    euro = organization.add("transactioncurrency", isocurrencycode="EUR", currencyname="Euro", currencyprecision=2)
    adatum = organization.add("account", **account("Adatum"))

    def make(kind: str = "salesorder", *lines: dict[str, Any], number: str = "ORD-1", **values: Any) -> uuid.UUID:
        column = "ordernumber" if kind == "salesorder" else "quotenumber"
        usual = {
            "name": "Desks for Leeds", "customerid": Ref("account", adatum, "Adatum"), "statecode": 1,
            "createdon": dt.datetime(2027, 1, 12, 9, tzinfo=dt.UTC), "totalamountlessfreight": D(200),
            "freightamount": D(0), "totaltax": D(0), "totalamount": D(200),
            "transactioncurrencyid": Ref("transactioncurrency", euro, "Euro"),
        }  # fmt: skip
        id = organization.add(kind, **{column: number, **usual, **values})
        for place, line in enumerate(lines, 1):
            owner = {f"{kind}id": Ref(kind, id), "lineitemnumber": place}
            organization.add(f"{kind}detail", **owner, **line)
        return id

    return make


def make_sound(organization: MemorySystem) -> Customer:
    """Nothing keeps an order of Adatum out any more. Answers the customer."""
    [adatum], [euro] = organization.ids("account"), organization.ids("transactioncurrency")
    organization.edit("account", adatum, customertypecode=3)
    customer = Customer.objects.get(no="ADATUM")
    TableMapping.objects.get(name="CUSTOMER").couplings.couple(customer.pk, adatum)
    TableMapping.objects.get(name="CURRENCY").couplings.couple(Currency.objects.get(code="EUR").pk, euro)
    return customer


def fail(mapping: TableMapping, crm_id: uuid.UUID, code: str, message: str) -> None:
    """A run could not make a document of it."""
    job = SyncJob.objects.create(mapping=mapping, direction="to_erp", kind=SyncJob.Kind.CREATE_ORDERS)
    failure = Failure(Direction.TO_ERP, None, crm_id, code, message, label="ORD-1")
    mapping.errors.model.objects.log(job, [failure])
