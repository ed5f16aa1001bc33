"""Why an order of Sales waits, as its list and its card say it: what is wrong with it now, else what is to be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from integration.business_central.models import Customer
from integration.models import ConnectionSetup, JobQueueEntry, TableMapping
from integration.systems.memory import MemorySystem
from tests.integration.sales.conftest import Maker, fail, make_sound
from tests.integration.sales.seen import shown

D = Decimal


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2027-01-15T09:00:00Z", tick=False):
        yield


@pytest.mark.parametrize(
    ("switches", "status", "coupled", "reason"),
    [
        ({"order_integration_enabled": False}, "ready", True, "Sales order integration is off. Connection Setup"),
        ({}, "ready", True, "not done automatically. Select it, then Create in Business Central."),
        ({}, "ready", False, "Account “Adatum” is not coupled with a customer. Create the customer, or couple it with"),
        ({"auto_create_orders": True}, "ready", True, "The automatic job does it at 09:30"),
        ({"auto_create_orders": True}, "on_hold", True, "The automatic job does not run: set it Ready"),
    ],
)
def test_an_order_that_no_run_has_looked_at_says_in_whole_sentences_why_it_waits(
    orders: TableMapping, sells: Maker, organization: MemorySystem, viewer: Client,
    switches: dict[str, bool], status: str, coupled: bool, reason: str,
) -> None:  # fmt: skip
    sells(totalamountlessfreight=D(0))
    make_sound(organization)
    if not coupled:
        TableMapping.objects.get(name="CUSTOMER").couplings.all().delete()
    at = dt.datetime(2027, 1, 15, 9, 30, tzinfo=dt.UTC)
    JobQueueEntry.objects.create(name="Orders", task="auto_create_orders", status=status, next_start=at)
    ConnectionSetup.objects.update(**switches)
    page = shown(viewer, "sales_orders")
    assert reason in page
    assert ("is not coupled with a customer" in page) is not coupled
    assert "Select it, then" not in page or coupled


def test_an_order_of_a_blocked_customer_says_so_before_anybody_has_tried_and_only_that(
    orders: TableMapping, sells: Maker, organization: MemorySystem, viewer: Client
) -> None:
    order = sells(totalamountlessfreight=D(0))
    adatum = make_sound(organization)
    Customer.objects.filter(pk=adatum.pk).update(blocked=Customer.Blocked.ALL)
    said = "Customer ADATUM is blocked (All). Take that off the customer first."
    assert said in shown(viewer, "sales_orders")
    assert "Select it, then" not in shown(viewer, "sales_orders")
    card = viewer.get(reverse("sales_order", args=[order])).content.decode()
    assert said in card
    assert f"/records/erp/customer/{adatum.pk}/" in card


def test_an_error_is_said_as_it_is_now(
    orders: TableMapping, sells: Maker, organization: MemorySystem, viewer: Client
) -> None:
    fail(orders, sells(totalamountlessfreight=D(0)), "customer-blocked", "Customer ADATUM is blocked (All).")
    make_sound(organization)
    page = shown(viewer, "sales_orders")
    assert "What kept it out is mended. It is tried again with the next run." in page
    assert "is blocked" not in page


def test_an_order_that_a_run_refused_says_why_and_what_follows(
    orders: TableMapping, organization: MemorySystem, sells: Maker, viewer: Client
) -> None:
    order = sells(totalamountlessfreight=D(0))
    make_sound(organization)
    fail(orders, order, "vat-setup-missing", "No VAT rate for STAMP. Add one to VAT Posting Setup.")

    page = shown(viewer, "sales_orders")

    assert "No VAT rate for STAMP. Add one to VAT Posting Setup. Then the order follows by itself." in page
    assert "It is not done automatically" not in page


def test_what_keeps_orders_out_is_asked_in_the_same_number_of_questions_however_many_wait(
    orders: TableMapping, sells: Maker, organization: MemorySystem, viewer: Client
) -> None:
    asked = []
    for many in (2, 15):
        for number in range(many):
            sells(number=f"ORD-{many}-{number}")
        viewer.get(reverse("sales_orders"))
        organization.calls.clear()
        viewer.get(reverse("sales_orders"))
        asked.append(dict(organization.calls))
    assert asked[0] == asked[1]
