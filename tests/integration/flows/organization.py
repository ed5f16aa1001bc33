"""Both real ends: the embedded company, and a Sales organization behind its Web API where orders are submitted."""

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
from integration.dataverse.store import SalesOrganization
from integration.jobs import queue
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.filters import Comparison
from integration.systems.system import System, every
from integration.systems.values import Ref, Row
from tests.business_central import trading
from tests.opened import opened
from tests.organization import demo_organization, fill_in
from tests.sandbox.conftest import Caller

D = Decimal


class Organization:
    """Adatum and Contoso are customers and accounts, goods and units are coupled, euros too. ``people``: the same
    organization as a person who may do everything works in it."""

    def __init__(self, crm: System, people: System, ready: dict[str, Any]) -> None:
        self.crm, self.people, self.ready = crm, people, ready
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

    def keep_amounts(self, keeps: bool) -> None:
        """Switch in Sales whether it leaves the amounts of integration users as they are."""
        administrator = Caller(self.ready, "administrator")
        row = administrator.rows("organizations")[0]["organizationid"]
        assert administrator("PATCH", f"organizations({row})", {"issopintegrationenabled": keeps}).ok

    def add_note(self, order: uuid.UUID, text: str) -> None:
        """A person writes a note in Sales."""
        about = {"objectid_salesorder_at_bind": f"/salesorders({order})"}
        Caller(self.ready, "administrator").create("annotations", **about, notetext=text)


def made(order: uuid.UUID) -> SalesHeader:
    coupling = TableMapping.objects.get(name="SALESORDER-ORDER").couplings.get(crm_id=order)
    return SalesHeader.objects.get(pk=coupling.erp_id)


@pytest.fixture
def organization(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[Organization]:
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
            people = SalesOrganization(administrator)
            for table in ("salesorder", "quote"):
                seeded = list(every(people, table))
                assert all(one.ok for one in people.delete(table, [Row(one.id) for one in seeded]))
            with opened() as connected:
                yield Organization(connected.crm, people, ready)
