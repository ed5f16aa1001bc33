"""The quantity on hand of products follows the stock, though no item changes."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import models
from pytest_django.fixtures import Settings

from integration import jobs
from integration.business_central.models import Item, UnitOfMeasure
from integration.business_central.posting.adjustments import post_adjustment
from integration.connection import systems
from integration.jobs import queue
from integration.jobs.tasks import stock
from integration.models import ConnectionSetup, FieldMapping, JobQueueEntry, SyncJob, TableMapping
from integration.models.jobs.flows import FlowCursor
from integration.sync.rules import Direction
from integration.systems.errors import Unreachable
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import Cronus

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2026, 12, 1)


class Warehouse:
    """CRONUS in the database with a desk and a lamp, coupled with products of a Sales organization in memory."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cronus = Cronus()
        self.crm, self.monkeypatch = cronus.crm, monkeypatch
        units = TableMapping.objects.create(
            name="UNIT OF MEASURE", part="sales", erp_table="unit_of_measure", crm_table="uomschedule"
        )
        self.items = TableMapping.objects.create(
            name="ITEM-PRODUCT", part="sales", erp_table="item", crm_table="product", erp_filter="blocked = No"
        )
        for ours, theirs in (("description", "name"), ("inventory", "quantityonhand")):
            FieldMapping.objects.create(
                mapping=self.items, erp_field=ours, crm_field=theirs, direction=Direction.TO_CRM
            )
        pieces = UnitOfMeasure.objects.create(code="PCS")
        units.couplings.couple(pieces.pk, cronus.pieces_group)
        group = Ref("uomschedule", cronus.pieces_group)
        self.products: dict[str, uuid.UUID] = {}
        for no in ("DESK", "LAMP"):
            item = Item.objects.create(no=no, description=no, base_unit_of_measure=pieces)
            self.products[no] = self.crm.add("product", name=no, productnumber=no, defaultuomscheduleid=group)
            self.items.couplings.couple(item.pk, self.products[no])
        Item.objects.create(no="CHAIR", base_unit_of_measure=pieces)
        ConnectionSetup.current()
        ConnectionSetup.objects.update(
            is_enabled=True, organization_id=self.crm.organization_id, user_id=self.crm.user_id
        )
        monkeypatch.setattr(systems, "open_crm", lambda setup, **_: self.crm)
        monkeypatch.setattr(systems, "local_currency", lambda: "GBP")
        self.day(DAY)

    def day(self, day: dt.date) -> None:
        self.monkeypatch.setattr(stock, "today", lambda: day)

    def receive(self, no: str, quantity: str) -> None:
        post_adjustment(Item.objects.get(no=no).pk, Decimal(quantity), posting_date=DAY)

    def look(self) -> int:
        """The look, and the passes that it starts; how many items it found."""
        found = stock.look()["items"]
        for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED):
            assert jobs.run(job.pk)
        return found

    def on_hand(self, no: str) -> Decimal:
        return self.crm.values("product", self.products[no])["quantityonhand"]


@pytest.fixture
def warehouse(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Warehouse:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    made = Warehouse(monkeypatch)
    assert made.look() == 2
    return made


def test_what_came_to_the_stock_is_on_hand_in_sales_and_nothing_else_is_looked_at(warehouse: Warehouse) -> None:
    warehouse.receive("DESK", "12.5")
    warehouse.receive("CHAIR", "7")

    assert (warehouse.look(), warehouse.on_hand("DESK")) == (1, Decimal("12.5"))
    assert warehouse.look() == 0


def test_what_came_and_went_again_starts_nothing(warehouse: Warehouse) -> None:
    warehouse.receive("DESK", "5")
    warehouse.receive("DESK", "-5")

    assert warehouse.look() == 0


def test_a_stock_that_is_below_nothing_is_nothing_in_sales_and_is_not_sent_again(warehouse: Warehouse) -> None:
    warehouse.receive("DESK", "5")
    assert warehouse.look() == 1
    warehouse.receive("DESK", "-8")

    assert (warehouse.look(), warehouse.on_hand("DESK")) == (1, 0)
    warehouse.day(DAY + dt.timedelta(days=1))
    assert warehouse.look() == 0


def test_a_stock_that_changed_without_an_entry_is_found_the_next_day(warehouse: Warehouse) -> None:
    models.QuerySet.update(Item.objects.filter(no="LAMP"), inventory=9)

    assert warehouse.look() == 0
    warehouse.day(DAY + dt.timedelta(days=1))
    assert (warehouse.look(), warehouse.on_hand("LAMP")) == (1, 9)


def test_a_job_that_was_lost_before_it_was_written_is_made_up_for(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.receive("DESK", "4")
    before = FlowCursor.objects.get().cursor

    def lost(*_: object, **more: object) -> None:
        raise Unreachable("killed")

    with monkeypatch.context() as patch:
        patch.setattr(stock, "create", lost)
        with pytest.raises(Unreachable):
            stock.look()
    assert FlowCursor.objects.get().cursor == before
    assert (warehouse.look(), warehouse.on_hand("DESK")) == (1, 4)


def test_a_cursor_from_a_later_state_of_the_company_begins_anew(warehouse: Warehouse) -> None:
    warehouse.receive("LAMP", "2")
    FlowCursor.objects.update(cursor="999999999")

    assert (warehouse.look(), warehouse.on_hand("LAMP")) == (1, 2)


def test_items_outside_the_filter_and_pairs_that_rest_are_left_alone(warehouse: Warehouse) -> None:
    warehouse.receive("DESK", "4")
    warehouse.receive("LAMP", "4")
    Item.objects.filter(no="DESK").update(blocked=True)
    warehouse.items.couplings.filter(crm_id=warehouse.products["LAMP"]).update(to_crm_result="skipped")

    assert warehouse.look() == 0


@pytest.mark.parametrize("held", ["job", "connection", "direction", "field"])
def test_nothing_is_started_where_a_person_wants_none_and_later_it_is_made_up_for(
    warehouse: Warehouse, held: str
) -> None:
    warehouse.receive("DESK", "4")
    if held == "job":
        JobQueueEntry.objects.create(name="Items", mapping=warehouse.items, status=JobQueueEntry.Status.ON_HOLD)
    if held == "connection":
        ConnectionSetup.objects.update(is_enabled=False)
    if held == "direction":
        TableMapping.objects.filter(pk=warehouse.items.pk).update(direction=Direction.TO_ERP.value)
    if held == "field":
        warehouse.items.fields.filter(erp_field="inventory").update(is_enabled=False)
        assert warehouse.look() == 0
        return
    assert warehouse.look() == 0
    JobQueueEntry.objects.all().delete()
    ConnectionSetup.objects.update(is_enabled=True)
    TableMapping.objects.update(direction=Direction.BOTH.value)
    assert (warehouse.look(), warehouse.on_hand("DESK")) == (1, 4)
