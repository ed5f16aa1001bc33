"""A bicycle, its prices for retail, and a calendar that tests turn."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from integration.sync.run import Counters
from integration.sync.special.prices import sales_prices
from integration.systems.values import Value
from tests.sync.entity_rules.cronus import TO_CRM, Cronus, standard

GROUP, PRICE, ITEM, UNIT, CURRENCY = (
    "CUSTPRCGRP-PRICE", "SALESPRC-PRODPRICE", "ITEM-PRODUCT", "UNIT OF MEASURE", "CURRENCY",
)  # fmt: skip

NEW_YEAR, LAST_DAY = dt.date(2027, 1, 1), dt.date(2026, 12, 31)


class Calendar:
    def __init__(self, day: dt.date) -> None:
        self.day = day

    def __call__(self) -> dt.date:
        return self.day


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    """A day in June 2026 that a test can change."""
    calendar = Calendar(dt.date(2026, 6, 15))
    monkeypatch.setattr(sales_prices, "today", calendar)
    return calendar


@pytest.fixture
def bicycle(cronus: Cronus) -> UUID:
    id = cronus.item("1000", "Bicycle")
    cronus.make(ITEM, id)
    return id


@pytest.fixture
def retail(cronus: Cronus, calendar: Calendar, bicycle: UUID) -> UUID:
    """A coupled price group without prices."""
    id = cronus.price_group("RETAIL")
    cronus.make(GROUP, id)
    return id


def go(cronus: Cronus, **more: Any) -> Counters:
    return cronus.run(TO_CRM, standard(PRICE), **more)


def look_at(cronus: Cronus, *prices: UUID) -> Counters:
    """What the daily look does."""
    return cronus.ids(TO_CRM, *prices, rule=standard(PRICE))


def amounts(cronus: Cronus, group: UUID) -> list[Value]:
    """What Sales asks for on the list of this group, line by line."""
    list_id = cronus.pair(group, standard(GROUP)).crm_id
    return [line["amount"] for line in cronus.all("productpricelevel") if line["pricelevelid"].id == list_id]


def year_end(cronus: Cronus, bicycle: UUID, retail: UUID) -> tuple[UUID, UUID]:
    """50 until the last day of 2026, 60 from 2027 on."""
    old = cronus.price(retail, bicycle, "50", ending_date=LAST_DAY)
    return old, cronus.price(retail, bicycle, "60", starting_date=NEW_YEAR)
