"""Quotes with both real ends: activated, revised, won and lost in a Sales organization behind its Web API."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from integration import jobs
from integration.business_central.models import Customer, SalesHeader, SalesHeaderArchive, SalesLine
from integration.models import SyncJob, TableMapping
from integration.systems.filters import Comparison
from integration.systems.system import System, every
from integration.systems.values import Ref, Row
from tests.integration.flows.over_http import Organization, organization

__all__ = ["organization"]
D = Decimal


def drafted(organization: Organization, *lines: dict[str, Any], **more: Any) -> uuid.UUID:
    account = organization.partner("CUSTOMER", Customer.objects.get(no="ADATUM").pk)
    quote = insert(organization.people, "quote", name="Bicycles", customerid=Ref("account", account), **more)
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
