"""The state of an invoice in Sales follows what remains to be paid, also back, and nothing else is sent for it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integration.sync.rules import Limits
from integration.sync.run import Counters
from tests.sync.entity_rules.cronus import TO_CRM, standard
from tests.sync.entity_rules.documents.cronus_trades import INVOICE, Trading, bicycles
from tests.sync.entity_rules.documents.invoicing import create, state

D = Decimal


BILLED, COMPLETE, PARTIAL, CANCELED = (0, 4), (2, 100001), (2, 100002), (3, 100003)


@pytest.mark.scenario("CRMSynchHelperTest.TestUpdateCRMInvoiceStateActive")
@pytest.mark.scenario("CRMSynchHelperTest.TestUpdateCRMInvoiceStatePaid")
@pytest.mark.scenario("CRMSynchHelperTest.TestUpdateCRMInvoiceStatePartial")
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, BILLED),
        ({"remaining_amount": D(0)}, COMPLETE),
        ({"remaining_amount": D("100.00")}, PARTIAL),
        ({"remaining_amount": D(0), "cancelled": True}, CANCELED),
    ],
    ids=["unpaid", "paid", "paid in part", "canceled"],
)
def test_a_new_invoice_has_the_state_of_what_remains_to_be_paid(
    trading: Trading, values: dict, expected: tuple[int, int]
) -> None:
    invoice = trading.invoice(bicycles(), **values)
    create(trading, invoice)
    assert state(trading, invoice) == expected


def test_an_invoice_of_nothing_is_paid_at_once(trading: Trading) -> None:
    gift = bicycles(inv_discount_amount=D(0), amount=D(0), amount_including_vat=D(0), line_discount_amount=D(298))
    invoice = trading.invoice(gift)
    create(trading, invoice)
    assert state(trading, invoice) == COMPLETE


@pytest.mark.scenario("CRMStatisticsJobTest.AccountStatisticsJobUpdatesInvoiceStatusFullyPaid")
@pytest.mark.scenario("CRMStatisticsJobTest.AccountStatisticsJobUpdatesInvoiceStatusPartiallyPaid")
@pytest.mark.scenario("CRMStatisticsJobTest.AccountStatisticsJobUpdatesInvoiceStatusPartiallyThenFullyPaid")
@pytest.mark.scenario("CRMStatisticsJobTest.AccountStatisticsJobUpdatesInvoiceStatusFullyPaidThenUnapplied")
def test_the_state_follows_the_payments_and_nothing_else_is_sent(trading: Trading) -> None:
    invoice = trading.invoice(bicycles())
    create(trading, invoice)
    for remaining, expected in (("100.00", PARTIAL), ("0", COMPLETE), ("339.72", BILLED)):
        trading.erp.edit("sales_invoice_header", invoice, remaining_amount=D(remaining))
        assert trading.run(TO_CRM, standard(INVOICE)) == Counters(modified=1)
        assert state(trading, invoice) == expected
        [row] = next(call.rows for call in reversed(trading.crm.log) if call.verb == "update")
        assert set(row.values) == {"statecode", "statuscode"}


@pytest.mark.scenario("CRMStatisticsJobTest.AccountStatisticsJobUpdatesCanceledInvoice")
def test_a_paid_invoice_that_somebody_canceled_in_sales_is_paid_there_again(trading: Trading) -> None:
    invoice = trading.invoice(bicycles())
    create(trading, invoice)
    trading.crm.edit("invoice", trading.crm.ids("invoice")[0], statecode=3, statuscode=100003)
    trading.erp.edit("sales_invoice_header", invoice, remaining_amount=D(0))
    assert trading.run(TO_CRM, standard(INVOICE)) == Counters(modified=1)
    assert state(trading, invoice) == COMPLETE


def test_of_a_paid_invoice_nothing_but_the_state_follows(trading: Trading) -> None:
    invoice = trading.invoice(bicycles(), remaining_amount=D(0))
    create(trading, invoice)
    trading.erp.edit("sales_invoice_header", invoice, ship_to_city="Leeds")
    assert trading.run(TO_CRM, standard(INVOICE)) == Counters(unchanged=1)
    assert trading.twin(INVOICE, invoice)["shipto_city"] == ""


def test_a_day_on_which_many_invoices_are_paid_is_nothing_unusual(trading: Trading) -> None:
    invoices = [trading.invoice(bicycles(), no=f"1030{number:02}") for number in range(12)]
    create(trading, *invoices)
    for invoice in invoices:
        trading.erp.edit("sales_invoice_header", invoice, remaining_amount=D(0))
    narrow = replace(standard(INVOICE), limits=Limits(changed_at_least=5))
    assert trading.run(TO_CRM, narrow) == Counters(modified=12)
