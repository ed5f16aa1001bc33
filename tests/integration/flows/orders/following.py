"""Orders of a shop that nobody has coupled, and what a person and a worker do then."""

from __future__ import annotations

import uuid

from integration import jobs
from integration.business_central.models import Customer
from integration.connection.systems import Connected
from integration.models import SyncJob
from integration.sync.rules import Context, Direction
from integration.systems.values import Ref
from tests.integration.flows.desk import Desk


def nova_shop(desk: Desk, kind: int = 3) -> tuple[uuid.UUID, uuid.UUID]:
    """An account that nobody has coupled, and an order of it."""
    nova = desk.crm.add("account", name="Nova Shop", customertypecode=kind, statecode=0)
    return nova, desk.order(desk.line(), customerid=Ref("account", nova, "Nova Shop"))


def couple_customer(desk: Desk, nova: uuid.UUID) -> None:
    """A person couples an account with a customer who is there."""
    desk.couple("CUSTOMER", Customer.objects.create(no="NOVA", name="Nova Shop").pk, nova)


def both(desk: Desk) -> Connected:
    return Connected(desk.erp, desk.crm, Context(local_currency="GBP"))


def work() -> None:
    """A worker does what is queued."""
    for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED).order_by("queued_at"):
        jobs.run(job.pk)


def regular_look(desk: Desk) -> None:
    """The recurring pass over orders, and what it has a worker do."""
    map_what_is_there(desk)
    jobs.start(desk.mapping, Direction.TO_CRM, inline=True)
    work()


def map_what_is_there(desk: Desk) -> None:
    """Orders are mapped to the columns that the organization in memory has."""
    there = desk.crm.describe("salesorder").fields
    desk.mapping.fields.exclude(crm_field__in=there).update(is_enabled=False)
