"""An order that a person asked for, and that something keeps out, is made by itself once that is mended: also where
orders are created only by hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from integration import scheduler
from integration.business_central.models import (
    Currency,
    CurrencyExchangeRate,
    Customer,
    Item,
    SalesHeader,
)
from integration.documents.reading import outlook
from integration.documents.sources import ORDER
from integration.jobs.flows.following import MendedLook, follow_open
from integration.models import ConnectionSetup, SyncError, SyncJob, TableMapping
from integration.sync.rules import Context
from integration.sync.run import Scope
from integration.systems.values import Ref
from tests.integration.flows.desk import Desk, desk, freight_account, write_in_product
from tests.integration.flows.orders.following import both, couple_customer, nova_shop, work

__all__ = ["desk"]

D = Decimal
Mend = Callable[[], object]


@pytest.fixture
def look(desk: Desk) -> MendedLook:
    """A scheduler that has looked once."""
    made = MendedLook()
    assert made() == []
    return made


@pytest.mark.parametrize("tries", [1, 2, 3])
def test_an_order_follows_once_its_account_is_coupled(desk: Desk, look: MendedLook, tries: int) -> None:
    assert not ConnectionSetup.current().auto_create_orders
    nova, order = nova_shop(desk)
    for _ in range(tries):
        assert desk.run(order).failed == 1
    assert look() == []
    couple_customer(desk, nova)

    assert len(look()) == 1
    work()

    assert desk.made(order).sell_to_customer_no.no == "NOVA"
    assert (look(), SyncError.objects.open().count()) == ([], 0)


def test_the_scheduler_looks_for_orders_that_wait_no_more(desk: Desk) -> None:
    nova, order = nova_shop(desk)
    desk.run(order)
    couple_customer(desk, nova)

    scheduler.tick()

    waiting = SyncJob.objects.filter(status=SyncJob.Status.QUEUED, kind=SyncJob.Kind.CREATE_ORDERS)
    assert [job.run_options.scope for job in waiting] == [Scope.OPEN]


def test_an_order_that_rests_for_another_reason_follows_once_that_and_its_account_are_mended(
    desk: Desk, look: MendedLook
) -> None:
    nova, order = nova_shop(desk, kind=11)
    for _ in range(2):
        desk.run(order)
    assert desk.problem().code == "account-not-customer"
    desk.crm.edit("account", nova, customertypecode=3)
    couple_customer(desk, nova)

    look()
    work()

    assert desk.made(order).sell_to_customer_no.no == "NOVA"


def test_the_pass_over_orders_tries_again_what_was_asked_for(desk: Desk) -> None:
    nova, order = nova_shop(desk)
    desk.run(order)
    couple_customer(desk, nova)

    [job] = follow_open(both(desk))
    work()

    assert (job.kind, desk.made(order).sell_to_customer_no.no) == ("create-orders", "NOVA")
    assert follow_open(both(desk)) == []


def correct_account(desk: Desk) -> tuple[uuid.UUID, Mend]:
    vendor = desk.crm.add("account", name="Wingtip Toys", customertypecode=11, statecode=0)
    desk.couple("CUSTOMER", Customer.objects.create(no="WING", name="Wingtip Toys").pk, vendor)
    order = desk.order(desk.line(), customerid=Ref("account", vendor, "Wingtip Toys"))
    return order, lambda: desk.crm.edit("account", vendor, customertypecode=3)


def correct_product(desk: Desk) -> tuple[uuid.UUID, Mend]:
    book = desk.products["BOOK"]
    desk.crm.edit("product", book, statecode=1)
    return desk.order(desk.line("BOOK")), lambda: desk.crm.edit("product", book, statecode=0)


def correct_order(desk: Desk) -> tuple[uuid.UUID, Mend]:
    order = desk.order(desk.line(), totalamountlessfreight=D(90))
    return order, lambda: desk.touch(order, totalamountlessfreight=D(100))


def correct_discount(desk: Desk) -> tuple[uuid.UUID, Mend]:
    order = desk.order(desk.line(), discountamount=D(120))
    return order, lambda: desk.touch(order, discountamount=D(0), totalamountlessfreight=D(100))


CORRECTED = {
    "discount-out-of-range": correct_discount,
    "account-not-customer": correct_account,
    "product-not-active": correct_product,
    "totals-differ": correct_order,
}


@pytest.mark.parametrize("code", CORRECTED)
def test_an_order_that_rests_follows_in_the_run_after_somebody_has_corrected_it_in_sales(desk: Desk, code: str) -> None:
    order, mend = CORRECTED[code](desk)
    desk.run(order)
    for _ in range(3):  # The first look at a table counts as a change of it.
        follow_open(both(desk))
        work()
    assert desk.problem().code == code
    assert follow_open(both(desk)) == []
    mend()

    assert len(follow_open(both(desk))) == 1
    work()

    assert desk.made(order).amount == 100


def test_a_table_that_keeps_changing_has_orders_tried_once_a_minute(desk: Desk, look: MendedLook) -> None:
    order, mend = blocked_customer(desk)
    look()
    desk.run(order)
    adatum = Customer.objects.get(no="ADATUM")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        change(adatum, city="Leeds")
        assert len(look()) == 1
        work()
        mend()
        assert look() == []
        clock.shift(61)
        assert len(look()) == 1


def test_an_order_that_nobody_asked_for_stays_in_sales(desk: Desk, look: MendedLook) -> None:
    nova, _ = nova_shop(desk)
    couple_customer(desk, nova)

    assert (look(), follow_open(both(desk)), SalesHeader.objects.count()) == ([], [], 0)


def blocked_customer(desk: Desk) -> tuple[uuid.UUID, Mend]:
    contoso = Customer.objects.get(no="CONTOSO")
    contoso.blocked = 3
    contoso.save()
    return desk.order(desk.line(), whose="CONTOSO"), lambda: change(contoso, blocked=0)


def blocked_item(desk: Desk) -> tuple[uuid.UUID, Mend]:
    book = Item.objects.get(no="BOOK")
    book.blocked = True
    book.save()
    return desk.order(desk.line("BOOK")), lambda: change(book, blocked=False)


def no_freight_account(desk: Desk) -> tuple[uuid.UUID, Mend]:
    return desk.order(desk.line(), freightamount=D(5)), freight_account


def no_write_in_product(desk: Desk) -> tuple[uuid.UUID, Mend]:
    return desk.order(desk.write_in("Crane hire")), write_in_product


def no_vat(desk: Desk) -> tuple[uuid.UUID, Mend]:
    tenth = Item.objects.get(no="TENTH")
    group, tenth.vat_prod_posting_group = tenth.vat_prod_posting_group, None
    tenth.save()
    return desk.order(desk.line("TENTH")), lambda: change(tenth, vat_prod_posting_group=group)


def no_rate(desk: Desk) -> tuple[uuid.UUID, Mend]:
    rates = CurrencyExchangeRate.objects.filter(currency_code__code="EUR")
    rate = rates.first()
    assert rate is not None
    rates.delete()
    rate.pk = uuid.uuid4()
    rate._state.adding = True
    return desk.order(desk.line(), currency="EUR"), rate.save


def no_item(desk: Desk) -> tuple[uuid.UUID, Mend]:
    chair = desk.crm.add("product", name="Chair", statecode=0, producttypecode=1)
    order = desk.order(desk.line(productid=Ref("product", chair)))
    lamp = Item.objects.get(no="LAMP")
    TableMapping.objects.get(name="ITEM-PRODUCT").couplings.filter(erp_id=lamp.pk).delete()
    return order, lambda: desk.couple("ITEM-PRODUCT", lamp.pk, chair)


def no_currency(desk: Desk) -> tuple[uuid.UUID, Mend]:
    desk.currencies["SEK"] = desk.crm.add("transactioncurrency", isocurrencycode="SEK")
    crowns = Currency.objects.create(code="SEK", iso_code="SEK")
    CurrencyExchangeRate.objects.create(
        currency_code=crowns, starting_date="2020-01-01", exchange_rate_amount=13, relational_exch_rate_amount=1
    )
    return desk.order(desk.line(), currency="SEK"), lambda: desk.couple("CURRENCY", crowns.pk, desk.currencies["SEK"])


def change(row: Customer | Item, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def test_all_that_is_blocked_is_said_at_once_and_before_anybody_has_tried(desk: Desk) -> None:
    blocked_customer(desk)
    blocked_item(desk)
    order = desk.order(desk.line("BOOK"), desk.line("BOOK"), whose="CONTOSO")
    said = (
        "Customer CONTOSO is blocked (All). Take that off the customer first. "
        "Item BOOK is blocked. Take that off first, or take it off the document."
    )

    planned = outlook(ORDER, desk.erp, desk.crm, desk.mapping.couplings, Context(local_currency="GBP"), [order])[order]

    assert str(planned.problem) == said
    assert [one.label for one in planned.records] == ["Customer CONTOSO", "Item BOOK"]
    desk.run(order)
    assert (desk.problem().code, desk.problem().message) == ("customer-blocked", said)


KEPT_OUT = {
    "customer-blocked": blocked_customer,
    "item-blocked": blocked_item,
    "freight-account-missing": no_freight_account,
    "write-in-missing": no_write_in_product,
    "vat-setup-missing": no_vat,
    "rate-missing": no_rate,
    "product-not-coupled": no_item,
    "currency-not-coupled": no_currency,
}


@pytest.mark.parametrize("tries", [1, 2])
@pytest.mark.parametrize("code", KEPT_OUT)
def test_an_order_follows_once_what_keeps_it_out_is_mended(desk: Desk, look: MendedLook, code: str, tries: int) -> None:
    order, mend = KEPT_OUT[code](desk)
    look()
    for _ in range(tries):
        desk.run(order)
    assert look() == []
    assert desk.problem().code == code
    mend()

    assert len(look()) == 1
    work()

    assert desk.made(order).status == SalesHeader.Status.OPEN
    assert (look(), SyncError.objects.open().count()) == ([], 0)
