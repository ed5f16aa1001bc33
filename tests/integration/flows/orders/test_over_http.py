"""Orders with both real ends: the embedded company, and a Sales organization behind its Web API."""

from __future__ import annotations

from decimal import Decimal

import pytest

from coupling.commands.couple_records import couple
from integration import jobs
from integration.business_central.models import SalesHeader
from integration.models import ConnectionSetup, SyncError, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.filters import Comparison
from integration.systems.system import every
from integration.systems.values import Row
from tests.integration.flows.desk import write_in_product
from tests.integration.flows.organization import Organization, made, organization

__all__ = ["organization"]

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal


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


def test_what_stands_for_written_in_products_is_no_product_itself(organization: Organization) -> None:
    write_in_product()
    options = Options(create=True, scope=Scope.EVERYTHING)
    job = jobs.start(TableMapping.objects.get(name="ITEM-PRODUCT"), Direction.TO_CRM, options=options, inline=True)
    assert (job.status, job.failed, job.inserted) == ("finished", 0, 0)
    assert "products that are written in" in job.errors.get().message

    order = organization.order(organization.desk(1, 1000), {"productdescription": "Crane hire", "quantity": D(1),
                                                            "priceperunit": D(350)})  # fmt: skip
    jobs.create_orders(inline=True)

    assert made(order).amount == 1350


def test_sales_is_notified_in_the_name_of_the_user_that_handles_orders(organization: Organization) -> None:
    [nancy] = every(organization.crm, "systemuser", Comparison("fullname", "=", "Nancy Anderson"))
    ConnectionSetup.objects.update(order_user_id=nancy.id, order_user_name="Nancy Anderson")
    order = organization.order(organization.desk(1, 100))

    job = jobs.create_orders(inline=True)

    assert not job.failed, [error.message for error in job.errors.all()]
    [modified_by, number] = organization.values(order, "modifiedby", "bci_number")
    assert (modified_by.id, number) == (nancy.id, made(order).no)
    again = jobs.create_orders(inline=True)
    assert (again.failed, SyncError.objects.exists()) == (0, False)


def test_an_order_follows_in_the_run_of_orders_after_its_account_was_coupled_by_hand(
    organization: Organization,
) -> None:
    order, customers = organization.order(organization.desk(1, 100)), TableMapping.objects.get(name="CUSTOMER")
    [account] = organization.values(order, "customerid")
    adatum = customers.couplings.get(crm_id=account.id).erp_id
    customers.couplings.filter(erp_id=adatum).delete()
    assert jobs.create_orders([order], inline=True).failed == 1
    assert SyncError.objects.open().get().code == "account-not-coupled"
    couple(customers, adatum, account.id)

    run_of_orders()

    assert made(order).sell_to_customer_no.no == "ADATUM"
    assert (run_of_orders(), SyncError.objects.open().count()) == (0, 0)


def test_the_run_of_orders_notices_what_was_canceled_and_deleted_in_sales_though_nobody_creates_orders(
    organization: Organization,
) -> None:
    assert not ConnectionSetup.current().auto_create_orders
    canceled, deleted, left = (organization.order(organization.desk(1, 100)) for _ in range(3))
    assert jobs.create_orders([canceled, deleted, left], inline=True).inserted == 3
    assert (run_of_orders(), SyncError.objects.count()) == (0, 0)
    changes = [Row(canceled, {"statecode": 2, "statuscode": 4})]
    assert all(one.ok for one in organization.people.update("salesorder", changes))
    assert all(one.ok for one in organization.people.delete("salesorder", [Row(deleted)]))

    assert run_of_orders() == 1

    said = SyncError.objects.open().order_by("code").values_list("code", "crm_id")
    assert list(said) == [("order-canceled", canceled), ("twin-gone", deleted)]
    assert (made(canceled).on_hold, made(left).on_hold) == ("CRM", "")
    assert (run_of_orders(), SyncError.objects.count()) == (0, 2)


def run_of_orders() -> int:
    """What Run Now of SALESORDER-ORDER does. Answers how many runs a worker found queued behind it, and made."""
    jobs.start(TableMapping.objects.get(name="SALESORDER-ORDER"), Direction.TO_CRM, inline=True)
    queued = list(SyncJob.objects.filter(status=SyncJob.Status.QUEUED))
    for job in queued:
        jobs.run(job.pk)
    return len(queued)
