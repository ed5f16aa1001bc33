"""Invoices and notes with both real ends: what is posted here stands in Sales to the cent, whoever works it out."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration import jobs
from integration.business_central.models import (
    Currency,
    CustLedgerEntry,
    Customer,
    DetailedCustLedgEntry,
    Item,
    Note,
    SalesHeader,
    SalesInvoiceHeader,
    Salesperson,
    UnitOfMeasure,
    VatProductPostingGroup,
)
from integration.business_central.posting.adjustments import post_adjustment
from integration.business_central.store import EmbeddedCompany
from integration.management.entry import main
from integration.models import AuditEntry, TableMapping
from integration.sync.rules import Direction
from integration.systems.filters import Comparison
from integration.systems.system import every
from integration.systems.values import Ref
from tests.business_central import trading
from tests.integration.flows.organization import Organization, made
from tests.integration.invoicing.carried import INVOICE, ORDER, carry, twin, with_freight

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal
NOTES = "SALESORDER-NOTES"
SUMS = ("totalamountlessfreight", "freightamount", "discountamount", "totaltax", "totalamount")
LINE = ("priceperunit", "baseamount", "manualdiscountamount", "tax", "extendedamount")
STATE = ("statecode", "statuscode")
erp = EmbeddedCompany()


def lines(organization: Organization, invoice: SalesInvoiceHeader) -> list[tuple[Any, ...]]:
    id = TableMapping.objects.get(name=INVOICE).couplings.get(erp_id=invoice.pk).crm_id
    found = every(organization.crm, "invoicedetail", Comparison("invoiceid", "=", id), LINE, ["lineitemnumber"])
    return [tuple(row.values[name] for name in LINE) for row in found]


def ordered(organization: Organization, *rows: dict[str, Any], **more: Any) -> tuple[uuid.UUID, SalesHeader]:
    """A submitted order, and the released one that became of it."""
    there = organization.order(*rows, **more)
    job = jobs.create_orders(inline=True)
    assert (job.inserted, job.failed) == (1, 0), [str(error) for error in job.errors.all()]
    erp.act("sales_header", made(there).pk, "release")
    return there, made(there)


def invoice_of(order: SalesHeader) -> SalesInvoiceHeader:
    erp.act("sales_header", order.pk, "ship_and_invoice")
    return SalesInvoiceHeader.objects.filter(order_id=order.pk).latest("no")


def nancy(organization: Organization) -> Salesperson:
    """A salesperson who is coupled with a user of Sales."""
    person = Salesperson.objects.create(code="NA", name="Nancy Anderson")
    [user] = every(organization.crm, "systemuser", Comparison("fullname", "=", person.name))
    TableMapping.objects.get(name="SALESPEOPLE").couplings.couple(person.pk, user.id)
    return person


def paid_in_two_payments(organization: Organization) -> None:
    """2 x 149.00 less 5%, freight 12.50."""
    with_freight()
    trading.stock()
    there, order = ordered(
        organization, organization.desk(2, "149.00"), discountpercentage=D(5), freightamount=D("12.50")
    )
    organization.keep_amounts(True)
    carry(ORDER)
    assert organization.values(there, *SUMS) == (D("283.10"), D("12.50"), None, D("59.12"), D("354.72"))
    assert organization.values(there, "discountpercentage", *STATE) == (D(5), 1, 3)

    invoice = invoice_of(order)
    carry(INVOICE, invoice.pk)
    carry(ORDER)
    assert lines(organization, invoice) == [
        (D("149.00"), D("298.00"), D(0), D("56.62"), D("354.62")),
        (D("12.50"), D("12.50"), D(0), D("2.50"), D("15.00")),
    ]
    assert twin(organization, invoice, *SUMS) == (D("295.60"), D(0), D("14.90"), D("59.12"), D("354.72"))
    assert twin(organization, invoice, "name", *STATE) == ("Bicycles", 0, 4)
    assert organization.values(there, *STATE) == (4, 100003)

    for amount, state in (("100.00", (2, 100002)), ("254.72", (2, 100001))):
        pay(invoice, amount)
        carry(INVOICE)
        assert twin(organization, invoice, *STATE) == state
    payment = CustLedgerEntry.objects.filter(document_type=CustLedgerEntry.DocumentType.PAYMENT).latest("entry_no")
    applied = DetailedCustLedgEntry.objects.filter(cust_ledger_entry_no=payment).exclude(application_no=0).last()
    erp.act("cust_ledger_entry", payment.pk, "unapply", application_no=applied.application_no)
    carry(INVOICE)
    assert twin(organization, invoice, *STATE) == (2, 100002)
    assert carry(INVOICE, invoice.pk).unchanged == 1
    assert organization.crm.count("invoice", Comparison("invoicenumber", "=", invoice.no)) == 1


def pay(invoice: SalesInvoiceHeader, amount: str) -> None:
    entry = CustLedgerEntry.objects.get(document_no=invoice.no, document_type=CustLedgerEntry.DocumentType.INVOICE)
    assert entry.open
    erp.act("sales_invoice_header", invoice.pk, "register_payment", amount=D(amount))


def worked_out_and_kept(organization: Organization) -> None:
    """30 x 0.33333 and freight of 5.00, in euros; once worked out by Sales and once kept."""
    organization.keep_amounts(False)
    there = organization.order(organization.desk(1, 15), whose="CONTOSO", currency="EUR")
    (number,) = organization.values(there, "ordernumber")
    invoice = posted_in_euros(str(number))
    carry(INVOICE, invoice.pk)
    assert lines(organization, invoice) == [
        (D("0.33"), D("9.90"), D(0), D("2.00"), D("11.90")),
        (D("5.00"), D("5.00"), D(0), D("1.00"), D("6.00")),
        (D("0.10"), D("0.10"), D(0), D(0), D("0.10")),
    ]
    sums = (D("15.00"), D(0), D(0), D("3.00"), D("18.00"))
    assert twin(organization, invoice, *SUMS) == sums
    euros = Ref("transactioncurrency", organization.partner("CURRENCY", Currency.objects.get(code="EUR").pk))
    assert twin(organization, invoice, "transactioncurrencyid", "salesorderid") == (euros, Ref("salesorder", there))
    assert set(currencies_of_lines(organization, invoice)) == {euros}
    organization.keep_amounts(True)
    kept = posted_in_euros("")
    carry(INVOICE, kept.pk)
    assert [line[1] for line in lines(organization, kept)] == [D("10.00"), D("5.00")]
    assert twin(organization, kept, *SUMS) == sums
    (listed,) = twin(organization, kept, "pricelevelid")
    [made_for_it] = every(organization.crm, "pricelevel", Comparison("name", "=", "Price List in EUR"))
    assert listed == Ref("pricelevel", made_for_it.id)


def posted_in_euros(reference: str) -> SalesInvoiceHeader:
    rows = trading.item(quantity="30", price="0.33333"), trading.freight("5.00")
    header = trading.order(*rows, whose="CONTOSO", currency_code=trading.currency("EUR"), your_reference=reference)
    erp.act("sales_header", header.pk, "release")
    return invoice_of(header)


def currencies_of_lines(organization: Organization, invoice: SalesInvoiceHeader) -> list[Any]:
    id = TableMapping.objects.get(name=INVOICE).couplings.get(erp_id=invoice.pk).crm_id
    where = Comparison("invoiceid", "=", id)
    rows = every(organization.crm, "invoicedetail", where, ["transactioncurrencyid"])
    return [row.values["transactioncurrencyid"] for row in rows]


def noted_both_ways(organization: Organization) -> None:
    """A note that comes with its order, and one of each side that comes later."""
    there = organization.order(organization.desk(1, 100))
    organization.add_note(there, "<p>Deliver to gate 3</p>")
    jobs.create_orders(inline=True)
    order = made(there)
    Note.objects.create(record_table="sales_header", record_id=order.pk, text="Ring <twice> & wait")
    organization.add_note(there, "Third<br>note")
    for _ in range(2):
        for direction in Direction.BOTH.passes:
            carry(NOTES, direction=direction)
    texts = ["Deliver to gate 3", "Ring <twice> & wait", "Third\nnote"]
    assert sorted(Note.objects.values_list("text", flat=True)) == texts
    rows = list(every(organization.crm, "annotation", Comparison("objectid", "=", there), ["notetext"]))
    assert sorted(str(row.values["notetext"]) for row in rows) == [
        "<p>Deliver to gate 3</p>", "Ring &lt;twice&gt; &amp; wait", "Third<br>note",
    ]  # fmt: skip


def late_notes(organization: Organization) -> None:
    """A note that its pass has read before the order was coupled."""
    there = organization.order(organization.desk(1, 100))
    jobs.create_orders(inline=True)
    order, orders = made(there), TableMapping.objects.get(name=ORDER)
    carry(NOTES, direction=Direction.TO_ERP)
    orders.couplings.uncouple([order.pk])
    organization.add_note(there, "Written in between")
    assert carry(NOTES, direction=Direction.TO_ERP).inserted == 0
    orders.couplings.couple(order.pk, there)
    assert carry(NOTES, direction=Direction.TO_ERP).inserted == 1
    assert Note.objects.get(record_id=order.pk).text == "Written in between"


def created_by_command(organization: Organization, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the customer nor the item of the invoice is in Sales yet."""
    unit, group = UnitOfMeasure.objects.get(code="PCS"), VatProductPostingGroup.objects.get(code="STANDARD")
    Item.objects.create(no="BIKE", description="Bike", unit_price=1, base_unit_of_measure=unit,
                        vat_prod_posting_group=group)  # fmt: skip
    post_adjustment(Item.objects.get(no="BIKE").pk, D(10), posting_date=trading.DAY)
    buyer = Customer.objects.create(no="FABRIKAM", name="Fabrikam", salesperson_code=nancy(organization))
    header = trading.order(trading.item("BIKE", 2, "72786.00", line_discount_amount=D("8511.37")), whose="FABRIKAM")
    erp.act("sales_header", header.pk, "release")
    invoice = invoice_of(header)
    capsys.readouterr()
    main(["manage.py", "create_invoice", invoice.no, "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["counters"]["inserted"], answer["errors"]) == ("finished", 1, [])
    assert AuditEntry.objects.filter(who="command line", action="started", kind="run").exists()
    assert TableMapping.objects.get(name="CUSTOMER").couplings.filter(erp_id=buyer.pk, state="coupled").exists()
    call_command("create_invoice", invoice.no, "--json")
    assert json.loads(capsys.readouterr().out)["counters"]["unchanged"] == 1
    with pytest.raises(CommandError, match="There is no posted sales invoice 999999"):
        call_command("create_invoice", "999999", "--json")


@pytest.mark.scenario("CRMIntegrationMgtTest.SendCoupledAndPostedFCYSalesOrderToCRM")
def test_what_is_posted_here_stands_in_sales_to_the_cent(
    organization: Organization, capsys: pytest.CaptureFixture[str]
) -> None:
    """One organization for all of it: it takes long to set up."""
    noted_both_ways(organization)
    late_notes(organization)
    paid_in_two_payments(organization)
    worked_out_and_kept(organization)
    created_by_command(organization, capsys)
