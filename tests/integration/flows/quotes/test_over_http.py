"""Quotes with both real ends: activated, revised, won and lost in a Sales organization behind its Web API."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from integration import jobs
from integration.business_central.models import Customer, SalesHeader, SalesHeaderArchive, SalesLine
from integration.models import SyncJob, TableMapping
from integration.systems.filters import Comparison
from integration.systems.system import System, every
from integration.systems.values import Ref, Row
from tests.integration.flows.organization import Organization, organization
from tests.people import signed_in

__all__ = ["organization"]
D = Decimal


def drafted(organization: Organization, *lines: dict[str, Any], name: str = "Bicycles", **more: Any) -> uuid.UUID:
    account = organization.partner("CUSTOMER", Customer.objects.get(no="ADATUM").pk)
    quote = insert(organization.people, "quote", name=name, customerid=Ref("account", account), **more)
    for line in lines:
        insert(organization.people, "quotedetail", quoteid=Ref("quote", quote), **line)
    return quote


def insert(people: System, table: str, **values: Any) -> uuid.UUID:
    (written,) = people.insert(table, [Row(uuid.uuid4(), values)])
    assert written.error is None, written.error
    return written.id


def here(quote: uuid.UUID) -> SalesHeader:
    return SalesHeader.objects.get(
        pk=TableMapping.objects.get(name="SALESQUOTE-QUOTE").couplings.get(crm_id=quote).erp_id
    )


def process() -> SyncJob:
    job = jobs.process_quotes(inline=True)
    assert (job.status, job.message, job.failed) == ("finished", "", 0), list(job.errors.all())
    for queued in SyncJob.objects.filter(status="queued"):
        jobs.run(queued.pk)
    return job


def test_a_quote_goes_its_way_from_draft_to_order(organization: Organization) -> None:
    crm = organization.people
    first = drafted(organization, organization.desk(2, 100), discountpercentage=D(10), effectiveto=dt.date(2027, 3, 31))
    assert process().inserted == 0

    crm.act("quote", first, "activate")
    assert process().inserted == 1
    made = here(first)
    assert (made.amount, made.amount_including_vat) == (D(180), D(216))
    assert made.quote_valid_until_date == dt.date(2027, 3, 31)

    second = crm.act("quote", first, "revise_quote")
    assert process().modified == 0
    (line,) = every(crm, "quotedetail", Comparison("quoteid", "=", second))
    crm.update("quotedetail", [Row(line.id, {"quantity": D(3)})])
    crm.act("quote", second, "activate")
    assert process().modified == 1
    assert (here(second).pk, here(second).amount) == (made.pk, D(270))
    assert [line.quantity for line in SalesLine.objects.filter(document_no=made.pk)] == [3]

    crm.act("quote", second, "win_quote")
    process()
    assert here(second).status == 1

    order = crm.act("quote", second, "convert_quote")
    crm.update("salesorder", [Row(order, {"statecode": 1, "statuscode": 3})])
    jobs.create_orders(inline=True)
    coupling = TableMapping.objects.get(name="SALESORDER-ORDER").couplings.get(crm_id=order)
    ordered = SalesHeader.objects.get(pk=coupling.erp_id)
    assert (ordered.quote_no, ordered.amount) == (made.no, D(270))
    assert [one.amount for one in SalesHeaderArchive.objects.filter(no=made.no).order_by("version_no")] == [180, 270]
    assert process().failed == 0
    assert SalesHeader.objects.count() == 1


def test_a_lost_quote_is_archived(organization: Organization) -> None:
    quote = drafted(organization, organization.desk(1, 100))
    organization.people.act("quote", quote, "activate")
    process()
    organization.people.act("quote", quote, "close_quote", status=5)

    assert process().modified == 1
    assert not SalesHeader.objects.exists()
    assert SalesHeaderArchive.objects.count() == 1


def shown(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    body = answer.content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_their_pages_show_orders_and_quotes_of_a_real_organization(organization: Organization) -> None:
    viewer = signed_in("otto")
    quote = drafted(organization, organization.desk(2, 100), name="Quoted bicycles")
    organization.people.act("quote", quote, "activate")
    order = organization.order(organization.desk(3, "64.99", tax=D(9)), name="Ordered bicycles", freightamount=D(5))
    (waiting,) = [organization.order({"productdescription": "Crane", "quantity": D(1), "priceperunit": D(350)})]
    process()
    jobs.create_orders(inline=True)

    quotes, orders = shown(viewer, reverse("sales_quotes")), shown(viewer, reverse("sales_orders"))

    assert f"Quoted bicycles Adatum Corporation Active today 200.00 GBP Quote {here(quote).no} Open" in quotes
    assert "Ordered bicycles Adatum Corporation Submitted today" in orders
    assert "has freight" in orders
    assert "has a write-in product" in orders
    assert "Ordered bicycles" in shown(viewer, reverse("sales_orders"), q="ordered", there="open", order="-totalamount")
    assert "Nothing to show" in shown(viewer, reverse("sales_orders"), there="yes")
    assert "Nothing to show" in shown(viewer, reverse("sales_orders"), state="canceled", there="no")
    assert "Desk PCS 3 64.99 9.00 203.97" in shown(viewer, reverse("sales_order", args=[order]))
    assert "Before freight and tax 194.97" in shown(viewer, reverse("sales_order", args=[order]))
    assert "(write-in) Crane" in shown(viewer, reverse("sales_order", args=[waiting]))
    assert f"Quote {here(quote).no}" in shown(viewer, reverse("sales_quote", args=[quote]))
    assert b"".join(viewer.get(reverse("sales_orders"), {"format": "csv"}).streaming_content).count(b"Submitted") == 2
