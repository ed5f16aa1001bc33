"""Orders with both real ends: the embedded company, and a Sales organization behind its Web API."""

from __future__ import annotations

import uuid
from decimal import Decimal

from integration import jobs
from integration.business_central.models import SalesHeader
from integration.models import TableMapping
from tests.integration.flows.over_http import Organization, organization

__all__ = ["organization"]
D = Decimal


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
