"""A new day: prices and exchange rates that were entered ahead take effect, and prices that ended go."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integration import jobs
from integration.business_central.models import (
    Currency,
    CurrencyExchangeRate,
    CustomerPriceGroup,
    Item,
    SalesPrice,
    UnitOfMeasure,
    money,
)
from integration.business_central.store import EmbeddedCompany
from integration.connection import systems
from integration.jobs import queue
from integration.jobs.tasks import new_day
from integration.models import ConnectionSetup, FieldMapping, JobQueueEntry, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.special.prices import sales_prices
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import Cronus

pytestmark = pytest.mark.django_db(transaction=True)

TODAY, NEW_YEAR = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
PAIRS = {
    "UNIT OF MEASURE": ("unit_of_measure", "uomschedule", []),
    "ITEM-PRODUCT": ("item", "product", []),
    "CUSTPRCGRP-PRICE": ("customer_price_group", "pricelevel", []),
    "SALESPRC-PRODPRICE": (
        "sales_price",
        "productpricelevel",
        [("sales_code", "pricelevelid"), ("item_no", "productid"), ("unit_price", "amount")],
    ),
}


class Shop:
    """CRONUS in the database beside a Sales organization in memory: a bicycle and a retail list, both coupled."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cronus = Cronus()
        self.crm, self.monkeypatch = cronus.crm, monkeypatch
        for name, (erp, crm, fields) in PAIRS.items():
            mapping = TableMapping.objects.create(
                name=name, part="sales", erp_table=erp, crm_table=crm, direction=Direction.TO_CRM, only_coupled=False
            )
            for ours, theirs in fields:
                FieldMapping.objects.create(
                    mapping=mapping, erp_field=ours, crm_field=theirs, direction=Direction.TO_CRM
                )
        self.pieces = UnitOfMeasure.objects.create(code="PCS")
        self.bicycle = Item.objects.create(no="1000", description="Bicycle", base_unit_of_measure=self.pieces)
        self.retail = CustomerPriceGroup.objects.create(code="RETAIL")
        group = Ref("uomschedule", cronus.pieces_group)
        product = self.crm.add("product", name="Bicycle", productnumber="1000", defaultuomscheduleid=group)
        listed = self.crm.add("pricelevel", name="RETAIL", transactioncurrencyid=Ref("transactioncurrency", cronus.gbp))
        self.couple("UNIT OF MEASURE", self.pieces.pk, cronus.pieces_group)
        self.couple("ITEM-PRODUCT", self.bicycle.pk, product)
        self.couple("CUSTPRCGRP-PRICE", self.retail.pk, listed)
        ConnectionSetup.current()
        ConnectionSetup.objects.update(
            is_enabled=True, organization_id=self.crm.organization_id, user_id=self.crm.user_id
        )
        monkeypatch.setattr(systems, "open_crm", lambda setup, **_: self.crm)
        monkeypatch.setattr(systems, "local_currency", lambda: "GBP")
        self.day(TODAY)

    def day(self, day: dt.date) -> None:
        self.monkeypatch.setattr(sales_prices, "today", lambda: day)
        self.monkeypatch.setattr(money, "today", lambda: day)

    @property
    def prices(self) -> TableMapping:
        return TableMapping.objects.get(name="SALESPRC-PRODPRICE")

    def couple(self, name: str, erp_id: uuid.UUID, crm_id: uuid.UUID) -> None:
        TableMapping.objects.get(name=name).couplings.couple(erp_id, crm_id)

    def price(self, amount: str, **more: Any) -> SalesPrice:
        return SalesPrice.objects.create(
            item_no=self.bicycle, sales_code=self.retail, unit_price=Decimal(amount), **more
        )

    def synchronize(self) -> SyncJob:
        return jobs.start(self.prices, Direction.TO_CRM, inline=True)

    def look(self) -> dict[str, int]:
        """The hourly look, and the passes that it starts."""
        found = new_day.look()
        for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED):
            assert jobs.run(job.pk)
        return found

    def lines(self) -> list[Decimal]:
        return [self.crm.values("productpricelevel", id)["amount"] for id in self.crm.ids("productpricelevel")]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Shop:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    return Shop(monkeypatch)


def test_a_price_of_the_new_year_is_there_on_new_years_day_and_makes_no_second_line(shop: Shop) -> None:
    shop.price("50", ending_date=TODAY)
    shop.price("60", starting_date=NEW_YEAR)
    shop.synchronize()
    assert (shop.look()["prices"], shop.lines()) == (0, [50])
    shop.day(NEW_YEAR)
    assert (shop.look()["prices"], shop.lines()) == (2, [60])
    assert shop.look()["prices"] == 0


def test_a_price_that_only_begins_gets_its_line_on_the_day(shop: Shop) -> None:
    shop.price("70", starting_date=NEW_YEAR)
    shop.synchronize()
    assert shop.lines() == []
    shop.day(NEW_YEAR)
    shop.look()
    assert shop.lines() == [70]


def test_a_price_that_only_ends_takes_its_line_with_it_on_the_day(shop: Shop) -> None:
    shop.price("50", ending_date=TODAY)
    shop.synchronize()
    shop.day(NEW_YEAR)
    shop.look()
    assert (shop.lines(), shop.prices.couplings.count()) == ([], 0)


def test_after_a_fortnight_away_the_look_finds_what_came_due_meanwhile(shop: Shop) -> None:
    shop.price("50", ending_date=TODAY)
    shop.price("60", starting_date=NEW_YEAR)
    shop.synchronize()
    shop.day(NEW_YEAR + dt.timedelta(days=14))
    shop.look()
    assert shop.lines() == [60]


def test_a_mapping_that_a_person_put_on_hold_is_left_alone(shop: Shop) -> None:
    shop.price("70", starting_date=NEW_YEAR)
    JobQueueEntry.objects.create(name="Prices", mapping=shop.prices, status=JobQueueEntry.Status.ON_HOLD)
    shop.day(NEW_YEAR)
    assert (shop.look()["prices"], shop.lines()) == (0, [])


def test_without_a_connection_no_pass_is_started(shop: Shop) -> None:
    shop.price("70", starting_date=NEW_YEAR)
    ConnectionSetup.objects.update(is_enabled=False)
    shop.day(NEW_YEAR)
    assert shop.look()["prices"] == 0
    assert not SyncJob.objects.exists()


def test_a_rate_entered_ahead_is_a_change_of_its_currency_on_the_day_for_whoever_reads(shop: Shop) -> None:
    euro = Currency.objects.create(code="EUR", iso_code="EUR")
    for start, amount in ((TODAY, "1.25"), (NEW_YEAR, "1.10")):
        CurrencyExchangeRate.objects.create(
            currency_code=euro, starting_date=start, exchange_rate_amount=Decimal(amount),
            relational_exch_rate_amount=Decimal(1),
        )  # fmt: skip
    company = EmbeddedCompany()
    [page] = company.changes("currency", ["exchange_rate"])
    assert [row.values["exchange_rate"] for row in page.records] == [Decimal("1.25")]
    shop.day(NEW_YEAR)
    [page] = company.changes("currency", ["exchange_rate"], page.cursor)
    assert [row.values["exchange_rate"] for row in page.records] == [Decimal("1.1")]
    assert shop.look()["rates"] == 0
