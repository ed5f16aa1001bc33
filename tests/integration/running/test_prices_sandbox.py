"""Prices, products and rates with both real ends: the embedded company, and a Sales organization behind its Web API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integration import jobs
from integration.business_central.models import CustomerPriceGroup, Item, SalesPrice, UnitOfMeasure
from integration.connection.enabling import enable
from integration.dataverse import solution
from integration.dataverse.session import Credentials, Session
from integration.jobs import queue
from integration.jobs.tasks import new_day
from integration.mappings.standard import create_missing
from integration.models import SyncError, SyncJob, TableMapping
from integration.pages.advice import meaning
from integration.sync.rules import Direction
from integration.sync.run import Options as RunOptions
from integration.sync.run import Scope
from integration.sync.special.prices import sales_prices
from integration.systems.filters import Comparison
from integration.systems.system import System, every
from integration.systems.values import Record
from tests.opened import opened
from tests.organization import demo_organization, fill_in

pytestmark = pytest.mark.django_db(transaction=True)

TODAY, NEW_YEAR = dt.date(2026, 12, 31), dt.date(2027, 1, 1)


class Shop:
    """A bicycle with a base unit and the price groups RETAIL and TRADE, all of it in Sales already."""

    def __init__(self, crm: System) -> None:
        create_missing()
        self.pieces, self.box = (UnitOfMeasure.objects.create(code=code) for code in ("PCE", "BOXES"))
        self.bicycle = Item.objects.create(
            no="B-100", description="Bicycle", base_unit_of_measure=self.pieces, unit_price=Decimal("10.12345")
        )
        self.retail, self.trade = (CustomerPriceGroup.objects.create(code=code) for code in ("RETAIL", "TRADE"))
        for name in ("UNIT OF MEASURE", "ITEM-PRODUCT", "CUSTPRCGRP-PRICE"):
            assert self.run(name, create=True, scope=Scope.EVERYTHING).failed == 0
        self.crm = crm

    def run(self, name: str, **more: Any) -> SyncJob:
        mapping = TableMapping.objects.get(name=name)
        job = jobs.start(mapping, Direction.TO_CRM, options=RunOptions(**more), inline=True)
        assert job.status == SyncJob.Status.FINISHED, job.message
        return job

    def price(self, amount: str, **more: Any) -> SalesPrice:
        values = {"item_no": self.bicycle, "sales_code": self.retail, "unit_price": Decimal(amount)}
        return SalesPrice.objects.create(**{**values, **more})

    def lines(self, list_name: str) -> list[Decimal]:
        [listed] = every(self.crm, "pricelevel", Comparison("name", "=", list_name))
        where = Comparison("pricelevelid", "=", listed.id)
        return [line.values["amount"] for line in every(self.crm, "productpricelevel", where, ["amount"])]

    @property
    def product(self) -> Record:
        where = Comparison("productnumber", "=", "B-100")
        [row] = every(self.crm, "product", where, ["price", "quantitydecimal", "statecode"])
        return row


@pytest.fixture
def shop(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    monkeypatch.setattr(sales_prices, "today", lambda: TODAY)
    settings.DEVELOPMENT = True
    with demo_organization(tmp_path) as running:
        ready = running.ready
        one = ready["clients"]["administrator"]
        credentials = Credentials(ready["tenant"], one["client_id"], one["client_secret"], ready["token_endpoint"])
        with closing(Session(ready["url"], credentials)) as administrator:
            solution.import_into(administrator, redeploy=True)
        enable(fill_in(ready))
        with opened() as connected:
            yield Shop(connected.crm)


def test_a_line_changes_hands_moves_and_goes_as_its_prices_do(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = shop.price("50", ending_date=TODAY), shop.price("60", starting_date=NEW_YEAR)
    shop.price("40", minimum_quantity=Decimal(10))
    shop.price("90", unit_of_measure_code=shop.box)
    shop.run("SALESPRC-PRODPRICE")
    assert (shop.lines("RETAIL"), SyncError.objects.open().count()) == ([50], 0)
    monkeypatch.setattr(sales_prices, "today", lambda: NEW_YEAR)
    new_day.look()
    for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED):
        jobs.run(job.pk)
    assert (shop.lines("RETAIL"), SyncError.objects.open().count()) == ([60], 0)
    new.sales_code = shop.trade
    new.save()
    shop.run("SALESPRC-PRODPRICE")
    assert (shop.lines("RETAIL"), shop.lines("TRADE"), SyncError.objects.open().count()) == ([], [60], 0)
    assert TableMapping.objects.get(name="SALESPRC-PRODPRICE").couplings.get().erp_id == new.pk
    assert old.pk


def test_a_published_product_keeps_its_unit_and_takes_its_price_and_says_what_it_does_not_take(shop: Shop) -> None:
    assert (shop.product.values["price"], shop.product.values["quantitydecimal"]) == (Decimal("10.12"), 5)
    shop.run("UNIT OF MEASURE", create=True, scope=Scope.EVERYTHING)
    shop.bicycle.base_unit_of_measure, shop.bicycle.unit_price = shop.box, Decimal(12)
    shop.bicycle.save()
    for _ in range(3):
        assert shop.run("ITEM-PRODUCT").failed == 1
    assert (shop.product.values["price"], shop.lines("Business Central Default Price List")) == (12, [12])
    [error] = SyncError.objects.open()
    assert "Base Unit of Measure of a published product cannot be changed" in error.message
    assert meaning(error.code) == "A field cannot be changed on the other side"
