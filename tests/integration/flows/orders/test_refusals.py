"""What keeps a submitted order from becoming an order: nothing is made of it, a message says what to do, and it is
tried again when that is done."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from coupling.commands import chosen_errors, repair
from integration import jobs
from integration.business_central.models import Currency, CurrencyExchangeRate, Customer, Item, SalesHeader
from integration.models import SyncError, SyncJob, TableMapping
from integration.systems.values import Ref
from tests.integration.flows.desk import Desk, desk, freight_account, lines_of, write_in_product

__all__ = ["desk"]
D = Decimal


def messages() -> dict[str, tuple[str, str]]:
    """Order -> (code, message) of the open errors."""
    return {error.label.split()[0]: (error.code, error.message) for error in SyncError.objects.open()}


Reasons = dict[uuid.UUID, tuple[str, str]]
"""Order of Sales -> the code, and how its message begins."""


def strange_buyers(desk: Desk) -> Reasons:
    """Orders whose account or currency keeps them out."""
    stranger = desk.crm.add("account", name="Relecloud", customertypecode=3)
    vendor = desk.crm.add("account", name="Wingtip Toys", customertypecode=11)
    single = desk.crm.add("contact", lastname="Ray", fullname="Helen Ray")
    desk.currencies["SEK"] = desk.crm.add("transactioncurrency", isocurrencycode="SEK")
    desk.currencies["USD"] = desk.crm.add("transactioncurrency", isocurrencycode="USD")
    Currency.objects.create(code="USD", iso_code="USD")
    CurrencyExchangeRate.objects.filter(currency_code__code="KWD").delete()
    return {
        desk.order(desk.line(), customerid=None): (
            "no-customer", "{} has no account, or its contact has none. Choose one in Sales."),
        desk.order(desk.line(), customerid=Ref("contact", single)): (
            "no-customer", "{} has no account, or its contact has none. Choose one in Sales."),
        desk.order(desk.line(), customerid=Ref("account", stranger)): (
            "account-not-coupled",
            "Account “Relecloud” is not coupled with a customer. Create the customer, or couple it with one."),
        desk.order(desk.line(), customerid=Ref("account", vendor)): (
            "account-not-customer",
            "Account “Wingtip Toys” is not of relationship type Customer. Change it in Sales."),
        desk.order(desk.line(), currency="SEK"): (
            "currency-unknown", "Business Central has no currency SEK. Add it, then synchronize currencies."),
        desk.order(desk.line(), currency="USD"): (
            "currency-not-coupled", "Currency USD is not coupled. Couple it first."),
        desk.order(desk.line(), currency="KWD", step=D("0.001")): (
            "rate-missing", "There is no exchange rate of KWD on "),
    }  # fmt: skip


def strange_goods(desk: Desk) -> Reasons:
    """Orders whose lines, freight, discounts or totals keep them out."""
    retired = desk.crm.add("product", name="Old desk", statecode=1, producttypecode=1)
    service = desk.crm.add("product", name="Old service", statecode=1, producttypecode=3)
    fee = desk.crm.add("product", name="Fee", statecode=0, producttypecode=2)
    chair = desk.crm.add("product", name="Chair", statecode=0, producttypecode=1)
    box = desk.crm.add("uomschedule", name="NAV BOX")
    boxes = desk.crm.add("uom", name="BOX", uomscheduleid=Ref("uomschedule", box))
    Customer.objects.filter(no="CONTOSO").update(blocked=3)
    Item.objects.filter(no="BOOK").update(blocked=True)
    Item.objects.filter(no="TENTH").update(vat_prod_posting_group=None)
    Item.objects.filter(no="LAMP").update(allow_invoice_disc=False)
    return {
        desk.order(desk.write_in("Crane hire")): (
            "write-in-missing", "{} has a write-in product: choose one on Sales & Receivables Setup."),
        desk.order(desk.line(productid=Ref("product", retired))): (
            "product-not-active", "Product “Old desk” on line 1 is not active. Activate it in Sales."),
        desk.order(desk.line("FITTER", productid=Ref("product", service))): (
            "product-not-active", "Product “Old service” on line 1 is not active. Activate it in Sales."),
        desk.order(desk.line(), desk.line(productid=Ref("product", fee))): (
            "product-type",
            "Product “Fee” on line 2 is neither an item nor a service. Choose another product or product type "),
        desk.order(desk.line(productid=Ref("product", chair))): (
            "product-not-coupled", "Product “Chair” on line 1 is not coupled. Couple it first."),
        desk.order(desk.line(uomid=Ref("uom", boxes))): (
            "unit-not-coupled", "Unit group “NAV BOX” on line 1 is not coupled. Couple it first."),
        desk.order(desk.line(uomid=Ref("uom", desk.units["HOUR"]))): (
            "unit-differs", "Line 1 is in HOUR, item DESK is sold in PCS. Change the line."),
        desk.order(desk.line(), freightamount=D(10)): (
            "freight-account-missing", "{} has freight. Enter a Freight G/L Acc. No. on Sales & Receivables Setup."),
        desk.order(desk.line("TENTH")): ("vat-setup-missing", "No VAT rate for "),
        desk.order(desk.line(price=100, manualdiscountamount=120)): (
            "discount-out-of-range", "The discount of line 1 is not between 0 and 100%. Change the line in Sales."),
        desk.order(desk.line(price=100), discountamount=D(120)): (
            "discount-out-of-range", "The discount of {} is not between 0 and 100%. Change it in Sales."),
        desk.order(desk.line("LAMP", price=100), desk.line(price=5), discountamount=D(20)): (
            "discount-out-of-range",
            "The discount of {}, 20.00, is more than the lines that allow an invoice discount come to (5.00). Lower"),
        desk.order(desk.line(), whose="CONTOSO"): ("customer-blocked", "Customer CONTOSO is blocked (All)."),
        desk.order(desk.line("BOOK")): ("item-blocked", "Item BOOK is blocked."),
        desk.order(desk.line(price=100), totalamountlessfreight=D("99.90")): (
            "totals-differ",
            "Business Central makes 100.00 of {}, Sales shows 99.90 (without tax). Look at its lines and"),
    }  # fmt: skip


@pytest.mark.scenario(
    "CRMIntegrationMgtTest.SyncCRMSalesOrderWithInactiveCRMProduct",
    "CRMIntegrationMgtTest.SyncCRMSalesOrderWithInactiveCRMProductResource",
    "CRMSalesOrderIntegrTest.CRMSalesOrderFCYNotExists",
    "CRMSalesOrderIntegrTest.ErrorOnFreightAccountIsEmpty",
    "CRMSalesOrderIntegrTest.NotDefiendWriteInProductNo",
)
def test_each_reason_has_its_code_and_says_what_to_do(desk: Desk) -> None:
    wanted = strange_buyers(desk) | strange_goods(desk)
    sound = desk.order(desk.line())

    job = desk.run()

    assert (job.inserted, job.failed, SalesHeader.objects.count()) == (1, len(wanted), 1)
    assert desk.made(sound).amount == 100
    found = messages()
    for order, (code, message) in wanted.items():
        [number] = desk.sales(order, "ordernumber")
        assert found[number][0] == code, found[number]
        start = message.format(f"Order {number}" if message.startswith("{}") else f"order {number}")
        assert found[number][1].startswith(start), found[number]
        assert desk.sales(order, "lastbackofficesubmit", "bci_number") == (None, "")


def test_all_that_is_wrong_with_an_order_is_said_at_once(desk: Desk) -> None:
    chair = desk.crm.add("product", name="Chair", statecode=0, producttypecode=1)
    desk.order(
        desk.line(productid=Ref("product", chair)), desk.write_in("Crane hire"), desk.write_in("Driver"),
        customerid=None, freightamount=D(5),
    )  # fmt: skip

    desk.run()

    error = desk.problem()
    assert error.code == "no-customer"
    assert error.message == (
        "Order ORD-00001 has no account, or its contact has none. Choose one in Sales. Order ORD-00001 has a write-in "
        "product: choose one on Sales & Receivables Setup. Product “Chair” on line 1 is not coupled. Couple it first. "
        "Order ORD-00001 has freight. Enter a Freight G/L Acc. No. on Sales & Receivables Setup."
    )


@pytest.mark.parametrize(
    ("kind", "coupled", "code"),
    [(Item.Type.INVENTORY, False, "write-in-type"), (Item.Type.SERVICE, True, "write-in-coupled")],
)
def test_a_write_in_product_has_no_inventory_and_is_not_coupled(
    desk: Desk, kind: int, coupled: bool, code: str
) -> None:
    write_in_product(kind)
    if coupled:
        desk.couple("ITEM-PRODUCT", Item.objects.get(no="WRITE-IN").pk, desk.crm.add("product", name="Anything"))
    desk.order(desk.write_in("Crane hire"))

    desk.run()

    assert desk.problem().code == code
    assert not SalesHeader.objects.exists()


def test_an_order_that_waits_comes_as_soon_as_its_account_is_coupled(desk: Desk) -> None:
    stranger = desk.crm.add("account", name="Relecloud", customertypecode=3)
    order = desk.order(desk.line(), customerid=Ref("account", stranger))
    for _ in range(3):
        assert desk.run().failed == 1
    desk.couple("CUSTOMER", Customer.objects.create(no="RELE", name="Relecloud").pk, stranger)

    assert desk.run().inserted == 1

    assert desk.made(order).sell_to_customer_no.no == "RELE"
    assert not SyncError.objects.open().exists()


def test_an_order_that_failed_twice_the_same_way_rests_until_retry_or_a_change(desk: Desk) -> None:
    order = desk.order(desk.line(), totalamountlessfreight=D(90))
    other = desk.order(desk.line(), totalamountlessfreight=D(95))
    assert (desk.run().failed, desk.run().skipped, desk.run().failed) == (2, 2, 0)
    desk.touch(order, totalamountlessfreight=D(100))

    assert desk.run().inserted == 1

    assert desk.made(order).amount == 100
    assert [error.crm_id for error in SyncError.objects.open()] == [other]
    TableMapping.objects.get(name="SALESORDER-ORDER").couplings.retry()
    assert desk.run().failed == 1


def test_a_write_in_product_set_up_later_makes_exactly_one_order(desk: Desk) -> None:
    order = desk.order(desk.line(price=1000), desk.write_in("Crane hire", price=350))
    desk.run()
    desk.run()
    assert not SalesHeader.objects.exists()
    assert desk.problem().message.startswith("Order ORD-00001 has a write-in product: choose one on Sales & Rec")
    write_in_product()
    TableMapping.objects.get(name="SALESORDER-ORDER").couplings.retry()

    assert desk.run().inserted == 1

    assert desk.made(order).amount == 1350
    second = lines_of(desk.made(order))[1]
    assert (second.no, second.description) == ("WRITE-IN", "Crane hire")
    assert SalesHeader.objects.count() == 1


def test_freight_comes_once_its_account_is_there(desk: Desk) -> None:
    order = desk.order(freightamount=D("12.50"))
    desk.run()
    freight_account()

    desk.run()

    [line] = lines_of(desk.made(order))
    assert (line.type, line.no, line.quantity, line.amount) == (1, "6810", 1, D("12.50"))


def test_what_was_set_up_meanwhile_takes_orders_out_of_their_rest(desk: Desk) -> None:
    Customer.objects.filter(no="CONTOSO").update(blocked=3)
    freight, blocked = desk.order(freightamount=D(5)), desk.order(desk.line(), whose="CONTOSO")
    other = desk.order(desk.line(manualdiscountamount=120))
    for _ in range(4):  # The first look at a table counts as a change of it.
        job = desk.run()
    assert (job.failed, SyncError.objects.open().count()) == (0, 3)
    freight_account()
    assert desk.run().inserted == 1
    contoso = Customer.objects.get(no="CONTOSO")
    contoso.blocked = 0
    contoso.save()

    assert desk.run().inserted == 1

    assert {desk.made(order).amount for order in (freight, blocked)} == {5, 100}
    assert desk.problem().crm_id == other


def test_retry_on_the_page_of_errors_tries_orders_again(desk: Desk) -> None:
    order = desk.order(desk.write_in("Crane hire"))
    for _ in range(2):
        desk.run()
    write_in_product()
    pairs = chosen_errors.of_errors([desk.problem().pk]).pairs

    repair.retry(pairs, None)
    for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED).order_by("queued_at"):
        jobs.run(job.pk)

    assert desk.made(order).amount == 350
