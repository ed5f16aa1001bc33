"""Orders with both real ends: the embedded company, and a Sales organization behind its Web API."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from pytest_django.fixtures import Settings

from integration import jobs
from integration.business_central.models import Currency, Customer, Item, SalesHeader, UnitOfMeasure
from integration.connection.enabling import enable, order_integration_switched
from integration.dataverse import solution
from integration.dataverse.session import Credentials, Session
from integration.jobs import queue
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.filters import Comparison
from integration.systems.system import System, every
from integration.systems.values import Ref, Row
from tests.business_central import trading
from tests.integration.flows.desk import write_in_product
from tests.opened import opened
from tests.organization import demo_organization, fill_in

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal


class Organization:
    """Adatum and Contoso are customers and accounts, goods and units are coupled, euros too."""

    def __init__(self, crm: System, ready: dict[str, Any]) -> None:
        self.crm, self.ready = crm, ready
        trading.open_company()
        create_missing()
        Currency.objects.update(description=F("code"), symbol=F("code"))
        for no, name in (("ADATUM", "Adatum Corporation"), ("CONTOSO", "Trey Research")):
            [account] = every(crm, "account", Comparison("name", "=", name))
            TableMapping.objects.get(name="CUSTOMER").couplings.couple(Customer.objects.get(no=no).pk, account.id)
        for name in ("CURRENCY", "UNIT OF MEASURE", "ITEM-PRODUCT"):
            options = Options(create=True, scope=Scope.EVERYTHING)
            job = jobs.start(TableMapping.objects.get(name=name), Direction.TO_CRM, options=options, inline=True)
            assert (job.status, job.failed) == (SyncJob.Status.FINISHED, 0), list(job.errors.all())

    def partner(self, mapping: str, erp_id: uuid.UUID) -> uuid.UUID:
        return TableMapping.objects.get(name=mapping).couplings.get(erp_id=erp_id).crm_id

    def insert(self, table: str, **values: Any) -> uuid.UUID:
        (written,) = self.crm.insert(table, [Row(uuid.uuid4(), values)])
        assert written.error is None, written.error
        return written.id

    def order(self, *lines: dict[str, Any], whose: str = "ADATUM", currency: str = "", **more: Any) -> uuid.UUID:
        """A submitted order; Sales works out what it comes to."""
        account = self.partner("CUSTOMER", Customer.objects.get(no=whose).pk)
        values: dict[str, Any] = {"name": "Bicycles", "customerid": Ref("account", account), **more}
        if currency:
            euros = self.partner("CURRENCY", Currency.objects.get(code=currency).pk)
            values["transactioncurrencyid"] = Ref("transactioncurrency", euros)
        order = self.insert("salesorder", **values)
        for line in lines:
            self.insert("salesorderdetail", salesorderid=Ref("salesorder", order), **line)
        (written,) = self.crm.update("salesorder", [Row(order, {"statecode": 1, "statuscode": 3})])
        assert written.error is None, written.error
        return order

    def desk(self, quantity: Any, price: Any, **more: Any) -> dict[str, Any]:
        product = self.partner("ITEM-PRODUCT", Item.objects.get(no="DESK").pk)
        group = self.partner("UNIT OF MEASURE", UnitOfMeasure.objects.get(code="PCS").pk)
        [unit] = every(self.crm, "uom", Comparison("uomscheduleid", "=", group))
        named = {"productid": Ref("product", product), "uomid": Ref("uom", unit.id), "ispriceoverridden": True}
        return {**named, "quantity": D(str(quantity)), "priceperunit": D(str(price)), **more}

    def values(self, order: uuid.UUID, *names: str) -> tuple[Any, ...]:
        found = self.crm.get("salesorder", [order], names)[order].values
        return tuple(found[name] for name in names)


@pytest.fixture
def organization(settings: Settings, tmp_path: Path) -> Iterator[Organization]:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    settings.DEVELOPMENT = True
    with demo_organization(tmp_path) as running:
        ready = running.ready
        one = ready["clients"]["administrator"]
        credentials = Credentials(ready["tenant"], one["client_id"], one["client_secret"], ready["token_endpoint"])
        with closing(Session(ready["url"], credentials)) as administrator:
            solution.import_into(administrator, redeploy=True)
        enable(fill_in(ready))
        order_integration_switched(ConnectionSetup.current(), True)
        with opened() as connected:
            seeded = list(every(connected.crm, "salesorder"))
            assert all(one.ok for one in connected.crm.delete("salesorder", [Row(one.id) for one in seeded]))
            yield Organization(connected.crm, ready)


def made(order: uuid.UUID) -> SalesHeader:
    coupling = TableMapping.objects.get(name="SALESORDER-ORDER").couplings.get(crm_id=order)
    return SalesHeader.objects.get(pk=coupling.erp_id)


def test_submitted_orders_become_orders_and_sales_knows_their_numbers(organization: Organization) -> None:
    plain = organization.order(organization.desk(3, "64.99"))
    euros = organization.order(organization.desk(10, 65), currency="EUR", discountpercentage=D(10))

    job = jobs.create_orders(inline=True)

    assert (job.status, job.message, job.inserted, job.failed) == ("finished", "", 2, 0)
    assert (made(plain).amount, made(plain).amount_including_vat) == (D("194.97"), D("233.96"))
    assert (made(euros).amount, made(euros).currency_code.code) == (D(585), "EUR")
    for order in (plain, euros):
        state, status, number, sent = organization.values(
            order, "statecode", "statuscode", "bci_number", "lastbackofficesubmit"
        )
        assert (state, status, number) == (1, 3, made(order).no)
        assert sent is not None
    again = jobs.create_orders(inline=True)
    assert (again.inserted, again.failed, SalesHeader.objects.count()) == (0, 0, 2)


def test_what_stands_for_written_in_products_is_no_product_itself(organization: Organization) -> None:
    write_in_product()
    options = Options(create=True, scope=Scope.EVERYTHING)
    job = jobs.start(TableMapping.objects.get(name="ITEM-PRODUCT"), Direction.TO_CRM, options=options, inline=True)
    assert (job.status, job.failed, job.inserted) == ("finished", 0, 0)
    assert "products that are written in" in job.errors.get().message

    order = organization.order(organization.desk(1, 1000), {"productdescription": "Crane hire", "quantity": D(1),
                                                            "priceperunit": D(350)})  # fmt: skip
    jobs.create_orders(inline=True)

    assert made(order).amount == 1350
