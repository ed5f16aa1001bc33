"""A sales desk: the embedded company with what it sells, and an organization in memory where orders are submitted."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

import pytest

from integration import jobs
from integration.business_central.models import (
    Currency,
    Customer,
    GLAccount,
    Item,
    Resource,
    SalesHeader,
    SalesLine,
    SalesReceivablesSetup,
    UnitOfMeasure,
    VatPostingSetup,
    VatProductPostingGroup,
)
from integration.business_central.store import EmbeddedCompany
from integration.connection import systems
from integration.jobs import queue
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, SyncError, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.memory import PERSON, MemorySystem
from integration.systems.values import Ref, Side
from tests.business_central import trading
from tests.integration.flows.sales_tables import sales_tables

D = Decimal
CENT = D("0.01")
CODES = ("GBP", "EUR", "JPY", "KWD")
GOODS = {"DESK": (Item, 1), "LAMP": (Item, 1), "BOOK": (Item, 1), "TENTH": (Item, 1), "FITTER": (Resource, 3)}


class Desk:
    """Customers ADATUM and CONTOSO and all goods are coupled with what is called so in Sales."""

    def __init__(self) -> None:
        trading.open_company()
        create_missing()
        self.erp = EmbeddedCompany()
        self.crm = MemorySystem(Side.CRM, sales_tables())
        self.numbers = count(1)
        setup = ConnectionSetup.current()
        ConnectionSetup.objects.filter(pk=setup.pk).update(
            is_enabled=True, organization_id=self.crm.organization_id, user_id=self.crm.user_id,
            order_integration_enabled=True,
        )  # fmt: skip
        self.accounts = {no: self._account(no) for no in ("ADATUM", "CONTOSO")}
        self.currencies = {code: self._currency(code) for code in CODES}
        self.units = {code: self._unit(code) for code in ("PCS", "HOUR")}
        self.products = {no: self._product(no, *kind) for no, kind in GOODS.items()}

    def couple(self, mapping: str, erp_id: uuid.UUID, crm_id: uuid.UUID) -> None:
        TableMapping.objects.get(name=mapping).couplings.couple(erp_id, crm_id)

    def _account(self, no: str) -> uuid.UUID:
        account = self.crm.add("account", name=no.capitalize(), customertypecode=3, statecode=0)
        self.couple("CUSTOMER", Customer.objects.get(no=no).pk, account)
        return account

    def _currency(self, code: str) -> uuid.UUID:
        found = self.crm.add("transactioncurrency", isocurrencycode=code, currencyname=code)
        ours = Currency.objects.filter(code=code).first()
        if ours is not None:
            self.couple("CURRENCY", ours.pk, found)
        return found

    def _unit(self, code: str) -> uuid.UUID:
        group = self.crm.add("uomschedule", name=f"NAV {code}")
        self.couple("UNIT OF MEASURE", UnitOfMeasure.objects.get(code=code).pk, group)
        return self.crm.add("uom", name=code, uomscheduleid=Ref("uomschedule", group))

    def _product(self, no: str, model: Any, kind: int) -> uuid.UUID:
        product = self.crm.add("product", name=no, productnumber=no, producttypecode=kind, statecode=0)
        mapping = "ITEM-PRODUCT" if model is Item else "RESOURCE-PRODUCT"
        self.couple(mapping, model.objects.get(no=no).pk, product)
        return product

    def sell(self, no: str, rate: int) -> uuid.UUID:
        """One more item, taxed at this rate, and its product."""
        group = VatProductPostingGroup.objects.create(code=f"VAT {rate}")
        VatPostingSetup.objects.create(vat_prod_posting_group=group, vat_identifier=f"VAT{rate:02}", vat_percent=rate)
        unit = UnitOfMeasure.objects.get(code="PCS")
        Item.objects.create(no=no, description=no.capitalize(), base_unit_of_measure=unit, vat_prod_posting_group=group)
        self.products[no] = self._product(no, Item, 1)
        return self.products[no]

    # --- what a salesperson does --------------------------------------------------------------------------------

    def line(self, product: str = "DESK", quantity: Any = 1, price: Any = 100, **more: Any) -> dict[str, Any]:
        """Columns of a line; Sales works out what it comes to."""
        unit = "HOUR" if product == "FITTER" else "PCS"
        named = {"productid": Ref("product", self.products[product], product), "uomid": Ref("uom", self.units[unit])}
        return {**named, "quantity": D(str(quantity)), "priceperunit": D(str(price)), **more}

    @staticmethod
    def write_in(text: str, quantity: Any = 1, price: Any = 350, **more: Any) -> dict[str, Any]:
        return {"productdescription": text, "quantity": D(str(quantity)), "priceperunit": D(str(price)), **more}

    def order(
        self, *lines: Mapping[str, Any], whose: str = "ADATUM", currency: str = "GBP", step: Decimal = CENT, **more: Any
    ) -> uuid.UUID:
        """A submitted order with what Sales makes of its lines and discounts."""
        number = f"ORD-{next(self.numbers):05}"
        entered = [worked_out(line, step) for line in lines]
        net = sum((line["extendedamount"] - line["tax"] for line in entered), D(0))
        percent = rounded(net * D(more.get("discountpercentage") or 0) / 100, step)
        less = net - percent - D(more.get("discountamount") or 0)
        tax = sum((line["tax"] for line in entered), D(0))
        values = {
            "name": f"Order {number}", "ordernumber": number, "statecode": 1, "statuscode": 3,
            "customerid": Ref("account", self.accounts[whose], whose.capitalize()),
            "transactioncurrencyid": Ref("transactioncurrency", self.currencies[currency], currency),
            "totalamountlessfreight": less, "totaltax": tax,
            "totalamount": less + tax + D(more.get("freightamount") or 0), **more,
        }  # fmt: skip
        order = self.crm.add("salesorder", **values)
        for at, line in enumerate(entered, 1):
            self.crm.add("salesorderdetail", salesorderid=Ref("salesorder", order), lineitemnumber=at, **line)
        self.touch(order)
        return order

    def touch(self, order: uuid.UUID, by: uuid.UUID = PERSON, **values: Any) -> None:
        """A person changes an order, or whoever it is."""
        moment = dt.datetime(2027, 1, 15, 8, tzinfo=dt.UTC) + dt.timedelta(seconds=next(self.numbers))
        self.crm.edit("salesorder", order, by, modifiedon=moment, **values)

    def lines(self, order: uuid.UUID) -> list[uuid.UUID]:
        """The lines of an order of Sales, as they were entered."""
        return [id for id in self.crm.ids("salesorderdetail") if self._owner(id) == order]

    def _owner(self, line: uuid.UUID) -> uuid.UUID | None:
        owner = self.crm.values("salesorderdetail", line)["salesorderid"]
        return owner.id if isinstance(owner, Ref) else None

    # --- the pass and what became of it -------------------------------------------------------------------------

    @property
    def mapping(self) -> TableMapping:
        return TableMapping.objects.get(name="SALESORDER-ORDER")

    def run(self, *ids: uuid.UUID, **options: Any) -> SyncJob:
        """The pass, over everything or over these orders."""
        if ids:
            options |= {"scope": Scope.IDS, "ids": ids}
        return jobs.start(
            self.mapping, Direction.TO_ERP, kind=SyncJob.Kind.CREATE_ORDERS, options=Options(**options), inline=True
        )

    def made(self, order: uuid.UUID) -> SalesHeader:
        """The order here that was made of one of Sales."""
        pair = self.mapping.couplings.get(crm_id=order, state="coupled")
        return SalesHeader.objects.get(pk=pair.erp_id)

    def problem(self) -> SyncError:
        """The only open error."""
        return SyncError.objects.open().get()

    def sales(self, order: uuid.UUID, *names: str) -> tuple[Any, ...]:
        values = self.crm.values("salesorder", order)
        return tuple(values[name] for name in names)


def lines_of(header: SalesHeader) -> list[SalesLine]:
    return list(SalesLine.objects.filter(document_no=header.pk).order_by("line_no"))


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    return (amount / step).quantize(D(1), ROUND_HALF_UP) * step


def worked_out(line: Mapping[str, Any], step: Decimal) -> dict[str, Any]:
    volume, manual, tax = (D(str(line.get(name) or 0)) for name in AMOUNTS)
    base = rounded((line["priceperunit"] - volume) * line["quantity"], step)
    given = {"volumediscountamount": volume, "manualdiscountamount": manual, "tax": tax}
    return {"extendedamount": base - manual + tax, **line, **given}


AMOUNTS = ("volumediscountamount", "manualdiscountamount", "tax")


def freight_account() -> None:
    """Name the account of freight."""
    setup = SalesReceivablesSetup.current()
    setup.freight_g_l_account_no = GLAccount.objects.get(no="6810")
    setup.save()


def write_in_product(kind: int = Item.Type.SERVICE, vat: str = "STANDARD") -> None:
    """Make an item that stands for products that are written in, and name it in the setup."""
    Item.objects.create(
        no="WRITE-IN", description="Written in", type=kind, base_unit_of_measure=UnitOfMeasure.objects.get(code="PCS"),
        vat_prod_posting_group=VatProductPostingGroup.objects.get(code=vat),
    )  # fmt: skip
    setup = SalesReceivablesSetup.current()
    setup.write_in_product_no = "WRITE-IN"
    setup.save()


@pytest.fixture
def desk(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Desk:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    made = Desk()
    monkeypatch.setattr(systems, "open_erp", lambda: made.erp)
    monkeypatch.setattr(systems, "open_crm", lambda setup, **_: made.crm)
    return made
