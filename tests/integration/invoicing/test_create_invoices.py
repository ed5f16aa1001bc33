"""Create Invoice: what an invoice needs in Sales is made first, once, and the invoice behind it."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from coupling import commands
from coupling.models import CouplingError
from integration import jobs
from integration.business_central.models import Customer, Item, SalesInvoiceHeader
from integration.business_central.store import EmbeddedCompany
from integration.jobs import queue
from integration.jobs.flows.invoices import follow_waiting
from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.rules import Direction
from integration.sync.run import Scope
from integration.systems.values import Side
from tests.business_central import trading

pytestmark = pytest.mark.django_db

erp = EmbeddedCompany()
WAITS = Outcome(Result.WAITING, "reference-not-coupled")


@pytest.fixture(autouse=True)
def company(settings: Settings) -> None:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    trading.open_company()
    trading.stock()
    create_missing()
    ConnectionSetup.objects.filter(pk=ConnectionSetup.current().pk).update(is_enabled=True)


def posted(*lines: dict) -> SalesInvoiceHeader:
    header = trading.order(*(lines or (trading.item(),)))
    erp.act("sales_header", header.pk, "ship_and_invoice")
    return SalesInvoiceHeader.objects.get(order_id=header.pk)


def couple(name: str, row: Customer | Item) -> None:
    TableMapping.objects.get(name=name).couplings.remember([Pair(row.pk, row.pk, State.COUPLED)])


def queued() -> list[tuple[str, int]]:
    """The runs that wait, in their order: which mapping, how many records."""
    found = SyncJob.objects.filter(status=SyncJob.Status.QUEUED).order_by("queued_at")
    return [(job.mapping.name, len(job.run_options.ids)) for job in found]


@pytest.mark.scenario("CRMIntegrationMgtTest.CoupleMultiplePostedSalesInvoicesToCRM")
def test_the_invoices_that_are_chosen_are_made_and_no_other() -> None:
    couple("CUSTOMER", Customer.objects.get(no="ADATUM"))
    couple("ITEM-PRODUCT", Item.objects.get(no="DESK"))
    _, second, third = posted(), posted(), posted()

    job = jobs.create_invoices([second.pk, third.pk])

    assert queued() == [("POSTEDSALESINV-INV", 2)]
    assert (job.run_options.ids, job.run_options.create) == ((second.pk, third.pk), True)


def test_what_an_invoice_needs_is_made_before_it() -> None:
    job = jobs.create_invoices([posted(trading.item(), trading.item("LAMP"), trading.resource()).pk])

    assert queued() == [("CUSTOMER", 1), ("ITEM-PRODUCT", 2), ("RESOURCE-PRODUCT", 1), ("POSTEDSALESINV-INV", 1)]
    assert job.after is not None
    assert job.after.mapping.name == "RESOURCE-PRODUCT"


def test_the_button_of_a_posted_invoice_does_the_same() -> None:
    mapping = TableMapping.objects.get(name="POSTEDSALESINV-INV")
    job = commands.create(mapping, Side.ERP, [posted().pk], None)
    assert queued() == [("CUSTOMER", 1), ("ITEM-PRODUCT", 1), ("POSTEDSALESINV-INV", 1)]
    assert job.mapping == mapping


def test_no_order_is_made_in_sales() -> None:
    order = trading.order(trading.item())
    with pytest.raises(CouplingError, match="submitted there"):
        commands.create(TableMapping.objects.get(name="SALESORDER-ORDER"), Side.ERP, [order.pk], None)


def test_what_is_blocked_or_outside_the_filter_of_its_mapping_is_not_made() -> None:
    couple("CUSTOMER", Customer.objects.get(no="ADATUM"))
    invoice = posted(trading.item(), trading.item("LAMP"))
    Item.objects.filter(no="DESK").update(blocked=True)
    TableMapping.objects.filter(name="ITEM-PRODUCT").update(erp_filter="no <> LAMP")

    jobs.create_invoices([invoice.pk])

    assert queued() == [("POSTEDSALESINV-INV", 1)]


def test_pressed_twice_is_one_run() -> None:
    invoice = posted()
    assert jobs.create_invoices([invoice.pk]).pk == jobs.create_invoices([invoice.pk]).pk
    assert len(queued()) == 3


def test_a_scheduled_pass_has_made_what_its_invoices_wait_for_once() -> None:
    couple("CUSTOMER", Customer.objects.get(no="ADATUM"))
    invoice, mapping = posted(), TableMapping.objects.get(name="POSTEDSALESINV-INV")
    mapping.couplings.remember([Pair(invoice.pk, invoice.pk, to_crm=WAITS)])

    last = follow_waiting(mapping)

    assert queued() == [("ITEM-PRODUCT", 1), ("POSTEDSALESINV-INV", 1)]
    assert last is not None
    assert (last.run_options.scope, last.run_options.create) == (Scope.IDS, True)
    item = Item.objects.get(no="DESK")
    TableMapping.objects.get(name="ITEM-PRODUCT").couplings.remember(
        [Pair(item.pk, item.pk).with_outcome(Direction.TO_CRM, Outcome(Result.FAILURE, "base-unit-missing"))]
    )
    assert follow_waiting(mapping) is None
    assert len(queued()) == 2


def test_where_nothing_waits_nothing_follows() -> None:
    assert follow_waiting(TableMapping.objects.get(name="POSTEDSALESINV-INV")) is None
